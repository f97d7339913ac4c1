import type { ReasonOf } from '../core/errors.js';
import { templatePointsIn } from './alignment.js';
import { stretchContrast } from './contrast.js';
import { type Detector, wholeOf } from './detectors/detector.js';
import type { FaceScorer, FaceScores } from './face-scorer.js';
import { area, type Box, type DetectedFace, intersectionOverUnion, type Point, shareWithin } from './geometry.js';
import { ImagePyramid } from './image-pyramid.js';
import { fivePointsOf68, type LandmarkFinder } from './landmarks.js';
import { isCut, tilesOf } from './tiles.js';

/** A face that is ready to be judged and embedded. */
export interface LocatedFace {
  /** The detector's box, in pixels of the photo. */
  box: Box;
  /** 68 points, or none when the pack's detector gives the five alignment points itself. */
  outline: Point[];
  fivePoints: Point[];
  /** The picture is hardly more than this face: a crop, whose aspect may not have been kept. */
  fillsPicture: boolean;
  /** Too small to be embedded; it counts as a person all the same. */
  isSmall: boolean;
  /** What the scorer sees in it; null in a pack without one. */
  scores: FaceScores | null;
}

/** Large enough to be embedded, only to be counted as a person, or not at all. */
export type SizeOfFace = 'full' | 'small' | 'ignored';

/** What one look at a photo found, and the picture in which it was: the photo itself, or a brighter one. */
export interface FoundFaces {
  /** Largest first. */
  faces: LocatedFace[];
  pyramid: ImagePyramid;
  /** Why there is no face to embed, if there is none; undefined when the detector saw nothing. */
  rejected?: ReasonOf<'NO_FACE'>;
}

/** Border of the second look, as a fraction of the photo's longer side. */
const SECOND_LOOK_MARGIN = 0.3;

/**
 * A face that covers more of the picture than this fills it. Boxes of such faces are placed better with a wide border:
 * it took the equal error rate on tight crops of 30 people from 28 % to 20 %.
 */
const FILLING_AREA = 0.4;
const FILLING_MARGIN = 0.6;

/** Two boxes that overlap as much, of two looks, are one face. */
const SAME_FACE_IOU = 0.3;

/**
 * A box that lies within a larger face by this share, and is no wider than this share of it, is a part of that face: the
 * detector takes an eye behind glasses, or above a mask, for a face. A second person cannot stand there without hiding
 * the first: on the development images it met 27 such boxes and not one other face.
 */
const PART_SHARE = 0.7;
const PART_WIDTH = 2 / 3;

/** A face narrower than this share of the picture's longer side makes the finder look at the picture's parts as well. */
const SMALL_SHARE = 0.2;

/** Side of the four overlapping parts, as a fraction of the picture's: any face narrower than `SMALL_SHARE` is whole in one. */
const PART_SIDE = 0.6;

/** Boxes of a part and of the picture that overlap as much are one face: one at the edge of a part is cut. */
const SAME_FACE_SHARE = 0.4;

/** So many of the largest candidates are looked at: more of them change no answer, and a crowd must not cost more. */
const MAX_CANDIDATES = 6;

/**
 * Of a group: how many pixels of the picture lie on one of the detector's input, at most, where the smallest faces are looked
 * for. A face of 40 pixels is then 27 wide there, and nearly all such faces are found.
 */
const GROUP_STEP = 1.5;

/** Candidates of a group that are looked at, in places that are asked for: some are no faces. */
const GROUP_CANDIDATES = 1.5;

/** What is found of a group. */
export interface FoundGroup {
  /** Largest first. */
  faces: LocatedFace[];
  /** Faces beyond, which the detector sees; they are smaller. */
  left: number;
}

/**
 * Finds faces: detector, landmarks and, in packs with a face scorer, its word that there is a face.
 *
 * With a scorer to trust, a photo in which nothing is found is looked at again, with a border around it and then with its
 * contrast stretched, since the detector misses faces that fill the photo and most of those in the dark.
 */
export class FaceFinder {
  constructor(
    private readonly detector: Detector,
    private readonly landmarks: LandmarkFinder | null,
    private readonly scorer: FaceScorer | null,
  ) {}

  /**
   * Looks on until it finds a face that can be embedded.
   * @param sizeOf what a box counts as
   */
  async find(photo: ImagePyramid, sizeOf: (box: Box) => SizeOfFace): Promise<FoundFaces> {
    const first = await this.look(photo, 0, sizeOf);
    if (hasFullFace(first) || !this.scorer) return first;
    const margin = SECOND_LOOK_MARGIN * Math.max(photo.image.width, photo.image.height);
    const second = await this.look(photo, margin, sizeOf);
    if (hasFullFace(second)) return second;
    const brighter = stretchContrast(photo.image);
    const third = brighter && (await this.look(new ImagePyramid(brighter), margin, sizeOf));
    if (third && hasFullFace(third)) return third;
    return [first, second, third].find((look) => look && look.faces.length > 0) ?? first;
  }

  /**
   * Every face of a picture of many people, however large it is: by tiles of several sizes.
   * @param least width of a face, in pixels of the picture
   * @param most faces
   */
  async findAll(photo: ImagePyramid, least: number, most: number): Promise<FoundGroup> {
    const picture = wholeOf(photo);
    const seen = await this.detector.detect(photo);
    const { width, height } = this.detector.input;
    for (const tile of tilesOf(picture, { width: GROUP_STEP * width, height: GROUP_STEP * height })) {
      for (const face of await this.detector.detect(photo, tile)) if (!isCut(face, tile, picture)) seen.push(face);
    }
    const candidates = withoutRepeats(seen)
      .filter(({ box }) => box.width >= least)
      .sort((p, q) => area(q.box) - area(p.box));
    const faces: LocatedFace[] = [];
    let looked = 0;
    for (const face of candidates) {
      if (faces.length === most || looked >= GROUP_CANDIDATES * most) break;
      looked++;
      const located = await this.locate(photo, face, false);
      const scores = this.scorer && (await this.scorer.score(photo, located.fivePoints));
      if (!scores || this.scorer?.isFace(scores)) faces.push({ ...located, scores });
    }
    return { faces, left: candidates.length - looked };
  }

  /** The largest face of a picture that is nothing but a face, or all of it where the detector sees none. */
  async findInCrop(crop: ImagePyramid): Promise<LocatedFace> {
    const { width, height } = crop.image;
    const margin = SECOND_LOOK_MARGIN * Math.max(width, height);
    const detected = await this.detector.detect(crop, wholeOf(crop, margin));
    const [largest] = detected.sort((p, q) => area(q.box) - area(p.box));
    return this.locate(crop, largest ?? { box: { x: 0, y: 0, width, height }, score: 0 }, false);
  }

  /**
   * All faces of a picture. Where the largest is small beside the picture, those around it may be too small for the
   * detector's input: the parts of the picture are then looked at, too. Needs the scorer, since parts show more false faces.
   */
  private async detectFrom(pyramid: ImagePyramid, margin: number): Promise<DetectedFace[]> {
    const detected = await this.detector.detect(pyramid, wholeOf(pyramid, margin));
    const widest = Math.max(0, ...detected.map(({ box }) => box.width));
    const { width, height } = pyramid.image;
    if (!this.scorer || margin > 0 || widest === 0 || widest >= SMALL_SHARE * Math.max(width, height)) return detected;
    for (const part of partsOf(wholeOf(pyramid))) {
      for (const face of await this.detector.detect(pyramid, part)) {
        const isNew = detected.every(
          ({ box }) => shareWithin(face.box, box) < SAME_FACE_SHARE && shareWithin(box, face.box) < SAME_FACE_SHARE,
        );
        if (isNew) detected.push(face);
      }
    }
    return detected;
  }

  /** The detector's face or, where it fills the picture, the same one seen with a wide border around. */
  private async seenWithBorder(pyramid: ImagePyramid, face: DetectedFace): Promise<DetectedFace> {
    const { width, height } = pyramid.image;
    const again = await this.detector.detect(pyramid, wholeOf(pyramid, FILLING_MARGIN * Math.max(width, height)));
    const same = again.filter(({ box }) => intersectionOverUnion(box, face.box) > SAME_FACE_IOU);
    return same.sort((p, q) => q.score - p.score)[0] ?? face;
  }

  private async look(pyramid: ImagePyramid, margin: number, sizeOf: (box: Box) => SizeOfFace): Promise<FoundFaces> {
    const detected = await this.detectFrom(pyramid, margin);
    const candidates = detected
      .map((face) => ({ face, size: sizeOf(face.box) }))
      .filter(({ size }) => size !== 'ignored')
      .sort((p, q) => area(q.face.box) - area(p.face.box))
      .slice(0, MAX_CANDIDATES);
    const faces: LocatedFace[] = [];
    for (const { face, size } of candidates) {
      if (faces.some(({ box }) => isPartOf(face.box, box))) continue;
      const located = await this.locate(pyramid, face, size === 'small');
      const scores = this.scorer && (await this.scorer.score(pyramid, located.fivePoints));
      if (!scores || this.scorer?.isFace(scores)) faces.push({ ...located, scores });
    }
    if (detected.length === 0) return { faces, pyramid };
    const isSmall = candidates.length === 0 || faces.length > 0;
    return { faces, pyramid, rejected: isSmall ? 'face-too-small' : 'not-a-face' };
  }

  private async locate(pyramid: ImagePyramid, face: DetectedFace, isSmall: boolean): Promise<LocatedFace> {
    const fillsPicture = area(face.box) > FILLING_AREA * area(pyramid.image);
    const { box, fivePoints } = fillsPicture ? await this.seenWithBorder(pyramid, face) : face;
    const located = { box, fillsPicture, isSmall, scores: null };
    if (!this.landmarks) return { ...located, outline: [], fivePoints: fivePoints ?? templatePointsIn(box) };
    const outline = await this.landmarks.find(pyramid, box);
    return { ...located, outline, fivePoints: fivePointsOf68(outline) };
  }
}

/** One face of each place: the one that the detector is surest of, and no part of a larger one. */
function withoutRepeats(faces: readonly DetectedFace[]): DetectedFace[] {
  const kept: DetectedFace[] = [];
  for (const face of [...faces].sort((p, q) => q.score - p.score)) {
    const isNew = kept.every(
      ({ box }) => shareWithin(face.box, box) < SAME_FACE_SHARE && shareWithin(box, face.box) < SAME_FACE_SHARE,
    );
    if (isNew) kept.push(face);
  }
  return kept;
}

/** Four parts that overlap. */
function partsOf({ width, height }: Box): Box[] {
  const part = { width: PART_SIDE * width, height: PART_SIDE * height };
  const [right, bottom] = [width - part.width, height - part.height];
  return [0, right].flatMap((x) => [0, bottom].map((y) => ({ x, y, ...part })));
}

function hasFullFace({ faces }: FoundFaces): boolean {
  return faces.some(({ isSmall }) => !isSmall);
}

function isPartOf(part: Box, face: Box): boolean {
  return part.width <= PART_WIDTH * face.width && shareWithin(part, face) >= PART_SHARE;
}
