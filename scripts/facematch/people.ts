import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readDataSet } from '../../src/evaluation/data-set.js';
import type { Pipeline } from '../../src/vision/pipeline.js';
import { Refusal } from '../../src/vision/refusal.js';
import { photographCard, randomFrom, randomLook } from './card.js';

export interface Sample {
  person: string;
  set: string;
  path: string;
  image: Buffer;
}

/** Portraits of one person that become cards, and other photos of the person. */
const CARDS = 3;
const PHOTOS = 5;

/**
 * Cards with portraits of people and other photos of the same people, of a labelled folder.
 * @param pipeline tells where the face of a portrait is
 */
export async function cardsAndPhotos(
  folder: string,
  sets: readonly string[],
  pipeline: Pipeline,
): Promise<{ cards: Sample[]; photos: Sample[] }> {
  const people = new Map<string, { path: string; set: string }[]>();
  for (const { path, set, identity } of (await readDataSet(folder)).images.values()) {
    if (identity === '' || !sets.includes(set)) continue;
    people.set(identity, [...(people.get(identity) ?? []), { path, set }]);
  }
  const cards: Sample[] = [];
  const photos: Sample[] = [];
  for (const [person, images] of people) {
    if (images.length < 2) continue;
    const random = randomFrom(seedOf(person));
    const shuffled = images.map((image) => ({ image, at: random() })).sort((a, b) => a.at - b.at);
    const portraits = shuffled.slice(0, Math.min(CARDS, Math.floor(images.length / 2)));
    for (const { image } of portraits) {
      const photo = await readFile(join(folder, image.path));
      const face = await faceOf(pipeline, photo);
      if (face) cards.push({ person, ...image, image: await photographCard(photo, face, randomLook(random), random) });
    }
    for (const { image } of shuffled.slice(portraits.length, portraits.length + PHOTOS)) {
      photos.push({ person, ...image, image: await readFile(join(folder, image.path)) });
    }
  }
  return { cards, photos };
}

/** The box of the one face of a photo; undefined where there is not exactly one, or the photo cannot be read. */
async function faceOf(pipeline: Pipeline, photo: Buffer) {
  try {
    const options = { version: 'v3', allowIdCard: true, severalFaces: 'largest', disableValidation: true } as const;
    const { faces } = await pipeline.analysePhoto(photo, options);
    return faces.length === 1 ? faces[0]?.box : undefined;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** The same for the same person, whoever else there is. */
export function seedOf(text: string): number {
  let hash = 2166136261;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) as number), 16777619) >>> 0;
  return hash;
}
