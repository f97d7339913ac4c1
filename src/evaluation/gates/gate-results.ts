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
export interface JudgedImage extends Pick<DataSetImage, 'path' | 'set' | 'labels' | 'by'> {
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

/** What free faces of one group were refused for. */
export interface FreeFacesResult {
  /** The set, and the value of the column that was asked for. */
  group: string;
  images: number;
  /** As masked, behind sunglasses or with a hat. */
  refusedAsCovered: number;
  share95: Interval;
  /** By reason, such as `mask` or `many-faces`. */
  byReason: Readonly<Partial<Record<string, number>>>;
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
  /** Free faces, where they are of several groups; by corrected labels where there are some. */
  freeFaces: FreeFacesResult[];
  /** Every image that was not decided as expected. */
  notAsExpected: { path: string; label: string; expected: number; outcome: string; verdict: 'apart' | 'wrong' }[];
}

/** Puts expectations and outcomes together. Images without an outcome are left out. */
export function judged(images: readonly DataSetImage[], outcomes: ReadonlyMap<string, Outcome>): JudgedImage[] {
  return images.flatMap((image) => {
    const outcome = outcomes.get(image.path);
    if (!outcome) return [];
    const expectation = expectationOf(image);
    const { path, set, labels, by } = image;
    const verdict = verdictOf(expectation, outcome);
    return [{ path, set, labels, ...(by !== undefined && { by }), expectation, outcome, verdict }];
  });
}

/**
 * Tabulates what became of the images.
 * @param corrected the same images with corrected labels, for the table of free faces
 */
export function gateResults(
  images: readonly JudgedImage[],
  how: Pick<GateResults, 'seconds' | 'minFaceWidth' | 'labelsCorrected'>,
  corrected: readonly JudgedImage[] = images,
): GateResults {
  const distinct = new Map(images.map(({ outcome }) => [outcomeName(outcome), outcome]));
  const outcomes = [...distinct.values()].sort(byOutcome).map(outcomeName);
  return {
    images: images.length,
    ...how,
    outcomes,
    byLabel: [...groupBy(images, rowOf).values()].map((members) => labelResult(members, outcomes)).sort(byExpectation),
    freeFaces: freeFaces(corrected.filter((image) => isKind(image, 'bare'))),
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

/** Values of the column that stand for fewer images of a set say nothing: they count as the set's own. */
const MIN_GROUP = 10;

function freeFaces(bare: readonly JudgedImage[]): FreeFacesResult[] {
  const keyOf = ({ set, by = '' }: JudgedImage) => `${set}\n${by}`;
  const sizes = groupBy(bare, keyOf);
  const groupOf = (image: JudgedImage) => {
    const set = image.set || '(no set)';
    return image.by && (sizes.get(keyOf(image))?.length ?? 0) >= MIN_GROUP ? `${set}, ${image.by}` : set;
  };
  const groups = [...groupBy(bare, groupOf)];
  if (groups.length < 2) return [];
  return groups.map(([group, members]) => {
    const covered = members.filter(({ outcome }) => refusedAsCovered(outcome)).length;
    const byReason: Record<string, number> = {};
    for (const { outcome } of members) {
      if (outcome.code !== 200) byReason[outcome.reason] = (byReason[outcome.reason] ?? 0) + 1;
    }
    return {
      group,
      images: members.length,
      refusedAsCovered: covered,
      share95: interval95(covered, members.length),
      byReason,
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
