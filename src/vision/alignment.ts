import type { Cropping } from '../models/manifest.js';
import { type Affine, type Box, compose, type Point, rasterToBox } from './geometry.js';

/** Side of the aligned crop in pixels. */
export const ALIGNED_SIZE = 112;

/**
 * Where ArcFace-style embedders expect the five points in a 112x112 crop (J. Deng et al., "ArcFace", CVPR 2019;
 * InsightFace's `arcface_src`), with pixel centres at integers.
 */
const TEMPLATE: readonly Point[] = [
  { x: 38.2946, y: 51.6963 },
  { x: 73.5318, y: 51.5014 },
  { x: 56.0252, y: 71.7366 },
  { x: 41.5493, y: 92.3655 },
  { x: 70.7299, y: 92.2041 },
];

/** Where the five points lie if a box is itself an aligned crop. */
export function templatePointsIn(box: Box): Point[] {
  const { a, d, tx, ty } = rasterToBox(box, ALIGNED_SIZE, ALIGNED_SIZE);
  return TEMPLATE.map(({ x, y }) => ({ x: (x + 0.5) * a + tx, y: (y + 0.5) * d + ty }));
}

/**
 * The similarity transform (rotation, uniform scale, shift) from the aligned crop to the image that carries the
 * template's points nearest to the face's, in the sense of least squares (S. Umeyama, PAMI 1991; in two dimensions a
 * similarity is one complex factor and one complex shift, so the solution is closed).
 * @param fivePoints in pixels of the image, in the template's order
 */
export function alignedToImage(fivePoints: readonly Point[]): Affine {
  const n = TEMPLATE.length;
  if (fivePoints.length !== n) throw new Error(`alignment needs ${n} points`);
  // The template counts pixel centres as integers; half a pixel brings it to continuous coordinates.
  const from = centred(TEMPLATE.map(({ x, y }) => ({ x: x + 0.5, y: y + 0.5 })));
  const to = centred(fivePoints);
  let re = 0;
  let im = 0;
  let norm = 0;
  for (let i = 0; i < n; i++) {
    const p = from.points[i] as Point;
    const q = to.points[i] as Point;
    re += p.x * q.x + p.y * q.y;
    im += p.x * q.y - p.y * q.x;
    norm += p.x * p.x + p.y * p.y;
  }
  const a = re / norm;
  const c = im / norm;
  const { centre: f } = from;
  const { centre: t } = to;
  return { a, b: -c, c, d: a, tx: t.x - (a * f.x - c * f.y), ty: t.y - (c * f.x + a * f.y) };
}

/** The middle of the face in the aligned crop. */
const MIDDLE: Point = { x: 56, y: 66 };

/** The crop that an embedder is given, from the aligned one. @returns a map from that crop to the image */
export function cropped(toImage: Affine, { down, scale }: Cropping): Affine {
  const place = { a: scale, b: 0, c: 0, d: scale, tx: MIDDLE.x * (1 - scale), ty: MIDDLE.y * (1 - scale) + down };
  return compose(toImage, place);
}

function centred(points: readonly Point[]): { centre: Point; points: Point[] } {
  const centre = { x: 0, y: 0 };
  for (const { x, y } of points) {
    centre.x += x / points.length;
    centre.y += y / points.length;
  }
  return { centre, points: points.map(({ x, y }) => ({ x: x - centre.x, y: y - centre.y })) };
}

/** Largest aspect error that is looked for, as a factor. */
const MAX_STRETCH = 1.67;
const STRETCH_STEPS = 60;

/** Aspect error that is left in, as a logarithm: pose and people's own proportions make as much. */
const FREE_STRETCH = 0.15;

/**
 * As `alignedToImage`, for crops that somebody cut out and resized without keeping their aspect: undoes a face that is
 * much too wide or too high. Of all stretches along the image's axes it takes the one after which the five points are
 * most like the template, less what is free. Found on tight crops of 30 people, whose equal error rate it took from
 * 20 % to 13.5 %; on whole photos it is of no use.
 * @returns an affine map from the aligned crop to the image, no longer a similarity
 */
export function unstretchedAlignedToImage(fivePoints: readonly Point[]): Affine {
  const limit = Math.log(MAX_STRETCH);
  let best = { residual: Infinity, stretch: 0 };
  for (let i = 0; i <= STRETCH_STEPS; i++) {
    const stretch = limit * ((2 * i) / STRETCH_STEPS - 1);
    const residual = misfit(stretched(fivePoints, stretch));
    if (residual < best.residual) best = { residual, stretch };
  }
  const stretch = Math.sign(best.stretch) * Math.max(0, Math.abs(best.stretch) - FREE_STRETCH);
  const map = alignedToImage(stretched(fivePoints, stretch));
  const [x, y] = [Math.exp(stretch / 2), Math.exp(-stretch / 2)];
  return { a: map.a * x, b: map.b * x, tx: map.tx * x, c: map.c * y, d: map.d * y, ty: map.ty * y };
}

/** Narrower and higher for positive `stretch`, by the factor e^stretch altogether. */
function stretched(points: readonly Point[], stretch: number): Point[] {
  const [x, y] = [Math.exp(-stretch / 2), Math.exp(stretch / 2)];
  return points.map((point) => ({ x: point.x * x, y: point.y * y }));
}

/** Squared distance between the points and the aligned template, relative to the points' spread. */
function misfit(fivePoints: readonly Point[]): number {
  const map = alignedToImage(fivePoints);
  const { points } = centred(fivePoints);
  let distance = 0;
  let spread = 0;
  for (const [i, target] of fivePoints.entries()) {
    const from = TEMPLATE[i] as Point;
    const [x, y] = [from.x + 0.5, from.y + 0.5];
    distance += (map.a * x + map.b * y + map.tx - target.x) ** 2 + (map.c * x + map.d * y + map.ty - target.y) ** 2;
    spread += (points[i] as Point).x ** 2 + (points[i] as Point).y ** 2;
  }
  return distance / spread;
}
