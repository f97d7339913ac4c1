import type { Refusal } from './import-state.js';

export interface Words {
  title: string;
  /** What mends it. */
  advice: string;
}

const byReason: Readonly<Record<string, Words>> = {
  mask: { title: 'Wearing a mask', advice: 'Take a photo without the mask.' },
  sunglasses: { title: 'Wearing sunglasses', advice: 'Take a photo without them; clear glasses may stay on.' },
  hat: { title: 'Wearing a hat', advice: 'Take a photo with the forehead free.' },
  'too-close': {
    title: 'Too close, or cut by the border',
    advice: 'The whole head must be in the photo, with some room around it.',
  },
};

const byText: Readonly<Record<string, Words>> = {
  'No face detected': {
    title: 'No face found',
    advice: 'The face may be too small (about 80 pixels wide are needed), turned away, dark or blurred.',
  },
  'More than 1 faces detected': {
    title: 'Several people',
    advice: 'Cut the photo so that it shows one person; only passers-by far behind do not count.',
  },
  'The image format is not supported: send a jpg, jpeg or png.': {
    title: 'Not a JPEG or PNG',
    advice: 'Save the photo as JPEG or PNG: its name alone does not make it one.',
  },
  'The image is damaged and cannot be decoded.': {
    title: 'Damaged',
    advice: 'The file ends early or is broken. Copy it again.',
  },
  'The image is larger than 5 MB.': {
    title: 'Larger than 5 MB',
    advice: 'Save the photo with fewer pixels, or with a lower quality.',
  },
  'Photo is id card': {
    title: 'An identity document',
    advice: 'Take a photo of the person, or run the import with --allow-id-card.',
  },
};

/** How people read a refusal. */
export function wordsFor({ code, text, reason }: Refusal): Words {
  return byReason[reason] ?? byText[text] ?? tooSmall(text) ?? { title: text, advice: `Code ${code}.` };
}

/** The only sentence with the numbers of one photo in it, which must not become a reason of its own. */
function tooSmall(text: string): Words | undefined {
  const least = /^The image is \S+ pixels: send one of at least (\S+)\.$/.exec(text)?.[1];
  if (least === undefined) return undefined;
  return {
    title: 'Too small',
    advice: `At least ${least} pixels are needed. Take a larger photo; enlarging adds nothing.`,
  };
}
