import { scalePoints } from '../../gallery/scoring/similarity.js';
import type { Calibration } from '../../models/calibration.js';
import { count, counted, firstFew, percent, score, small, target } from '../format.js';
import { scoreOf } from '../metrics/calibration-table.js';
import { ratesAt } from '../metrics/error-rates.js';
import type { Block } from '../report/blocks.js';
import type { CalibrationResult } from './calibration-result.js';
import type { Population } from './make-calibration.js';
import type { PeoplePair } from './strangers.js';

/** Similarities whose rates are compared, with the rates that they promise. */
const SHOWN = [
  { similarity: 0.8, promised: 1e-4 },
  { similarity: 0.85, promised: 1e-5 },
  { similarity: 0.9, promised: 1e-6 },
];

/** The report of a calibration: populations, the scale, what it does to each, and the pairs of people to look at. */
export function calibrationBlocks(result: CalibrationResult): Block[] {
  return [
    ...introduction(result),
    ...scale(result),
    ...effects(result),
    ...result.populations.flatMap(({ name, strangers }) => peopleBlocks(name, strangers)),
  ];
}

function introduction({ model, version, mirror, populations, notAcquired, missingFiles }: CalibrationResult): Block[] {
  const notes = [`${counted(notAcquired, 'image')} gave no embedding.`];
  if (missingFiles.length > 0)
    notes.push(`${counted(missingFiles.length, 'file')} missing: ${firstFew(missingFiles)}.`);
  for (const { name, curve } of populations) {
    if (curve.shape > SHAPE_WARNING) {
      notes.push(
        `${name}: the tail is heavier than exponential, so the extrapolated rates promise too much. Wrong labels are the ` +
          'usual cause: look at the pairs below.',
      );
    }
  }
  return [
    { kind: 'heading', text: `Calibration of ${model}, version ${version}${mirror ? ' with mirror image' : ''}` },
    {
      kind: 'table',
      columns: [
        'group',
        'people',
        'images',
        'pairs of people',
        'measured down to',
        'tail: cosine',
        'a tenth each',
        'shape',
      ],
      rows: populations.map(({ name, strangers, curve }) => [
        name,
        count(strangers.people),
        count(strangers.images),
        count(strangers.peoplePairs),
        small(curve.lowestMeasured),
        score(curve.measuredTo),
        score(curve.scale * Math.LN10),
        curve.shape.toFixed(2),
      ]),
    },
    { kind: 'list', items: notes },
  ];
}

/** A shape of so much above 0 is more than the scatter of a hundred points. */
const SHAPE_WARNING = 0.2;

function scale({ rates, before, populations }: CalibrationResult): Block[] {
  return [
    { kind: 'heading', text: 'The scale' },
    {
      kind: 'table',
      columns: [
        'FMR',
        'similarity',
        'cosine before',
        'cosine now',
        ...populations.map(({ name }) => name),
        'extrapolated',
      ],
      rows: rates.map(({ rate, similarity, cosine, extrapolatedIn }) => [
        target(rate),
        similarity.toFixed(2),
        score(scoreOf(similarity, scalePoints(before))),
        cosine.toFixed(4),
        ...populations.map(({ curve }) => small(curve.rateAt(cosine))),
        extrapolatedIn.join(', ') || '–',
      ]),
    },
    { kind: 'text', text: 'The columns of the groups are their rates at the new cosine.' },
  ];
}

function effects({ populations, before, after }: CalibrationResult): Block[] {
  const rows = (at: Calibration, when: string) => populations.flatMap((population) => effectRows(population, at, when));
  return [
    { kind: 'heading', text: 'What the scale does' },
    {
      kind: 'table',
      columns: [
        'group',
        'scale',
        'similarity',
        'promised',
        'cosine',
        'FMR',
        'pairs of people',
        'FMR within sets',
        'FMR by image pairs',
        'TAR',
      ],
      rows: [...rows(before, 'before'), ...rows(after, 'now')],
    },
    {
      kind: 'text',
      text:
        'FMR: random strangers of the group, each pair of people with the same weight, counted and not extrapolated; the ' +
        'column after it says for how many pairs of people it stands. Within sets: strangers of one set, who are often ' +
        'alike (one profession, one country, one camera). By image pairs: each pair of images counts once, so that people ' +
        'with many photos weigh most. TAR: the share of images of one person that match.',
    },
  ];
}

function effectRows({ name, strangers }: Population, calibration: Calibration, when: string): string[][] {
  const { scores, sameSet, byImage, genuine, peoplePairs } = strangers;
  return SHOWN.map(({ similarity, promised }) => {
    const cosine = scoreOf(similarity, scalePoints(calibration));
    const fmr = positive(scores.survival(cosine));
    const { fmr: perImage, tar } = ratesAt({ impostor: byImage, genuine }, cosine);
    return [
      name,
      when,
      similarity.toFixed(2),
      target(promised),
      score(cosine),
      small(fmr),
      (fmr * peoplePairs).toFixed(1),
      small(positive(sameSet.survival(cosine))),
      small(perImage),
      percent(tar),
    ];
  });
}

/** What was taken back leaves rounding errors, up or down. */
function positive(rate: number): number {
  return Math.abs(rate) < 1e-12 ? 0 : rate;
}

function peopleBlocks(name: string, { closest, setAside, setAsideFrom }: Population['strangers']): Block[] {
  const table = (pairs: readonly PeoplePair[]): Block => ({
    kind: 'table',
    columns: ['two names', 'mean cosine', 'highest', 'own mean', 'image pairs'],
    rows: pairs.map(({ a, b, mean, max, own, imagePairs }) => [
      `${a} / ${b}`,
      score(mean),
      score(max),
      score(own ?? Number.NaN),
      count(imagePairs),
    ]),
  });
  const blocks: Block[] = [
    { kind: 'heading', text: `${name}: the closest pairs of people` },
    {
      kind: 'text',
      text:
        'One person under two names belongs into aliases.csv (name,is); a pair that cannot be decided into the file of ' +
        '--exclude-pairs (a,b). Look-alikes stay. A mean that reaches the own mean of the two (the lower one of their own ' +
        'images) is suspicious where there are many image pairs.',
    },
    table(closest),
  ];
  if (setAsideFrom === null) return blocks;
  const text =
    `Set aside as probably one person, with a mean cosine of ${score(setAsideFrom)} or more: ` +
    `${counted(setAside.length, 'pair')}. --no-trim keeps them.`;
  return [...blocks, { kind: 'text', text }, table(setAside)];
}
