import type { Calibration } from '../../models/manifest.js';

/**
 * Corrects the cosine of two faces for how alike strangers of their kind are.
 *
 * An embedder that has seen few East Asian faces puts them into a narrow cone: strangers in it have higher cosines than
 * strangers elsewhere, so one threshold has a false match rate for them that is a hundred times higher. How far a face
 * lies in the cone shows in its embedding, as the cosine to the cone's axis. Distances (1 - cosine) between faces are
 * stretched by it, which gives one scale for everybody without asking who belongs where. Made on half of the people and
 * tested on the others, thresholds for false match rates of 1e-3 to 1e-5 then agree within 0.02 between both kinds,
 * where they differed by 0.11 to 0.13 (scripts/train/embedding/README.md).
 */
export class Crowding {
  readonly #slope: number;
  readonly #axis: Float32Array;

  /** @param crowding of a model's calibration; without one, nothing is corrected */
  constructor(crowding: Calibration['crowding']) {
    this.#slope = crowding?.slope ?? 0;
    const bytes = Buffer.from(crowding?.axis ?? '', 'base64');
    this.#axis = new Float32Array(bytes.length / 4).map((_, i) => bytes.readFloatLE(4 * i));
  }

  /**
   * By how much distances to a face are stretched, 0 or more.
   * @param embedding of length 1
   */
  of(embedding: Float32Array): number {
    let along = 0;
    for (let i = 0; i < this.#axis.length; i++) along += (this.#axis[i] as number) * (embedding[i] as number);
    return this.#slope * Math.max(0, along);
  }
}

/** Corrects nothing. */
export const noCrowding = new Crowding(undefined);

/**
 * The score of two faces, -1 to 1: their cosine, corrected. Identical vectors keep their 1.
 * @param crowding of both faces together
 */
export function correctedScore(cosine: number, crowding: number): number {
  return Math.max(-1, 1 - (1 - cosine) * (1 + crowding));
}
