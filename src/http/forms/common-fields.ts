import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import { exampleUser } from '../replies.js';
import type { FormSpec } from './fields.js';

/** Fields that several endpoints share. */
const fields = {
  collection: { kind: 'text', default: '', inQuery: true, description: 'Name of the collection.' },
  id: {
    kind: 'text',
    required: true,
    inQuery: true,
    description: 'Id of the user within the collection.',
    example: exampleUser.id,
  },
  threshold: { kind: 'similarity', default: 0.85, description: 'Least similarity of a match, 0–1.' },
  photo: {
    kind: 'image',
    required: true,
    description: 'Photo, as a file or as base64 text: jpg or png, at most 5 MB.',
  },
  crop: {
    kind: 'image',
    required: true,
    fileOnly: true,
    description: 'Crop of one face, as a file: jpg or png, at most 5 MB.',
  },
  vector: {
    kind: 'vector',
    required: true,
    description: 'Embedding: a JSON array of 512 numbers.',
    example: JSON.stringify(Array(EMBEDDING_LENGTH).fill(1)),
  },
  allow_id_card: { kind: 'flag', description: 'Accept a photo of an ID card.' },
  only_largest_face: { kind: 'flag', description: 'Take the largest of several faces.' },
  disable_validation: { kind: 'flag', description: 'Accept a face that is covered, too close or cut off.' },
  allow_covered: {
    kind: 'flag',
    description:
      'Accept a face that is taken for one behind a mask, sunglasses or a hat. Only where `ALLOW_COVERED` is `on`; the audit log notes it.',
  },
} as const satisfies FormSpec;

export const {
  collection,
  id,
  threshold,
  photo,
  crop,
  vector,
  allow_id_card,
  only_largest_face,
  disable_validation,
  allow_covered,
} = fields;
