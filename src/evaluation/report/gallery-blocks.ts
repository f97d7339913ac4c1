import { count, counted, percent, small, target } from '../format.js';
import { DOOR_PEOPLE, type GalleryResult } from '../galleries/gallery-results.js';
import { type AtThreshold, TRIED, type TrialResult } from '../galleries/gallery-trial.js';
import type { Block } from './blocks.js';

const THRESHOLDS = TRIED.map((similarity) => similarity.toFixed(2)).join(' / ');

/** What the project promises: the most pairs of strangers of each group that may match, by similarity. */
const MAX_STRANGER_RATES = new Map([
  [0.8, 2e-4],
  [0.85, 3e-5],
]);

/** The one table to read first: who is found, and who is let in wrongly. */
export function galleryBlocks(galleries: readonly GalleryResult[]): Block[] {
  if (galleries.length === 0) return [];
  return [
    { kind: 'heading', text: 'Who is found, and who is wrongly let in' },
    {
      kind: 'table',
      columns: [
        'people',
        'photos of each',
        'enrolled',
        `found, at ${THRESHOLDS}`,
        'strangers who match',
        'pairs of strangers that match',
      ],
      rows: galleries.flatMap(({ group, trials }) =>
        trials.map((trial) => [
          group,
          String(trial.photos),
          count(Math.round(trial.enrolled)),
          shares(trial, ({ found }) => found, 1),
          shares(trial, ({ perSearch }) => perSearch, 2),
          trial.at.map(({ perPair }) => small(perPair)).join(' / '),
        ]),
      ),
    },
    {
      kind: 'text',
      text:
        `Each cell has three numbers, for the thresholds ${THRESHOLDS}. "Found": the share of searches by enrolled ` +
        'people that answer with this person. "Strangers who match": the share of searches by people of the same group who ' +
        'are not enrolled that answer with any person; it grows with the gallery. "Pairs of strangers that match": the same ' +
        'for one enrolled person. Every person has the same weight. Each gallery holds nine tenths of the people who have ' +
        'enough photos. It is searched as the server does it: its own people are part of the cohort.',
    },
  ];
}

/** Strangers of each group with one photo of each person, beside what is promised. */
export function strangerBlocks(galleries: readonly GalleryResult[]): Block[] {
  const rows = galleries.flatMap(({ group, people, trials }) => {
    const one = trials.find(({ photos }) => photos === 1);
    const pairs = (people * (people - 1)) / 2;
    return one ? [[group, count(people), count(pairs), ...one.at.map(strangersCell)]] : [];
  });
  if (rows.length === 0) return [];
  return [
    { kind: 'heading', text: 'Strangers of one group' },
    {
      kind: 'table',
      columns: ['people', 'of them', 'pairs of people', ...TRIED.map((at) => `at ${at.toFixed(2)}`)],
      rows,
    },
    {
      kind: 'text',
      text:
        'The chance that two strangers of the group match, with one photo of each. Every pair of people has the same weight. ' +
        `Aims: ${[...MAX_STRANGER_RATES].map(([at, most]) => `at most ${target(most)} at ${at.toFixed(2)}`).join(', ')}. ` +
        '"0" means that none was seen: the true rate may be as high as three in the number of pairs.',
    },
  ];
}

function strangersCell({ similarity, perPair }: AtThreshold): string {
  const most = MAX_STRANGER_RATES.get(similarity);
  return `${small(perPair)}${most === undefined ? '' : perPair <= most ? ', met' : ', missed'}`;
}

/** A small gallery of similar people, and one more of them before it. */
export function doorBlocks(galleries: readonly GalleryResult[]): Block[] {
  const rows = galleries.flatMap(({ group, door }) =>
    door
      ? [[group, String(door.photos), count(door.strangers), ...door.at.map(({ perSearch }) => percent(perSearch))]]
      : [],
  );
  if (rows.length === 0) return [];
  return [
    { kind: 'heading', text: `${DOOR_PEOPLE} people enrolled, and one more of their kind walks past` },
    {
      kind: 'table',
      columns: ['people', 'photos of each', 'who walk past', ...TRIED.map((at) => `let in at ${at.toFixed(2)}`)],
      rows,
    },
    {
      kind: 'text',
      text:
        `${counted(DOOR_PEOPLE, 'person', 'people')} of the group are enrolled, chosen by chance many times. All others of the group are ` +
        'searched with all of their photos. The numbers are the share of searches that find any person.',
    },
  ];
}

function shares(trial: TrialResult, of: (at: AtThreshold) => number, digits: number): string {
  const values = trial.at.map(of);
  if (values.some(Number.isNaN)) return '–';
  return `${values.map((value) => (value * 100).toFixed(digits)).join(' / ')} %`;
}
