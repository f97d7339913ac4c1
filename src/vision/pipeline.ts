import type { FacematchVersion, ModelPack } from '../models/manifest.js';
import { ALIGNED_SIZE, alignedToImage, mendedAlignedToImage } from './alignment.js';
import { type DecodedImage, type DecodeLimits, decode } from './decode.js';
import { Detector } from './detectors/detector.js';
import { Embedder } from './embedder.js';
import type { Analysis, FaceFault, PhotoOptions, PhotoReport } from './face-analyser.js';
import { FaceFinder, type FoundFaces, type LocatedFace } from './face-finder.js';
import { FaceGate } from './gates/face-gate.js';
import { isTooClose } from './gates/full-face.js';
import { type CardScore, IdCardGate } from './gates/id-card-gate.js';
import { area, type Box } from './geometry.js';
import { ImagePyramid } from './image-pyramid.js';
import { LandmarkFinder } from './landmarks.js';
import { Refusal } from './refusal.js';
import { StageTimer } from './stage-timer.js';

export interface VisionLimits extends DecodeLimits {
  /** A narrower face does not count as detected, in pixels of the photo. */
  minFaceWidth: number;
  /** A face that covers less of the photo does not count as detected, 0–1. */
  minFaceArea: number;
}

/** "Around": how much narrower than the limit a face may be, as with the resolution. */
const FACE_WIDTH_TOLERANCE = 0.1;

/** A face narrower than this share of the main one is a passer-by or a picture behind the person, not a second one. */
const PASSER_BY_WIDTH = 1 / 8;

/** First look at a photo: its longer side in pixels, at least, which is three times the usual detector's input. */
export const FIRST_LOOK_SIDE = 960;

/** A face at least so wide, in pixels, is still larger than in the aligned crop; a narrower one is looked at in full size. */
const SHARP_FACE_WIDTH = 112;

interface Gates {
  face: FaceGate | null;
  idCard: IdCardGate | null;
}

/**
 * From the bytes of a photo to an embedding, in the contract's order: decode (400) → find faces → ID card (410) → number of faces
 * (407) → quality (406) → align → embed. One instance serves one thread.
 */
export class Pipeline {
  private constructor(
    private readonly pack: ModelPack,
    private readonly limits: VisionLimits,
    private readonly finder: FaceFinder,
    private readonly gates: Gates,
    private readonly embedders: ReadonlyMap<string, Embedder>,
  ) {}

  static async load(pack: ModelPack, limits: VisionLimits): Promise<Pipeline> {
    const embedders = new Map<string, Embedder>();
    for (const { model } of Object.values(pack.embedders)) {
      if (!embedders.has(model.name)) embedders.set(model.name, await Embedder.load(model));
    }
    const detector = await Detector.load(pack.detector);
    const landmarks = pack.landmarks && (await LandmarkFinder.load(pack.landmarks));
    const face = pack.faceGate && (await FaceGate.load(pack.faceGate));
    const idCard = pack.idCardGate && (await IdCardGate.load(pack.idCardGate));
    const finder = new FaceFinder(detector, landmarks, face);
    return new Pipeline(pack, limits, finder, { face, idCard }, embedders);
  }

  /**
   * @param clock times the stages, also of a photo that is refused
   * @throws Refusal
   */
  async embedPhoto(bytes: Uint8Array, options: PhotoOptions, clock = new StageTimer()): Promise<Analysis> {
    const { photo, found } = await this.findFaces(bytes, clock);
    if (!options.allowIdCard) refuseIdCard(await clock.time('idCard', () => this.lookForCard(photo, found)));
    const face = this.accept(found, options);
    const embedding = await clock.time('embed', () => this.embed(found.pyramid, face, options.version));
    return { embedding, timings: clock.timings };
  }

  /**
   * Tells what `embedPhoto` sees in a photo and would refuse, without embedding it.
   * @throws Refusal BAD_INPUT
   */
  async analysePhoto(bytes: Uint8Array, options: PhotoOptions, clock = new StageTimer()): Promise<PhotoReport> {
    const { photo, found } = await this.findFaces(bytes, clock);
    const idCard = await clock.time('idCard', () => this.lookForCard(photo, found));
    const { width, height } = photo.image;
    const faces = found.faces.map(({ box, outline, fivePoints, scores }) => {
      const fault = this.faultOf({ box, outline, scores }, found.pyramid) ?? null;
      return { box, outline, fivePoints, scores, fault, isPerson: isPerson(box, found) };
    });
    const refusal = refusalOf(() => {
      if (!options.allowIdCard) refuseIdCard(idCard);
      return this.accept(found, options);
    });
    const thresholds = this.pack.faceGate?.thresholds ?? null;
    return { width, height, faces, idCard: idCard ?? null, thresholds, refusal, timings: clock.timings };
  }

  /**
   * Embeds an image that is the crop of one face, however tight: its largest face, or the whole of it when the detector
   * sees none. Nothing is refused but an image that cannot be decoded.
   * @throws Refusal BAD_INPUT
   */
  async embedCrop(bytes: Uint8Array, version: FacematchVersion, clock = new StageTimer()): Promise<Analysis> {
    const image = await clock.time('decode', () => decode(bytes, { ...this.limits, minResolution: null }));
    const pyramid = new ImagePyramid(image);
    const face = await clock.time('find', () => this.finder.findInCrop(pyramid));
    const embedding = await clock.time('embed', () => this.embed(pyramid, face, version));
    return { embedding, timings: clock.timings };
  }

  /** Looks at a shrunk photo first, and at all of it where a face that matters has lost detail. */
  private async findFaces(bytes: Uint8Array, clock: StageTimer): Promise<{ photo: ImagePyramid; found: FoundFaces }> {
    const first = await this.look(bytes, clock, FIRST_LOOK_SIDE);
    return first.sharp ? first : this.look(bytes, clock);
  }

  /** Decodes and finds. `sharp` is false when a face that matters has lost detail because the photo was shrunk. */
  private async look(bytes: Uint8Array, clock: StageTimer, leastSide?: number) {
    const image = await clock.time('decode', () => decode(bytes, this.limits, leastSide));
    const photo = new ImagePyramid(image);
    const widths: number[] = [];
    const counts = (box: Box) => {
      const large = this.isLargeEnough(box, image);
      if (large) widths.push(box.width);
      return large;
    };
    const found = await clock.time('find', () => this.finder.find(photo, counts));
    const least = (found.faces[0]?.box.width ?? 0) * PASSER_BY_WIDTH;
    const blurred = widths.some((width) => width >= least && width < SHARP_FACE_WIDTH);
    return { photo, found, sharp: image.shrink === 1 || !blurred };
  }

  private async lookForCard(photo: ImagePyramid, { faces }: FoundFaces): Promise<CardScore | undefined> {
    return this.gates.idCard?.look(photo, faces[0]?.box);
  }

  /**
   * The face to embed.
   * @throws Refusal NO_FACE, MANY_FACES, NOT_FULL_FACE
   */
  private accept(found: FoundFaces, { severalFaces, disableValidation }: PhotoOptions): LocatedFace {
    const face = theFace(found, severalFaces);
    const fault = disableValidation ? undefined : this.faultOf(face, found.pyramid);
    if (fault) throw new Refusal('NOT_FULL_FACE', fault);
    return face;
  }

  private isLargeEnough(box: Box, image: DecodedImage): boolean {
    return (
      box.width * image.shrink >= this.limits.minFaceWidth * (1 - FACE_WIDTH_TOLERANCE) &&
      area(box) >= this.limits.minFaceArea * image.width * image.height
    );
  }

  /** Why a face is not full; undefined for one that is. */
  private faultOf(
    { box, outline, scores }: Pick<LocatedFace, 'box' | 'outline' | 'scores'>,
    { image }: ImagePyramid,
  ): FaceFault | undefined {
    // Asked first: a crop that ends above the mouth looks like a mask to the gate.
    if (isTooClose(box, outline, image)) return 'too-close';
    return scores ? this.gates.face?.coverOf(scores) : undefined;
  }

  private embed(
    pyramid: ImagePyramid,
    { fivePoints, fillsPicture }: LocatedFace,
    version: FacematchVersion,
  ): Promise<Float32Array> {
    const { model, mirror } = this.pack.embedders[version];
    const toImage = fillsPicture ? mendedAlignedToImage(fivePoints) : alignedToImage(fivePoints);
    const crop = pyramid.sample(toImage, ALIGNED_SIZE, ALIGNED_SIZE, 0);
    return (this.embedders.get(model.name) as Embedder).embed(crop, mirror);
  }
}

/**
 * The one face that matters.
 * @throws Refusal NO_FACE, MANY_FACES
 */
function theFace(found: FoundFaces, severalFaces: PhotoOptions['severalFaces']): LocatedFace {
  const { faces, pyramid, rejected } = found;
  const [largest] = faces;
  if (!largest) throw new Refusal('NO_FACE', rejected ?? 'no-face');
  const people = faces.filter(({ box }) => isPerson(box, found));
  if (people.length > 1 && severalFaces === 'refuse') throw new Refusal('MANY_FACES', 'many-faces');
  if (severalFaces !== 'central') return largest;
  return people.reduce((best, face) => (offCentre(face, pyramid) < offCentre(best, pyramid) ? face : best));
}

/** Whether a face counts beside the largest one. */
function isPerson(box: Box, { faces: [largest] }: FoundFaces): boolean {
  return largest !== undefined && box.width >= largest.box.width * PASSER_BY_WIDTH;
}

/** @throws Refusal ID_CARD */
function refuseIdCard(card: CardScore | undefined): void {
  if (card?.isIdCard) throw new Refusal('ID_CARD', 'id-card');
}

/** What `judge` refuses; null when it accepts. */
function refusalOf(judge: () => unknown): PhotoReport['refusal'] {
  try {
    judge();
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { errorName: error.errorName, reason: error.reason };
  }
}

/** Distance of the face's centre from the photo's, in pixels. */
function offCentre({ box }: LocatedFace, { image }: ImagePyramid): number {
  return Math.hypot(box.x + (box.width - image.width) / 2, box.y + (box.height - image.height) / 2);
}
