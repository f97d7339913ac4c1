import type { FacematchVersion } from '../models/manifest.js';

/** The vendor's limit of 5 MB, read as 5 · 1024 · 1024 bytes. */
export const MAX_IMAGE_BYTES = 5 * 1024 * 1024;

/** What the HTTP room asks of the vision room. Inference runs in worker threads, never on the caller's. */
export interface FaceAnalyser {
  /**
   * Finds the one face of a photo, passes it through the gates and embeds it.
   * @param signal a photo that still waits for its turn when this fires is not computed; rejects with its reason
   * @throws FaceSearchError BAD_INPUT (format, size, resolution), ID_CARD, NO_FACE, MANY_FACES, NOT_FULL_FACE, OVERLOADED
   */
  embedPhoto(image: Buffer, options: PhotoOptions, signal?: AbortSignal): Promise<Analysis>;

  /**
   * Embeds an image that is already the crop of one face: neither gates nor counts faces.
   * @param signal as in embedPhoto
   * @throws FaceSearchError BAD_INPUT, OVERLOADED
   */
  embedCrop(image: Buffer, version: FacematchVersion, signal?: AbortSignal): Promise<Analysis>;

  close(): Promise<void>;
}

export interface PhotoOptions {
  version: FacematchVersion;
  /** Skip the ID-card gate. */
  allowIdCard: boolean;
  /**
   * What to do when several faces matter: refuse the photo, take the largest, or take the one nearest to the centre (for
   * labelled data sets, whose labels mean that one).
   */
  severalFaces: 'refuse' | 'largest' | 'central';
  /** Skip the quality gates (406). */
  disableValidation: boolean;
}

export interface Analysis {
  /** 512 float32, L2-normalised. */
  embedding: Float32Array;
  /** Milliseconds per stage, for the log. */
  timings: Record<string, number>;
}
