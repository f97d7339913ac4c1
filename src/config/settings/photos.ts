import { choice, fraction, integer, resolution, text } from '../parsers.js';
import type { Variable } from '../variable.js';

/** Which photos are good enough, and what a similarity is. */
export const photoSettings = {
  SIMILARITY: {
    description:
      '`calibrated`: each 0.05 more means ten times fewer false matches, and 0.85 aims at 1 in 100,000. `cosine`: the raw cosine.',
    default: 'calibrated',
    schema: choice('calibrated', 'cosine'),
  },
  MIN_RESOLUTION: {
    description:
      'Smallest photo, `WIDTHxHEIGHT` in pixels, in either orientation and with 10 % of tolerance. 0 turns the check off.',
    default: '640x480',
    schema: resolution(),
  },
  MIN_FACE_WIDTH: {
    description:
      'Width in pixels, with 10 % of tolerance, below which a face is not embedded: alone it is no face. From 24 pixels on it counts as a person beside others. 40 takes smaller faces, at the price of more that are not found.',
    default: '80',
    schema: integer(0, 10_000),
  },
  MIN_QUALITY: {
    description:
      'Lowest quality of a face that is taken, 0–100, where validation is on; a worse one answers 406 with `low-quality`. 0 is off. See docs/quality.md.',
    default: '0',
    schema: integer(0, 100),
  },
  ALLOW_COVERED: {
    description:
      '`on`: `add` knows the field `allow_covered`, with which an office adds a face that is wrongly taken for one behind a mask, sunglasses or a hat. The audit log says so in `overruled`.',
    default: 'off',
    schema: choice('off', 'on'),
  },
  DUPLICATE_CHECK: {
    description:
      'What is done with an added face that shows somebody else who is in the collection, and not the user: `off`: nothing is looked at; `report`: it is added, and the audit log and the webhooks say so; `refuse`: `add` and `add_vector` answer 400 with `duplicate-person` or `other-person`. See docs/admin-api.md.',
    default: 'off',
    schema: choice('off', 'report', 'refuse'),
  },
  DUPLICATE_THRESHOLD: {
    description:
      'From which similarity on a face counts as showing a person who is there, for `DUPLICATE_CHECK` and the console, 0–1.',
    default: '0.9',
    schema: fraction(),
  },
  MIN_FACE_AREA: {
    description: 'Smallest share of the photo that a face must cover, 0–1. A smaller face does not count. 0 is off.',
    default: '0',
    schema: fraction(),
  },
  MAX_PIXELS: {
    description: 'Largest photo in decoded pixels. The server refuses a larger one before it decodes it.',
    default: '50000000',
    schema: integer(1_000_000, 1_000_000_000),
  },
  VECTOR_INDEX: {
    description:
      'How the server searches faces in memory. `scan`: it compares all, as sketches. `hnsw`: of collections from 8,192 faces on, those that a graph finds. `auto`: what was the fastest at every size that was measured, now `scan` (docs/vector-index.md).',
    default: 'auto',
    schema: choice('auto', 'scan', 'hnsw'),
  },
  MODEL_PACK: {
    description: "Name of the model pack to use, one of the manifest's `packs`.",
    default: 'default',
    schema: text(),
  },
  MODEL_MANIFEST: {
    description: 'Path of the model manifest.',
    defaultShown: '`models/manifest.json` of this server',
    schema: text(),
  },
} as const satisfies Record<string, Variable>;
