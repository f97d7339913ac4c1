import { GOOD_PEOPLE } from '../../gallery/own-scale/gallery-person.js';
import type { OwnScale } from '../../gallery/own-scale/own-scale.js';
import type { Suspect } from '../../gallery/own-scale/suspects.js';
import type { StoredScale } from '../../persistence/scales.js';
import { count, counted, range, score, small, target } from '../format.js';
import { type Block, renderText } from '../report/blocks.js';

/** Suspects that are listed. */
const LISTED = 100;

/** For the operator's terminal only: it names users. */
export function galleryReport(own: OwnScale, suspects: readonly Suspect[]): string {
  const blocks: Block[] = [
    { kind: 'heading', text: 'The scale of this gallery' },
    {
      kind: 'text',
      text: `${counted(own.pairs, 'pair')} of strangers: ${counted(own.people, 'person', 'people')} with ${counted(own.faces, 'face')}, compared within ${counted(own.tenants, 'tenant')}; ${count(own.galleryPeople)} people have faces in all.`,
    },
    {
      kind: 'table',
      columns: ['similarity', 'false match rate', 'score', '95 % bounds', 'from', "rate here on the pack's scale"],
      rows: own.rates.map((point) => [
        point.similarity.toFixed(2),
        target(point.rate),
        score(point.score),
        range(point, score),
        point.isExtrapolated ? 'extrapolated from a normal tail' : 'counted',
        small(own.before.find(({ similarity }) => similarity === point.similarity)?.rate ?? Number.NaN),
      ]),
    },
    {
      kind: 'text',
      text: `Rates below ${small(own.measuredTo)} stand for fewer than ten pairs of people and are extrapolated. The bounds come from leaving out a twentieth of the people in turn: pairs share people, so the number of people counts, not that of pairs.`,
    },
  ];
  if (own.people < GOOD_PEOPLE) {
    blocks.push({
      kind: 'text',
      text: `Warning: with fewer than ${GOOD_PEOPLE} people the scale is rough; see the bounds. A score lower than the pack's may be chance, so the scale keeps the pack's score there.`,
    });
  }
  return `${renderText(blocks)}\n${renderText(suspectBlocks(suspects))}\n`;
}

function suspectBlocks(suspects: readonly Suspect[]): Block[] {
  if (suspects.length === 0) return [{ kind: 'text', text: 'No two users look like one person.' }];
  const left = suspects.length - LISTED;
  return [
    {
      kind: 'text',
      text: `${counted(suspects.length, 'pair')} of users ${suspects.length === 1 ? 'is' : 'are'} probably one person each. One of each pair was left out; look at them:`,
    },
    {
      kind: 'table',
      columns: ['user', 'the same as', 'tenant', 'mean cosine'],
      rows: suspects
        .slice(0, LISTED)
        .map(({ a, b, cosine }) => [nameOf(a), nameOf(b), JSON.stringify(a.tenant), score(cosine)]),
    },
    ...(left > 0 ? [{ kind: 'text', text: `And ${count(left)} more.` } as const] : []),
  ];
}

/** As JSON, so that no id can steer the terminal. */
function nameOf({ collection, id }: { collection: string; id: string }): string {
  return `${JSON.stringify(id)} in ${collection === '' ? 'the default collection' : JSON.stringify(collection)}`;
}

export interface DescribedScale {
  scale: StoredScale;
  own: OwnScale | undefined;
  /** Whether it holds, or why it cannot. */
  state: string;
}

/** Every scale that was ever written. */
export function scaleLines(scales: readonly DescribedScale[]): string {
  if (scales.length === 0) return "None was written: the pack's scale holds.\n";
  const scoreOf = (own: OwnScale | undefined, rate: number) =>
    score(own?.rates.find((point) => target(point.rate) === target(rate))?.score ?? Number.NaN);
  const rows = scales.map(({ scale, own, state }) => [
    String(scale.scaleId),
    scale.madeAt.toISOString(),
    scale.model,
    own ? count(own.people) : '–',
    ...[1e-4, 1e-5, 1e-6].map((rate) => scoreOf(own, rate)),
    state,
  ]);
  const columns = ['scale', 'written', 'model', 'people', '0.80 from', '0.85 from', '0.90 from', ''];
  const holds = scales.some(({ state }) => state === 'active')
    ? []
    : [{ kind: 'text', text: "The pack's scale holds." } as const];
  return renderText([{ kind: 'table', columns, rows }, ...holds]);
}
