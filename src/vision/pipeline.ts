import type { FacematchVersion, ModelPack } from '../models/manifest.js';
import { ALIGNED_SIZE, alignedToImage, templatePointsIn } from './alignment.js';
import { type DecodeLimits, decode } from './decode.js';
import { Detector } from './detectors/detector.js';
import { Embedder } from './embedder.js';
import type { Analysis, PhotoOptions } from './face-analyser.js';
import { isTooClose } from './full-face.js';
import type { Box, DetectedFace, Point } from './geometry.js';
import { ImagePyramid } from './image-pyramid.js';
import { fivePointsOf68, LandmarkFinder } from './landmarks.js';
import { Refusal } from './refusal.js';
import { StageClock } from './stage-clock.js';

export interface VisionLimits extends DecodeLimits {
  /** A narrower face does not count as detected, in pixels of the photo. */
  minFaceWidth: number;
  /** A face that covers less of the photo does not count as detected, 0–1. */
  minFaceArea: number;
}

/** "Around": how much narrower than the limit a face may be, as with the resolution. */
const FACE_WIDTH_TOLERANCE = 0.1;

/**
 * Border around a crop for its detection, as a fraction of its longer side: crops from the tight box of a detector to a
 * loose square then give embeddings with a mean cosine of 0.96–0.99 to those of the whole photo.
 */
const CROP_MARGIN = 0.3;

/** A face that is ready to be embedded. */
interface LocatedFace {
  /** 68 points, or none when the pack's detector gives the five alignment points itself. */
  outline: Point[];
  fivePoints: Point[];
}

/**
 * From the bytes of a photo to an embedding, in the contract's order: decode (400) → detect → number of faces (407) →
 * quality (406) → align → embed. One instance serves one thread.
 */
export class Pipeline {
  private constructor(
    private readonly pack: ModelPack,
    private readonly limits: VisionLimits,
    private readonly detector: Detector,
    private readonly landmarks: LandmarkFinder | null,
    private readonly embedders: ReadonlyMap<string, Embedder>,
  ) {}

  static async load(pack: ModelPack, limits: VisionLimits): Promise<Pipeline> {
    const embedders = new Map<string, Embedder>();
    for (const { model } of Object.values(pack.embedders)) {
      if (!embedders.has(model.name)) embedders.set(model.name, await Embedder.load(model));
    }
    const landmarks = pack.landmarks ? await LandmarkFinder.load(pack.landmarks) : null;
    return new Pipeline(pack, limits, await Detector.load(pack.detector), landmarks, embedders);
  }

  /** @throws Refusal */
  async embedPhoto(bytes: Uint8Array, options: PhotoOptions): Promise<Analysis> {
    const clock = new StageClock();
    const pyramid = new ImagePyramid(await clock.time('decode', () => decode(bytes, this.limits)));
    const detected = await clock.time('detect', () => this.detector.detect(pyramid));
    const face = this.theFace(detected, pyramid, options.severalFaces);
    const located = await clock.time('landmarks', () => this.locate(pyramid, face));
    if (!options.disableValidation && isTooClose(face.box, located.outline, pyramid.image)) {
      throw new Refusal('NOT_FULL_FACE', undefined, 'too-close');
    }
    const embedding = await clock.time('embed', () => this.embed(pyramid, located.fivePoints, options.version));
    return { embedding, timings: clock.timings };
  }

  /**
   * Embeds an image that is the crop of one face, however tight: its largest face, or the whole of it when the detector
   * sees none. Nothing is refused but an image that cannot be decoded.
   * @throws Refusal BAD_INPUT
   */
  async embedCrop(bytes: Uint8Array, version: FacematchVersion): Promise<Analysis> {
    const clock = new StageClock();
    const image = await clock.time('decode', () => decode(bytes, { ...this.limits, minResolution: null }));
    const pyramid = new ImagePyramid(image);
    const margin = CROP_MARGIN * Math.max(image.width, image.height);
    const detected = await clock.time('detect', () => this.detector.detect(pyramid, margin));
    const face = detected.sort((p, q) => area(q.box) - area(p.box))[0] ?? wholeImage(image);
    const located = await clock.time('landmarks', () => this.locate(pyramid, face));
    const embedding = await clock.time('embed', () => this.embed(pyramid, located.fivePoints, version));
    return { embedding, timings: clock.timings };
  }

  /** The one face that matters, in the contract's terms. */
  private theFace(
    detected: DetectedFace[],
    { image }: ImagePyramid,
    severalFaces: PhotoOptions['severalFaces'],
  ): DetectedFace {
    const wideEnough = detected.filter(
      ({ box }) =>
        box.width >= this.limits.minFaceWidth * (1 - FACE_WIDTH_TOLERANCE) &&
        area(box) >= this.limits.minFaceArea * image.width * image.height,
    );
    const prominence =
      severalFaces === 'central'
        ? ({ box }: DetectedFace) => -offCentre(box, image)
        : ({ box }: DetectedFace) => area(box);
    const [face, other] = wideEnough.sort((p, q) => prominence(q) - prominence(p));
    if (!face) throw new Refusal('NO_FACE', undefined, detected.length > 0 ? 'face-too-small' : 'no-face');
    if (other && severalFaces === 'refuse') throw new Refusal('MANY_FACES', undefined, 'many-faces');
    return face;
  }

  private async locate(pyramid: ImagePyramid, face: DetectedFace): Promise<LocatedFace> {
    if (this.landmarks) {
      const outline = await this.landmarks.find(pyramid, face.box);
      return { outline, fivePoints: fivePointsOf68(outline) };
    }
    return { outline: [], fivePoints: face.fivePoints ?? templatePointsIn(face.box) };
  }

  private embed(pyramid: ImagePyramid, fivePoints: Point[], version: FacematchVersion): Promise<Float32Array> {
    const { model, mirror } = this.pack.embedders[version];
    const crop = pyramid.sample(alignedToImage(fivePoints), ALIGNED_SIZE, ALIGNED_SIZE, 0);
    return (this.embedders.get(model.name) as Embedder).embed(crop, mirror);
  }
}

function area({ width, height }: Box): number {
  return width * height;
}

/** Distance of the box's centre from the photo's, in pixels. */
function offCentre(box: Box, image: { width: number; height: number }): number {
  return Math.hypot(box.x + (box.width - image.width) / 2, box.y + (box.height - image.height) / 2);
}

function wholeImage({ width, height }: { width: number; height: number }): DetectedFace {
  return { box: { x: 0, y: 0, width, height }, score: 0 };
}
