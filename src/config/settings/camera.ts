import { choice, fraction, httpUrl, httpUrlFile, integer, timeZone } from '../parsers.js';
import type { Variable } from '../variable.js';

/** Whether people before a camera are alive, and when they came. */
export const cameraSettings = {
  LIVENESS: {
    description:
      '`report`: the server tells how much a face looks like a person before the camera, not like a print or a screen. `refuse`: it also refuses the others in searches and additions, with `not-live`. A hint, and no certified check: docs/liveness.md.',
    default: 'off',
    schema: choice('off', 'report', 'refuse'),
  },
  LIVENESS_THRESHOLD: {
    description: 'Least score of a live face, 0–1.',
    defaultShown: 'that of the model: 0.5',
    schema: fraction(),
  },
  LIVENESS_URL: {
    description:
      'Service that judges instead of the built-in network, such as that of a certified vendor. Photos of faces are sent to it. See docs/liveness.md.',
    defaultShown: 'none: no photo leaves the server',
    schema: httpUrl(),
  },
  LIVENESS_URL_FILE: { description: 'File that holds it, instead of `LIVENESS_URL`.', schema: httpUrlFile() },
  LIVENESS_TIMEOUT: {
    description: 'Milliseconds that the service may take to answer.',
    default: '3000',
    schema: integer(100, 60_000),
  },
  LIVENESS_ON_ERROR: {
    description:
      'What happens where the service does not answer: `refuse` answers 503 with `liveness-unavailable`, `pass` takes the photo unjudged.',
    default: 'refuse',
    schema: choice('refuse', 'pass'),
  },
  ATTENDANCE_DAYS: {
    description:
      'Days for which the attendance list of the camera page is kept. Nothing is written unless the page asks for it; 0 refuses to. See docs/camera.md.',
    default: '90',
    schema: integer(0, 36_500),
  },
  TZ: {
    description:
      'Time zone of the site, such as `Asia/Ho_Chi_Minh`. A day of the attendance list begins at its midnight.',
    defaultShown: 'that of the machine; in the container image UTC',
    schema: timeZone(),
  },
} as const satisfies Record<string, Variable>;
