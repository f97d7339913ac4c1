import type { PersonRef } from '../template.js';
import type { CollectionRef } from './people-store.js';

/**
 * Embeddings of another model for faces that there are, made from their kept photos while the server still compares the ones
 * before. A staged one is erased with its face, and counts only when it takes the place of the face's own.
 *
 *   face of the old model ──stage──▶ the same face, and a staged embedding ──adopt──▶ face of the new model
 */
export interface StagedEmbeddings {
  /** Faces that were made by another model and have no staged embedding of this one, in order of their numbers. @param after a number */
  facesToEmbed(model: string, after: number, limit: number): Promise<FaceToEmbed[]>;

  /** @returns false when the face has been erased since, or is of the model by now; nothing is kept then */
  stage(face: FaceToEmbed, model: string, embedding: Float32Array): Promise<boolean>;

  count(model: string): Promise<StagedCounts>;

  /**
   * Gives some of the faces their staged embeddings of the model, in one transaction. Templates of their people go.
   * @returns how many; 0 when none is left
   */
  adopt(model: string, limit: number): Promise<number>;

  /** Users with faces, none of which the model made and none of which has a staged embedding of it, in order of their numbers. */
  peopleWithout(model: string, after: number, limit: number): Promise<PersonWithoutFace[]>;
}

export interface FaceToEmbed extends PersonRef {
  faceId: number;
  /** Key of the photo that was kept of it; undefined where none was. */
  objectKey: string | undefined;
}

export interface StagedCounts {
  /** Faces that the model made. */
  own: number;
  /** Faces of other models with a staged embedding of this one. */
  staged: number;
  /** Faces of other models without, but with a photo. */
  waiting: number;
  /** Faces of other models without either. */
  withoutPhoto: number;
}

export interface PersonWithoutFace extends CollectionRef, PersonRef {
  userId: string;
  /** At least one of the faces has a photo. */
  hasPhoto: boolean;
}
