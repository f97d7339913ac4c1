import type { ErrorName, Reason, ReasonOf } from '../core/errors.js';
import type { FacematchVersion } from '../models/manifest.js';
import type { FaceScores } from './face-scorer.js';
import type { Sights } from './gates/gates.js';
import type { Box, Point } from './geometry.js';
import type { FaceQuality } from './quality/score.js';

/** The vendor's limit of 5 MB, read as 5 · 1024 · 1024 bytes. */
export const MAX_IMAGE_BYTES = 5 * 1024 * 1024;

/** What the HTTP layer asks of the vision layer. Inference runs in worker threads, never on the caller's. */
export interface FaceAnalyser {
  /**
   * Finds the one face of a photo, passes it through the gates and embeds it.
   * @param signal a photo that still waits for its turn when this fires is not computed; rejects with its reason
   * @throws FaceSearchError BAD_INPUT (format, size, resolution), ID_CARD, NO_FACE, MANY_FACES, NOT_FULL_FACE, OVERLOADED
   */
  embedPhoto(image: Buffer, options: PhotoOptions, signal?: AbortSignal): Promise<Analysis>;

  /**
   * Embeds the one face of a photo that is to be compared with another photo: documents pass, and a second, smaller portrait
   * on a document does not count.
   * @param signal as in embedPhoto
   * @throws FaceSearchError BAD_INPUT, NO_FACE, MANY_FACES, NOT_FULL_FACE, OVERLOADED
   */
  embedForMatch(image: Buffer, options: MatchOptions, signal?: AbortSignal): Promise<MatchAnalysis>;

  /**
   * Embeds an image that is already the crop of one face: neither gates nor counts faces.
   * @param signal as in embedPhoto
   * @throws FaceSearchError BAD_INPUT, OVERLOADED
   */
  embedCrop(image: Buffer, version: FacematchVersion, signal?: AbortSignal): Promise<Analysis>;

  /**
   * Tells what is seen in a photo and which refusal it would meet.
   * @param signal as in embedPhoto
   * @throws FaceSearchError BAD_INPUT, OVERLOADED
   */
  analysePhoto(image: Buffer, options: PhotoOptions, signal?: AbortSignal): Promise<PhotoReport>;

  /**
   * Tells what is seen in a photo, and embeds the face that counts unless the photo is refused: one look of a camera.
   * @param signal as in embedPhoto
   * @throws FaceSearchError BAD_INPUT, OVERLOADED
   */
  lookAt(image: Buffer, options: PhotoOptions, signal?: AbortSignal): Promise<PhotoReport>;

  /** Photos that wait for a worker. */
  readonly queued: number;
  /** Worker threads that are alive. */
  readonly workers: number;

  close(): Promise<void>;
}

/** For those who only want photos embedded. */
export type PhotoEmbedder = Pick<FaceAnalyser, 'embedPhoto'>;

export interface PhotoOptions {
  version: FacematchVersion;
  /** Skip the ID-card gate. */
  allowIdCard: boolean;
  /** What to do when several faces matter: refuse the photo, or take the largest. */
  severalFaces: 'refuse' | 'largest';
  /** Skip the quality gates (406). */
  disableValidation: boolean;
  /** Take a face although a gate sees it covered; what the gate sees is noted. */
  allowCovered?: boolean;
  /** Skip the liveness gate, where the server has it on. */
  withoutLiveness?: boolean;
  /** Tell the quality of the face that is embedded. */
  tellQuality?: boolean;
  /** Also cut out the face that is embedded, to be kept. */
  withCrop?: boolean;
}

export interface Analysis {
  /** 512 float32, L2-normalised. */
  embedding: Float32Array;
  /** What the photo would have been refused for, had the options not overruled it; empty for most. */
  overruled: Reason[];
  /** Quality of the face, 0–100, where the options ask for it. */
  quality?: number;
  /** The face with a margin, as a JPEG, where it was asked for. */
  crop?: Buffer;
  /** Milliseconds per stage, for the log. */
  timings: Record<string, number>;
}

/** What is asked of a photo that is to be compared. */
export type MatchOptions = Pick<PhotoOptions, 'disableValidation'>;

export interface MatchAnalysis extends Analysis {
  /** The photo is one of an identity document. */
  isIdCard: boolean;
}

/** Why a face is not full. */
export type FaceFault = ReasonOf<'NOT_FULL_FACE'>;

/** One face of a photo, in pixels of the photo. */
export interface FaceReport {
  box: Box;
  /** 68 points; none in a pack without landmarks. */
  outline: Point[];
  /** Eyes, tip of the nose and corners of the mouth, as the embedding is aligned to. */
  fivePoints: Point[];
  /** What the face scorer sees in it; null in a pack without one. */
  scores: FaceScores | null;
  /** Why it is not a full face; null for one that is. */
  fault: FaceFault | null;
  /** False for a passer-by, who does not count beside the largest face. */
  isPerson: boolean;
  /** How fit it is to be found again, and what to change. */
  quality: FaceQuality;
  /** Probability that it is a person before the camera, 0–1; null where LIVENESS is off or the pack has no network for it. */
  liveness: number | null;
  /** Too small to be embedded. It counts as a person all the same. */
  isSmall: boolean;
}

/** What is seen in a photo. */
export interface PhotoReport extends Sights {
  /** Size of the photo in pixels, upright. */
  width: number;
  height: number;
  /** Largest first. */
  faces: FaceReport[];
  /** From where on each score of a face counts; null in a pack without a face scorer. */
  thresholds: FaceScores | null;
  /** 512 float32, L2-normalised, of the face that counts; only from `lookAt`, where nothing is refused. */
  embedding?: Float32Array;
  /** What a request with the same options would be refused for; null when it would not. */
  refusal: { errorName: ErrorName; reason: Reason } | null;
  /** Milliseconds per stage, for the log. */
  timings: Record<string, number>;
}
