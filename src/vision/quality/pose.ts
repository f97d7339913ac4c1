import type { Point } from '../geometry.js';

/** Angles of the head in degrees; all 0 for one that looks straight into the camera. */
export interface Pose {
  /** Positive when the face turns to the right of the picture. */
  yaw: number;
  /** Positive when the face looks down. */
  pitch: number;
  /** Positive when the head leans clockwise, as seen in the picture. */
  roll: number;
}

/**
 * Eyes, tip of the nose and corners of the mouth of a mean face in millimetres: x to the right and y down in the picture,
 * z towards the camera. In the picture's plane they are the alignment template, at 63 mm between the eyes; the depths are
 * rounded means of head measurements.
 */
const HEAD: readonly (readonly [x: number, y: number, z: number])[] = [
  [-31.5, -35.8, 0],
  [31.5, -36.1, 0],
  [0.2, 0, 32],
  [-25.7, 36.9, 8],
  [26.5, 36.6, 8],
];

/**
 * How the head is turned, from the five alignment points: the linear map from the mean head to the picture, in the sense of
 * least squares (scaled orthographic projection; D. DeMenthon and L. Davis, "POS", IJCV 1995).
 */
export function poseOf(fivePoints: readonly Point[]): Pose {
  const rowX = fitRow(fivePoints.map(({ x }) => x));
  const rowY = fitRow(fivePoints.map(({ y }) => y));
  // What the depth axis does to the picture, as a fraction of the scale, is the sine of an angle.
  const roll = Math.atan2(rowY[0] - rowX[1], rowX[0] + rowY[1]);
  const [cos, sin] = [Math.cos(roll), Math.sin(roll)];
  const depthX = cos * rowX[2] + sin * rowY[2];
  const depthY = cos * rowY[2] - sin * rowX[2];
  // The foreshortened axis is the shorter one, so the longer is nearer to the scale.
  const scale = Math.max(Math.hypot(...rowX), Math.hypot(...rowY), Number.EPSILON);
  return { yaw: degrees(arcsine(depthX / scale)), pitch: degrees(arcsine(depthY / scale)), roll: degrees(roll) };
}

type Triple = [number, number, number];

const centre: Triple = [0, 1, 2].map((k) => HEAD.reduce((sum, p) => sum + (p[k] as number), 0) / HEAD.length) as Triple;
const head: Triple[] = HEAD.map((p) => p.map((value, k) => value - (centre[k] as number)) as Triple);
const inverse = invert(products(head, head));

/** The coefficients of the linear function of the head's points that is nearest to some values, but for a constant. */
function fitRow(values: readonly number[]): Triple {
  const right = [0, 1, 2].map((k) => head.reduce((sum, p, i) => sum + (p[k] as number) * (values[i] as number), 0));
  return inverse.map((row) => row.reduce((sum, value, k) => sum + value * (right[k] as number), 0)) as Triple;
}

function products(p: readonly Triple[], q: readonly Triple[]): Triple[] {
  const indices = [0, 1, 2] as const;
  return indices.map(
    (i) => indices.map((j) => p.reduce((sum, row, n) => sum + row[i] * (q[n] as Triple)[j], 0)) as Triple,
  );
}

/** Of a symmetric 3x3 matrix, by cofactors. */
function invert(m: readonly Triple[]): Triple[] {
  const [[a, b, c], [, e, f], [, , i]] = m as [Triple, Triple, Triple];
  const cofactors: Triple[] = [
    [e * i - f * f, c * f - b * i, b * f - c * e],
    [c * f - b * i, a * i - c * c, b * c - a * f],
    [b * f - c * e, b * c - a * f, a * e - b * b],
  ];
  const determinant =
    a * (cofactors[0] as Triple)[0] + b * (cofactors[0] as Triple)[1] + c * (cofactors[0] as Triple)[2];
  return cofactors.map((row) => row.map((value) => value / determinant) as Triple);
}

function arcsine(sine: number): number {
  return Math.asin(Math.max(-1, Math.min(1, sine)));
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}
