import { FaceSearchError, type Reason } from '../../core/errors.js';
import { DecryptionError } from '../../persistence/encryption/data-cipher.js';
import type { FaceToEmbed, PersonWithoutFace, StagedEmbeddings } from '../../persistence/people/staged-embeddings.js';
import type { ObjectSource } from '../../persistence/photos/object-store.js';
import { mapConcurrent } from '../../util/map-concurrent.js';
import type { PhotoEmbedder, PhotoOptions } from '../../vision/face-analyser.js';

export interface ReEmbedParts {
  staged: StagedEmbeddings;
  photos: ObjectSource;
  analyser: PhotoEmbedder;
  /** Identity of the model that embeds. */
  model: string;
  options: PhotoOptions;
  /** Photos under way at once. */
  parallel: number;
  /** Told after each photo: how many are done, and how many of them in vain. */
  onProgress?: (done: number, failed: number) => void;
  signal?: AbortSignal;
}

/** Why a face has no embedding of the new model: what the analysis says of its photo, or what is wrong with the photo itself. */
export type Obstacle = Reason | 'photo-missing' | 'photo-damaged';

export interface ReEmbedded {
  /** Photos that became embeddings now. */
  embedded: number;
  /** Faces that were erased while their photo was embedded. */
  erased: number;
  /** By the number of the face. */
  obstacles: ReadonlyMap<number, Obstacle>;
  /** False when it was stopped before its end. */
  isComplete: boolean;
}

export interface PersonToPhotograph extends PersonWithoutFace {
  reason: 'no-photo' | 'no-photo-usable';
}

const FACES_PER_PAGE = 200;
const PEOPLE_PER_PAGE = 500;

/**
 * Embeds the kept photos of all faces that another model made, and stages the results. A server may run meanwhile: it goes on with
 * the faces that it has. Each embedding is durable when the next one begins, so a killed run is taken up where it was.
 * @throws StoreError; what the analyser throws that is no refusal
 */
export async function reEmbed(parts: ReEmbedParts): Promise<ReEmbedded> {
  const { staged, model, parallel, onProgress, signal } = parts;
  const obstacles = new Map<number, Obstacle>();
  const counts = { embedded: 0, erased: 0 };
  let done = 0;
  for (let after = 0; ; ) {
    const page = await staged.facesToEmbed(model, after, FACES_PER_PAGE);
    const last = page.at(-1);
    if (!last) return { ...counts, obstacles, isComplete: true };
    const withPhoto = page.filter(({ objectKey }) => objectKey !== undefined);
    await mapConcurrent(withPhoto, parallel, async (face) => {
      if (signal?.aborted) return;
      const outcome = await stageOne(parts, face);
      if (outcome === 'embedded' || outcome === 'erased') counts[outcome]++;
      else obstacles.set(face.faceId, outcome);
      onProgress?.(++done, obstacles.size);
    });
    if (signal?.aborted) return { ...counts, obstacles, isComplete: false };
    after = last.faceId;
  }
}

async function stageOne(
  { staged, photos, analyser, model, options }: ReEmbedParts,
  face: FaceToEmbed,
): Promise<'embedded' | 'erased' | Obstacle> {
  let photo: Buffer | undefined;
  try {
    photo = await photos.get(face.objectKey ?? '');
  } catch (error) {
    if (error instanceof DecryptionError) return 'photo-damaged';
    throw error;
  }
  if (!photo) return 'photo-missing';
  try {
    const { embedding } = await analyser.embedPhoto(photo, options);
    return (await staged.stage(face, model, embedding)) ? 'embedded' : 'erased';
  } catch (error) {
    if (error instanceof FaceSearchError && error.reason !== undefined) return error.reason;
    throw error;
  }
}

/** Everybody with faces whom the new model would not find. */
export async function* peopleToPhotograph(staged: StagedEmbeddings, model: string): AsyncIterable<PersonToPhotograph> {
  for (let after = 0; ; ) {
    const page = await staged.peopleWithout(model, after, PEOPLE_PER_PAGE);
    const last = page.at(-1);
    if (!last) return;
    for (const person of page) yield { ...person, reason: person.hasPhoto ? 'no-photo-usable' : 'no-photo' };
    after = last.personId;
  }
}
