import type { FaceReport, PhotoReport } from '../../vision/face-analyser.js';
import type { Box } from '../../vision/geometry.js';

/** What somebody before a camera should do, in a word of which a page makes a sentence; one at a time. */
export const hints = [
  'no-face',
  'one-at-a-time',
  'closer',
  'further',
  'uncover',
  'look-here',
  'more-light',
  'less-light',
  'hold-still',
] as const;

export type Hint = (typeof hints)[number];

/** What counts of one picture of a camera. */
export interface Look {
  /** In shares of the picture's width, so that a change of the resolution changes nothing. */
  box: Box;
  embedding: Float32Array;
  /** Degrees; positive when the face turns to the right of the picture. */
  yaw: number;
  /** See FaceMeasures; null in a pack without landmarks. */
  mouthOpen: number | null;
  /** Milliseconds. */
  at: number;
}

/** A second face at least so wide, in widths of the largest, could be the one that is meant. */
const RIVAL_WIDTH = 0.6;

/** Narrower than this share of the picture, a face of a camera is far away: 1.5 m before a usual webcam. */
const MIN_SHARE = 0.1;

/** Degrees from which on a face is not looking here. */
const LOOKS_AWAY = 25;

/** The face that counts: the largest that can be embedded. */
export function mainFace({ faces }: PhotoReport): FaceReport | undefined {
  return faces.find(({ isPerson, isSmall }) => isPerson && !isSmall);
}

/** What to do first; null where the picture is good. */
export function hintOf(report: PhotoReport): Hint | null {
  const face = mainFace(report);
  if (!face) return report.faces.length > 0 ? 'closer' : 'no-face';
  if (hasRival(report, face)) return 'one-at-a-time';
  if (face.box.width < MIN_SHARE * report.width) return 'closer';
  if (face.fault === 'too-close') return 'further';
  if (face.fault) return 'uncover';
  if (looksAway(face)) return 'look-here';
  const { advice } = face.quality;
  if (advice.includes('dark')) return 'more-light';
  if (advice.includes('bright')) return 'less-light';
  return advice.includes('blurred') ? 'hold-still' : null;
}

/**
 * The look of a picture that was not refused; undefined where it must not count: several people of one size might each be
 * meant, and a face that is far away or looks elsewhere says little. A turned face counts where turning it was asked for.
 */
export function lookOf(report: PhotoReport, at: number, mayTurn: boolean): Look | undefined {
  const { embedding, width } = report;
  const face = mainFace(report);
  if (!embedding || !face || hasRival(report, face)) return undefined;
  if (face.box.width < MIN_SHARE * width || (looksAway(face) && !mayTurn)) return undefined;
  const { x, y, width: w, height: h } = face.box;
  const { yaw, mouthOpen } = face.quality.measures;
  const box = { x: x / width, y: y / width, width: w / width, height: h / width };
  return { box, embedding, yaw, mouthOpen, at };
}

export function looksAway({ quality }: FaceReport): boolean {
  return Math.abs(quality.measures.yaw) > LOOKS_AWAY;
}

function hasRival({ faces }: PhotoReport, { box }: FaceReport): boolean {
  return faces.filter((face) => face.box.width >= RIVAL_WIDTH * box.width).length > 1;
}
