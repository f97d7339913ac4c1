import type { DataSetImage } from '../data-set.js';
import type { Interval } from '../evaluation.js';
import { interval95 } from '../metrics/error-rates.js';
import {
  type Expectation,
  expectationOf,
  type GateVerdict,
  type Kind,
  refusedAsCovered,
  verdictOf,
} from './expectation.js';
import { byOutcome, type Outcome, outcomeName } from './outcome.js';

/** An image with what was expected of it and what came. */
export interface JudgedImage extends Pick<DataSetImage, 'path' | 'set' | 'labels'> {
  expectation: Expectation;
  outcome: Outcome;
  verdict: GateVerdict;
}

/** Images of one label, or of one combination of labels. */
export interface LabelResult {
  /** The labels as in the manifest, joined by `|`; `(no label)`. */
  label: string;
  /** The code that is expected; null where none is known. */
  expected: number | null;
  images: number;
  right: number;
  apart: number;
  wrong: number;
  /** How often each outcome of GateResults.outcomes came, in that order. */
  counts: number[];
}

/** Free faces of one set that were taken for covered ones. */
export interface BareSetResult {
  set: string;
  images: number;
  refusedAsCovered: number;
  share95: Interval;
  /** Refused for anything else: other faces, too close, no face found. */
  refusedOtherwise: number;
}

export interface GateResults {
  images: number;
  /** Seconds for all images. */
  seconds: number;
  /** A narrower face did not count as detected, in pixels. */
  minFaceWidth: number;
  /** Images whose labels the corrections replace; 0 without any. */
  labelsCorrected: number;
  /** Names of the outcomes that came, by code. */
  outcomes: string[];
  /** By expected code, then by label; what is only reported comes last. */
  byLabel: LabelResult[];
  /** Free faces, where they are of several sets. */
  bareBySet: BareSetResult[];
  /** Every image that was not decided as expected. */
  notAsExpected: { path: string; label: string; expected: number; outcome: string; verdict: 'apart' | 'wrong' }[];
}

/** Puts expectations and outcomes together. Images without an outcome are left out. */
export function judged(images: readonly DataSetImage[], outcomes: ReadonlyMap<string, Outcome>): JudgedImage[] {
  return images.flatMap((image) => {
    const outcome = outcomes.get(image.path);
    if (!outcome) return [];
    const expectation = expectationOf(image);
    const { path, set, labels } = image;
    return [{ path, set, labels, expectation, outcome, verdict: verdictOf(expectation, outcome) }];
  });
}

/** Tabulates what became of the images. */
export function gateResults(
  images: readonly JudgedImage[],
  how: Pick<GateResults, 'seconds' | 'minFaceWidth' | 'labelsCorrected'>,
): GateResults {
  const distinct = new Map(images.map(({ outcome }) => [outcomeName(outcome), outcome]));
  const outcomes = [...distinct.values()].sort(byOutcome).map(outcomeName);
  return {
    images: images.length,
    ...how,
    outcomes,
    byLabel: [...groupBy(images, rowOf).values()].map((members) => labelResult(members, outcomes)).sort(byExpectation),
    bareBySet: bareBySet(images.filter((image) => isKind(image, 'bare'))),
    notAsExpected: images.flatMap((image) => {
      const { path, expectation, outcome, verdict } = image;
      if (expectation.code === null || verdict === 'right' || verdict === 'open') return [];
      return [{ path, label: labelOf(image), expected: expectation.code, outcome: outcomeName(outcome), verdict }];
    }),
  };
}

export function isKind({ expectation }: JudgedImage, ...kinds: Kind[]): boolean {
  return expectation.kinds.some((kind) => kinds.includes(kind));
}

function labelResult(members: readonly JudgedImage[], outcomes: readonly string[]): LabelResult {
  const [first] = members as [JudgedImage];
  const having = (verdict: GateVerdict) => members.filter((image) => image.verdict === verdict).length;
  return {
    label: labelOf(first),
    expected: first.expectation.code,
    images: members.length,
    right: having('right'),
    apart: having('apart'),
    wrong: having('wrong'),
    counts: outcomes.map((name) => members.filter(({ outcome }) => outcomeName(outcome) === name).length),
  };
}

/** Formats are tried with one image each: together they make one row. */
function labelOf({ labels }: JudgedImage): string {
  if (labels.length === 0) return '(no label)';
  return [...new Set(labels.map((label) => label.replace(/^format:.*/, 'format:*')))].join('|');
}

/** A label with two expectations, because the manifest states some, has two rows. */
function rowOf(image: JudgedImage): string {
  return `${labelOf(image)}\n${image.expectation.code}`;
}

const LAST = 1000;

function byExpectation(p: LabelResult, q: LabelResult): number {
  return (p.expected ?? LAST) - (q.expected ?? LAST) || p.label.localeCompare(q.label, 'en', { numeric: true });
}

function bareBySet(bare: readonly JudgedImage[]): BareSetResult[] {
  const sets = [...groupBy(bare, ({ set }) => set)];
  if (sets.length < 2) return [];
  return sets.map(([set, members]) => {
    const covered = members.filter(({ outcome }) => refusedAsCovered(outcome)).length;
    return {
      set: set || '(no set)',
      images: members.length,
      refusedAsCovered: covered,
      share95: interval95(covered, members.length),
      refusedOtherwise: members.filter(({ outcome }) => outcome.code !== 200).length - covered,
    };
  });
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
