import type { Reason } from '../core/errors.js';
import { covered } from '../vision/gates/covered.js';
import { faceGates } from '../vision/gates/gates.js';
import type { Evaluation, Interval } from './evaluation.js';
import { isRefused, type Kind, refusedAsCovered } from './gates/expectation.js';
import { isKind, type JudgedImage } from './gates/gate-results.js';
import { PHOTO_CODES } from './gates/outcome.js';
import { interval95 } from './metrics/error-rates.js';

/** A rate that the project promises itself, and what the data say. */
export interface TargetRow {
  name: string;
  /** Images or comparisons behind the value. */
  count: number;
  /** How many of them the value counts. */
  events: number;
  /** The rate, 0–1. */
  value: number;
  interval95: Interval;
  /** Null for a rate that is told without a promise. */
  target: { atLeast: number } | { atMost: number } | null;
  /** Whether the value itself meets the target; null without one. */
  met: boolean | null;
  /** The same rate with corrected labels; null where none were given, or none is left to count. */
  corrected: { count: number; events: number; value: number } | null;
  /** What else came, in a few words; empty where there is nothing to say. */
  note: string;
}

type Draft = Omit<TargetRow, 'met' | 'corrected'>;

interface GateRate {
  name: string;
  target: TargetRow['target'];
  among(image: JudgedImage): boolean;
  counts(image: JudgedImage): boolean;
  /** What is said of the images whose verdict is `apart`; without it nothing. */
  apart?: string;
}

const answers =
  (code: number) =>
  ({ outcome }: JudgedImage) =>
    outcome.code === code;

/** Photos of people, without those of documents, those that show no person and those that try file formats. */
function isPortrait(image: JudgedImage): boolean {
  if (isKind(image, 'document', 'drawn-document', 'no-face', 'stated')) return false;
  return !image.labels.some((label) => label.startsWith('format:') || label === 'document_without_face');
}

const OTHER_CODE = 'refused with another code';

/** What the project promises of the gates that look at faces, by the reason for which they refuse; in the table's order. */
const PROMISES: Readonly<Record<string, { name: string; atLeast: number }>> = {
  mask: { name: 'Masks', atLeast: 0.98 },
  sunglasses: { name: 'Sunglasses', atLeast: 0.95 },
  hat: { name: 'Hats and caps', atLeast: 0.85 },
  'too-close': { name: 'Too close', atLeast: 0.95 },
};

const FACE_REASONS = new Set([
  ...Object.keys(PROMISES),
  ...Object.values(faceGates).flatMap(({ reasons }) => reasons),
]) as ReadonlySet<Kind & Reason>;

function faceRates(reason: Kind & Reason): GateRate[] {
  const { name, atLeast } = PROMISES[reason] ?? { name: reason };
  const among = (image: JudgedImage) => isKind(image, reason);
  const refused: GateRate = {
    name: `${name} refused`,
    target: atLeast === undefined ? null : { atLeast },
    among,
    // A covered face that the detector does not find does no harm, since it lets no person in. So every refusal counts.
    counts: ({ outcome }) => isRefused(outcome),
    apart: OTHER_CODE,
  };
  if (!covered.reasons.includes(reason)) return [refused];
  return [
    refused,
    {
      // What the gate itself does: photos without a face, or with others in them, never reach it.
      name: `${name} answered 406, where one face was found`,
      target: null,
      among: (image) => among(image) && image.outcome.code !== 407,
      counts: answers(406),
    },
  ];
}

const RATES: GateRate[] = [
  ...[...FACE_REASONS].flatMap(faceRates),
  {
    name: 'Faces down to half the frame pass',
    target: { atLeast: 0.97 },
    among: (image) => isKind(image, 'half-frame'),
    counts: answers(200),
    apart: 'refused for other people in the photo',
  },
  {
    name: 'Bare faces and eyeglasses refused as covered',
    target: { atMost: 0.02 },
    among: (image) => isKind(image, 'bare'),
    counts: ({ outcome }) => refusedAsCovered(outcome),
  },
  {
    name: 'Bare faces and eyeglasses refused for anything',
    target: null,
    among: (image) => isKind(image, 'bare'),
    counts: ({ outcome }) => outcome.code !== 200,
  },
  {
    name: 'Identity documents refused, real ones',
    target: { atLeast: 0.95 },
    among: (image) => isKind(image, 'document'),
    counts: answers(410),
  },
  {
    name: 'Identity documents refused, generated ones',
    target: null,
    among: (image) => isKind(image, 'drawn-document'),
    counts: answers(410),
  },
  {
    name: 'Selfies and portraits refused as ID card',
    target: { atMost: 0.005 },
    among: isPortrait,
    counts: answers(410),
  },
  {
    name: 'No-face images answered 407',
    target: { atLeast: 0.98 },
    among: (image) => isKind(image, 'no-face'),
    counts: answers(407),
  },
  {
    name: 'Photos of several faces answered 407',
    target: null,
    among: (image) => isKind(image, 'several-faces'),
    counts: answers(407),
  },
];

/** The gates' part of the target table: rates without any image are left out. */
export function gateTargets(images: readonly JudgedImage[]): TargetRow[] {
  const rows = RATES.map(({ name, target, among, counts, apart: remark }): Draft => {
    const members = images.filter(among);
    const events = members.filter(counts).length;
    const apart = members.filter((image) => image.verdict === 'apart').length;
    return {
      name,
      ...proportion(events, members.length),
      target,
      note: remark && apart > 0 ? `${apart} ${remark}` : '',
    };
  });
  for (const code of PHOTO_CODES) rows.push(stated(images, code));
  return rows.filter(({ count }) => count > 0).map(finished);
}

/** Images whose code the manifest states against or without a label that is known. */
function stated(images: readonly JudgedImage[], code: number): Draft {
  const members = images.filter((image) => isKind(image, 'stated') && image.expectation.code === code);
  const events = members.filter(answers(code)).length;
  return { name: `Stated ${code}, answered ${code}`, ...proportion(events, members.length), target: null, note: '' };
}

/** The official pairs of Labeled Faces in the Wild, or a part of them. */
const LFW_OFFICIAL = /lfw_official/i;

/** The recognition part of the target table. */
export function recognitionTargets({ pairLists }: Pick<Evaluation, 'pairLists'>): TargetRow[] {
  return pairLists.flatMap(({ name, accuracy, genuine, impostor }) => {
    if (!LFW_OFFICIAL.test(name) || !accuracy) return [];
    const { mean, standardError } = accuracy.all;
    const pairs = genuine + impostor;
    const row = {
      name: `Accuracy, ${name}`,
      ...proportion(Math.round(mean * pairs), pairs),
      value: mean,
      target: { atLeast: 0.994 },
      note: `± ${(standardError * 100).toFixed(2)}`,
    };
    return [finished(row)];
  });
}

/** Adds the rates that corrected labels give to those that have the same name. */
export function withCorrected(rows: readonly TargetRow[], corrected: readonly TargetRow[]): TargetRow[] {
  return rows.map((row) => {
    const other = corrected.find(({ name }) => name === row.name);
    return other ? { ...row, corrected: { count: other.count, events: other.events, value: other.value } } : row;
  });
}

function proportion(events: number, count: number): Pick<Draft, 'count' | 'events' | 'value' | 'interval95'> {
  return { count, events, value: events / count, interval95: interval95(events, count) };
}

function finished(draft: Draft): TargetRow {
  const { target, value } = draft;
  const met = target === null ? null : 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
  return { ...draft, corrected: null, met };
}
