import { errorRow, type Reason, type ReasonOf } from '../../core/errors.js';
import { covered } from '../../vision/gates/covered.js';
import { faceGates } from '../../vision/gates/gates.js';
import type { DataSetImage } from '../data-set.js';
import { type Outcome, REFUSAL_CODES } from './outcome.js';

/**
 * What a photo shows, as far as the gates are concerned:
 * the reasons of the gates that look at faces; `half-frame`: close, but not too close;
 * `bare`: a free face, with or without eyeglasses; `document`: a real identity document; `drawn-document`: a generated one;
 * `portrait`: looks a little like a document and is none; `no-face`; `several-faces`; `one-face`;
 * `stated`: the manifest states the code and no label agrees with it; `open`: reported, but what is right is not known.
 */
export type Kind =
  | FaceReason
  | 'half-frame'
  | 'bare'
  | 'document'
  | 'drawn-document'
  | 'portrait'
  | 'no-face'
  | 'several-faces'
  | 'one-face'
  | 'stated'
  | 'open';

/**
 * How an outcome compares with the expectation. `apart`: not what was expected, but no fault of the gate in question: a
 * mask that was refused as no face, a group photo among the bare faces.
 */
export type GateVerdict = 'right' | 'apart' | 'wrong' | 'open';

export interface Expectation {
  /** More than one where a photo shows several things (`hat|sunglasses`). */
  kinds: Kind[];
  /** The code that is expected; null where none is known. */
  code: number | null;
}

type FaceReason = ReasonOf<'NOT_FULL_FACE' | 'NOT_LIVE'>;

/** Labels of what a gate refuses, where they are not just its reason with `_`. */
const LABELS: Partial<Record<Reason, RegExp>> = { mask: /^mask(_simulated)?$/, 'too-close': /^too_close(:|$)/ };

const FACE_RULES = Object.values(faceGates).flatMap(({ refuses, reasons }) =>
  reasons.map((reason) => ({
    kind: reason as FaceReason,
    code: errorRow(refuses).code,
    matches: LABELS[reason] ?? new RegExp(`^${reason.replaceAll('-', '_')}$`),
  })),
);

/** Kinds of labels in the order in which they prevail: a masked face on an identity document is a document. */
const RULES: { kind: Kind; code: number; matches: RegExp }[] = [
  { kind: 'document', code: 410, matches: /^id_document/ },
  { kind: 'no-face', code: 407, matches: /^(no_face|faces:0)$/ },
  { kind: 'several-faces', code: 407, matches: /^faces:([2-9]|\d\d+)$/ },
  ...FACE_RULES,
  { kind: 'half-frame', code: 200, matches: /^face_fraction_sweep:crop(200|250)$/ },
  { kind: 'portrait', code: 200, matches: /^portrait_not_card$/ },
  { kind: 'bare', code: 200, matches: /^(eyeglasses|bare_weak|no_mask)$/ },
  { kind: 'one-face', code: 200, matches: /^faces:1$/ },
];

/** What leaves the right outcome open, whatever else is there: nothing is expected of a noisy or tinted photo. */
const AMBIGUOUS = /^(tinted|other_headwear|noisy|document_without_face|(degraded|format|face_fraction_sweep):.*)$/;

/** Kinds that stand for one code: two of them may meet in one photo. */
const OF_FACES: ReadonlySet<Kind> = new Set(FACE_RULES.map(({ kind }) => kind));

/**
 * What the server should answer to an image. An explicit `expect` of the manifest prevails over the labels. Labels that
 * are not known say nothing; a photo of an identity without any label is taken for a free face.
 */
export function expectationOf({ labels, expect, identity }: DataSetImage): Expectation {
  const byLabel = expectationOfLabels(labels, identity);
  if (expect === null || expect === byLabel.code) return byLabel;
  return { kinds: ['stated'], code: expect };
}

function expectationOfLabels(labels: readonly string[], identity: string): Expectation {
  if (labels.length === 0) return identity === '' ? OPEN : { kinds: ['bare'], code: 200 };
  const found = RULES.filter(({ matches }) => labels.some((label) => matches.test(label)));
  const [first] = found;
  const ambiguous = labels.some((label) => AMBIGUOUS.test(label) && !found.some(({ matches }) => matches.test(label)));
  if (!first || (ambiguous && first.code === 200)) return OPEN;
  if (first.kind === 'document') {
    return { kinds: [labels.includes('synthetic') ? 'drawn-document' : 'document'], code: first.code };
  }
  const kinds = OF_FACES.has(first.kind)
    ? found.map(({ kind }) => kind).filter((kind) => OF_FACES.has(kind))
    : [first.kind];
  return { kinds, code: first.code };
}

const OPEN: Expectation = { kinds: ['open'], code: null };

/** Whether the photo was refused because something covers the face. */
export function refusedAsCovered({ reason }: Outcome): boolean {
  return covered.reasons.some((covering) => covering === reason);
}

/** Whether a gate refused the photo; one that cannot be read (400) never reached them. */
export function isRefused({ code }: Outcome): boolean {
  return REFUSAL_CODES.includes(code);
}

export function verdictOf({ kinds, code }: Expectation, outcome: Outcome): GateVerdict {
  if (code === null) return 'open';
  if (outcome.code === code) return 'right';
  const refused = isRefused(outcome);
  // A photo that shows something covered, no face or a document does no harm where another gate stops it.
  if (code !== 200) return refused ? 'apart' : 'wrong';
  // The labels of free faces say nothing about who stands behind, nor how close a crop is; those of the
  // sweep do say that.
  if (kinds.includes('bare')) return refused && !refusedAsCovered(outcome) && outcome.code !== 410 ? 'apart' : 'wrong';
  if (kinds.includes('portrait')) return outcome.code === 410 ? 'wrong' : 'apart';
  return kinds.includes('half-frame') && outcome.reason === 'many-faces' ? 'apart' : 'wrong';
}
