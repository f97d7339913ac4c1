import type { Reason } from '../core/errors.js';
import type { FacematchVersion, ModelPack } from '../models/manifest.js';
import { ALIGNED_SIZE, alignedToImage, cropped, unstretchedAlignedToImage } from './alignment.js';
import { type DecodeLimits, decode } from './decode.js';
import { Detector } from './detectors/detector.js';
import { Embedder, type MeasuredEmbedding } from './embedder.js';
import type {
  Analysis,
  FaceReport,
  GroupAnalysis,
  GroupFace,
  GroupOptions,
  MatchAnalysis,
  MatchOptions,
  PhotoOptions,
  PhotoReport,
} from './face-analyser.js';
import { FaceFinder, type FoundFaces, type LocatedFace } from './face-finder.js';
import { FaceScorer } from './face-scorer.js';
import { sizeOfFace } from './face-size.js';
import { causeOf, faultOf, sightsOf } from './findings.js';
import { askGates, type GateFinding, type LoadedGate, loadGates, refuseBy } from './gates/ask-gates.js';
import type { Views } from './gates/gate.js';
import { faceGates, photoGates } from './gates/gates.js';
import { type Box, timesShrink } from './geometry.js';
import { ImagePyramid } from './image-pyramid.js';
import { LandmarkFinder } from './landmarks.js';
import { isPerson, PASSER_BY_WIDTH, withoutSecondPortraits } from './people-in-photo.js';
import { cropAround } from './photo-crop.js';
import { portraitOf } from './portrait.js';
import { judgeQuality } from './quality/judge-quality.js';
import { type DecodedPhoto, qualityIn } from './quality/quality-in.js';
import { Refusal } from './refusal.js';
import { StageTimer } from './stage-timer.js';

export interface VisionLimits extends DecodeLimits {
  /** A narrower face is not embedded, in pixels of the photo. */
  minFaceWidth: number;
  /** A face that covers less of the photo does not count as detected, 0–1. */
  minFaceArea: number;
  /** A face of a lower quality is refused where validation is on, 0–100; none without a number. */
  minQuality?: number;
  /** Whether faces are asked for a sign of life, and refused without; `off` without a word. */
  liveness?: LivenessMode;
}

/** `report`: analyses tell the score. `refuse`: faces that are not live are refused as well. */
export type LivenessMode = 'off' | 'report' | 'refuse';

/** First look at a photo: its longer side in pixels, at least, which is three times the usual detector's input. */
export const FIRST_LOOK_SIDE = 960;

/** A face at least so wide, in pixels, is still larger than in the aligned crop; a narrower one is looked at in full size. */
const SHARP_FACE_WIDTH = 112;

/** Of a photo of many people: its longer side in pixels, at least. */
const GROUP_SIDE = 4096;

/** What is asked of a photo that is to be compared. */
const MATCH_OPTIONS = { version: 'v3', allowIdCard: true, severalFaces: 'refuse', withoutLiveness: true } as const;

/** Takes one of the people in a photo, the largest first. */
export type ChooseFace = (people: readonly LocatedFace[], picture: ImagePyramid) => LocatedFace;

/**
 * From the bytes of a photo to an embedding, in the contract's order: decode (400) → find faces → ID card (410) → number of faces
 * (407) → quality (406) → align → embed. One instance serves one thread.
 */
export class Pipeline {
  private constructor(
    private readonly pack: ModelPack,
    private readonly limits: VisionLimits,
    private readonly finder: FaceFinder,
    private readonly photoGates: readonly LoadedGate<'photo'>[],
    private readonly faceGates: readonly LoadedGate<'face'>[],
    private readonly embedders: ReadonlyMap<string, Embedder>,
    private readonly chooseFace: ChooseFace,
  ) {}

  /** @param chooseFace which face is embedded where several are allowed */
  static async load(pack: ModelPack, limits: VisionLimits, chooseFace: ChooseFace = largest): Promise<Pipeline> {
    const embedders = new Map<string, Embedder>();
    for (const { model } of Object.values(pack.embedders)) {
      if (!embedders.has(model.name)) embedders.set(model.name, await Embedder.load(model));
    }
    const detector = await Detector.load(pack.detector);
    const landmarks = pack.landmarks && (await LandmarkFinder.load(pack.landmarks));
    const scorer = pack.gates.faceGate && (await FaceScorer.load(pack.gates.faceGate));
    const finder = new FaceFinder(detector, landmarks, scorer);
    const [ofPhoto, ofFace] = [
      await loadGates(photoGates, pack),
      await loadGates(faceGates, pack, (limits.liveness ?? 'off') === 'off' ? ['liveness'] : []),
    ];
    return new Pipeline(pack, limits, finder, ofPhoto, ofFace, embedders, chooseFace);
  }

  /**
   * @param clock times the stages, also of a photo that is refused
   * @throws Refusal
   */
  async embedPhoto(bytes: Uint8Array, options: PhotoOptions, clock = new StageTimer()): Promise<Analysis> {
    const { photo, found } = await this.findFaces(bytes, clock);
    const findings = await askGates(this.photoGates, photoView(photo, found), options, clock);
    const { face, overruled } = await this.accept(photo, found, findings, options);
    const { embedding, length } = await clock.time('embed', () => this.embed(found.pyramid, face, options.version));
    const score = judgeQuality(photo, face, length, options, this.limits);
    const crop = options.withCrop && { crop: await clock.time('crop', () => cropAround(photo, face.box)) };
    const quality = score !== undefined && { quality: score };
    return { embedding, overruled, ...crop, ...quality, timings: clock.timings };
  }

  /**
   * Like `embedPhoto`, for a photo that is to be compared with another one: a document is not refused, and of its portraits the
   * largest counts.
   * @throws Refusal
   */
  async embedForMatch(
    bytes: Uint8Array,
    { disableValidation }: MatchOptions,
    clock = new StageTimer(),
  ): Promise<MatchAnalysis> {
    const { photo, found } = await this.findFaces(bytes, clock);
    const findings = await askGates(this.photoGates, photoView(photo, found), {}, clock);
    const isIdCard = sightsOf(findings).idCard?.isIdCard ?? false;
    const faces = isIdCard ? withoutSecondPortraits(found.faces) : found.faces;
    const options = { ...MATCH_OPTIONS, disableValidation };
    const { face } = await this.accept(photo, { ...found, faces }, findings, options);
    const { embedding, length } = await clock.time('embed', () => this.embed(found.pyramid, face, options.version));
    judgeQuality(photo, face, length, options, this.limits);
    return { embedding, isIdCard, overruled: [], timings: clock.timings };
  }

  /**
   * Tells what `embedPhoto` sees in a photo and would refuse.
   * @throws Refusal BAD_INPUT
   */
  async analysePhoto(bytes: Uint8Array, options: PhotoOptions, clock = new StageTimer()): Promise<PhotoReport> {
    return (await this.report(bytes, options, clock)).report;
  }

  /**
   * As `analysePhoto`, with the embedding of the face that counts where nothing is refused.
   * @throws Refusal BAD_INPUT
   */
  async lookAt(bytes: Uint8Array, options: PhotoOptions, clock = new StageTimer()): Promise<PhotoReport> {
    const { report, accepted, embedded, found } = await this.report(bytes, options, clock);
    if (!accepted) return report;
    const made =
      embedded.get(accepted) ?? (await clock.time('embed', () => this.embed(found.pyramid, accepted, options.version)));
    return { ...report, embedding: made.embedding };
  }

  private async report(bytes: Uint8Array, options: PhotoOptions, clock: StageTimer) {
    const { photo, found } = await this.findFaces(bytes, clock);
    const findings = await askGates(this.photoGates, photoView(photo, found), {}, clock);
    const tellsLength = this.pack.embedders[options.version].model.lengths !== undefined;
    const embedded = new Map<LocatedFace, MeasuredEmbedding>();
    const faces: FaceReport[] = [];
    for (const located of found.faces) {
      const { fillsPicture, ...face } = located;
      const asked = await askGates(this.faceGates, { face, picture: found.pyramid, photo }, {});
      const fault = faultOf(asked);
      const liveness = (asked.find(({ name }) => name === 'liveness')?.sight ?? null) as number | null;
      const made =
        tellsLength && (await clock.time('embed', () => this.embed(found.pyramid, located, options.version)));
      if (made) embedded.set(located, made);
      faces.push({
        ...face,
        fault,
        isPerson: isPerson(face.box, found),
        quality: qualityIn(photo, face, made ? made.length : null),
        liveness,
      });
    }
    const [accepted, refusal] = await this.accept(photo, found, findings, options)
      .then(({ face }) => {
        judgeQuality(photo, face, embedded.get(face)?.length ?? null, options, this.limits);
        return [face, null] as const;
      })
      .catch((error: unknown) => [undefined, causeOf(error)] as const);
    const { width, height } = photo.image;
    const thresholds = this.pack.gates.faceGate?.thresholds ?? null;
    const report = { width, height, faces, ...sightsOf(findings), thresholds, refusal, timings: clock.timings };
    return { report: report satisfies PhotoReport, accepted, embedded, found };
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
    const { embedding } = await clock.time('embed', () => this.embed(pyramid, face, version));
    return { embedding, overruled: [], timings: clock.timings };
  }

  /**
   * A small picture of the largest face of a photo that was kept.
   * @throws Refusal BAD_INPUT
   */
  async portrait(bytes: Uint8Array): Promise<Buffer> {
    const image = await decode(bytes, { ...this.limits, minResolution: null }, FIRST_LOOK_SIDE);
    const photo = new ImagePyramid(image);
    const { faces } = await this.finder.find(photo, () => 'full');
    return portraitOf(photo, faces[0]?.box);
  }

  /**
   * Embeds every face of a photo of many people.
   * @throws Refusal BAD_INPUT
   */
  async embedGroup(bytes: Uint8Array, options: GroupOptions, clock = new StageTimer()): Promise<GroupAnalysis> {
    const image = await clock.time('decode', () => decode(bytes, this.limits, GROUP_SIDE));
    const { shrink } = image;
    const photo: DecodedPhoto = Object.assign(new ImagePyramid(image), { shrink });
    const found = await clock.time('find', () => this.finder.findAll(photo, options.least / shrink, options.most));
    const faces: GroupFace[] = [];
    for (const face of found.faces) {
      const asked = await clock.time('gates', () => askGates(this.faceGates, { face, picture: photo, photo }, {}));
      const { embedding, length } = await clock.time('embed', () => this.embed(photo, face, options.version));
      const isSmall = sizeOfFace(face.box, image, this.limits) !== 'full';
      const box = timesShrink(face.box, shrink);
      faces.push({ box, embedding, isSmall, fault: faultOf(asked), quality: qualityIn(photo, face, length).score });
    }
    const { width, height } = image;
    return { width: shrink * width, height: shrink * height, faces, left: found.left, timings: clock.timings };
  }

  /** Looks at a shrunk photo first, and at all of it where a face that matters has lost detail. */
  private async findFaces(bytes: Uint8Array, clock: StageTimer): Promise<{ photo: DecodedPhoto; found: FoundFaces }> {
    const first = await this.look(bytes, clock, FIRST_LOOK_SIDE);
    return first.sharp ? first : this.look(bytes, clock);
  }

  /** Decodes and finds. `sharp` is false when a face that matters has lost detail because the photo was shrunk. */
  private async look(bytes: Uint8Array, clock: StageTimer, leastSide?: number) {
    const image = await clock.time('decode', () => decode(bytes, this.limits, leastSide));
    const photo: DecodedPhoto = Object.assign(new ImagePyramid(image), { shrink: image.shrink });
    const widths: number[] = [];
    const sizeOf = (box: Box) => {
      const size = sizeOfFace(box, image, this.limits);
      if (size !== 'ignored') widths.push(box.width);
      return size;
    };
    const found = await clock.time('find', () => this.finder.find(photo, sizeOf));
    const least = (found.faces[0]?.box.width ?? 0) * PASSER_BY_WIDTH;
    const blurred = widths.some((width) => width >= least && width < SHARP_FACE_WIDTH);
    return { photo, found, sharp: image.shrink === 1 || !blurred };
  }

  /**
   * The face to embed, and which gates were overruled.
   * @param findings what the gates found that look at the photo
   * @throws Refusal of a gate, NO_FACE or MANY_FACES
   */
  private async accept(
    photo: DecodedPhoto,
    found: FoundFaces,
    findings: readonly GateFinding[],
    options: PhotoOptions,
  ): Promise<{ face: LocatedFace; overruled: Reason[] }> {
    refuseBy(findings, options);
    const { faces, pyramid, rejected } = found;
    const people = faces.filter(({ box }) => isPerson(box, found));
    if (people.length > 1 && options.severalFaces === 'refuse') throw new Refusal('MANY_FACES', 'many-faces');
    const large = people.filter(({ isSmall }) => !isSmall);
    if (large.length === 0) throw new Refusal('NO_FACE', rejected ?? 'no-face');
    const face = this.chooseFace(large, pyramid);
    const withoutLiveness = options.withoutLiveness || this.limits.liveness !== 'refuse';
    const ofFace = { ...options, withoutLiveness };
    const overruled = refuseBy(await askGates(this.faceGates, { face, picture: pyramid, photo }, ofFace), ofFace);
    return { face, overruled };
  }

  private embed(
    pyramid: ImagePyramid,
    { fivePoints, fillsPicture }: LocatedFace,
    version: FacematchVersion,
  ): Promise<MeasuredEmbedding> {
    const { model, mirror } = this.pack.embedders[version];
    const toImage = fillsPicture ? unstretchedAlignedToImage(fivePoints) : alignedToImage(fivePoints);
    const crop = pyramid.sample(cropped(toImage, this.pack.cropping), ALIGNED_SIZE, ALIGNED_SIZE, 0);
    return (this.embedders.get(model.name) as Embedder).embed(crop, mirror);
  }
}

function largest([first]: readonly LocatedFace[]): LocatedFace {
  return first as LocatedFace;
}

function photoView(photo: ImagePyramid, { faces }: FoundFaces): Views['photo'] {
  return { photo, largestFace: faces[0]?.box };
}
