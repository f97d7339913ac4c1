import type { Reason } from '../../core/errors.js';
import type { QualityAdvice } from '../../vision/quality/score.js';
import type { ServerRefusal } from './import-state.js';

export interface Words {
  title: string;
  /** What fixes it. */
  advice: string;
}

/** Of what a photo can be refused for. */
const byReason: Partial<Record<Reason, Words>> = {
  'no-face': { title: 'No face found', advice: 'The face may be turned away, dark or blurred.' },
  'not-a-face': {
    title: 'Not clearly a face',
    advice: 'Something like a face was seen: take a sharper photo from the front, in good light.',
  },
  'face-too-small': { title: 'Face too small', advice: 'The face must be about 80 pixels wide. Take a closer photo.' },
  'many-faces': {
    title: 'Several people',
    advice: 'Cut the photo so that it shows one person; only passers-by far behind do not count.',
  },
  mask: { title: 'Wearing a mask', advice: 'Take a photo without the mask.' },
  sunglasses: { title: 'Wearing sunglasses', advice: 'Take a photo without them; clear glasses may stay on.' },
  hat: { title: 'Wearing a hat', advice: 'Take a photo with the forehead free.' },
  'too-close': {
    title: 'Too close, or cut by the border',
    advice: 'The whole head must be in the photo, with some space around it.',
  },
  'not-live': {
    title: 'A picture of a face',
    advice:
      'LIVENESS=refuse of the server refuses prints and screens. Import known photos with LIVENESS=off or report.',
  },
  'low-quality': {
    title: 'Low quality',
    advice:
      'MIN_QUALITY of the server asks for more. Take a sharp photo from the front, in even light; with --quality the report says what to change about each photo.',
  },
  'id-card': {
    title: 'An identity document',
    advice: 'Take a photo of the person, or run the import with --allow-id-card.',
  },
  'image-format': {
    title: 'Not a JPEG or PNG',
    advice: 'Save the photo as JPEG or PNG: its name alone does not make it one.',
  },
  'image-damaged': { title: 'Damaged', advice: 'The file ends early or is broken. Copy it again.' },
  'image-size': {
    title: 'Larger than 5 MB',
    advice: 'Save the photo with fewer pixels, or with a lower quality.',
  },
  'image-resolution': {
    title: 'Too small',
    advice:
      'About 640x480 pixels are needed, or what MIN_RESOLUTION says on the server. Take a larger photo; enlarging adds nothing.',
  },
  'image-pixels': { title: 'Too many pixels', advice: 'Save the photo with fewer pixels.' },
};

/** What to change about a photo of low quality. */
export const qualityWords: Record<QualityAdvice, string> = {
  blurred: 'blurred: take a sharper one',
  dark: 'too dark: more light on the face',
  bright: 'too bright: less light on the face',
  'uneven-light': 'uneven light: let the light come from the front',
  'low-contrast': 'little contrast: avoid haze and back light',
  small: 'small face: take a closer one',
  turned: 'turned aside: look into the camera',
  'looks-up-or-down': 'looks up or down: hold the camera at eye level',
  tilted: 'tilted: hold the head upright',
  'eyes-closed': 'eyes closed',
  'mouth-open': 'mouth open',
  cut: 'cut by the edge: leave room around the face',
  covered: 'partly covered: free the face',
};

/** How people read a refusal. A server of another kind sends no reason: then its own text stands alone. */
export function wordsFor({ code, text, reason }: ServerRefusal): Words {
  const known: Readonly<Record<string, Words>> = byReason;
  return known[reason] ?? { title: text, advice: `Code ${code}.` };
}
