import type { Acquisition, GroupResult, NamedComparison, PairListResult } from '../evaluation.js';
import { count, counted, firstFew, percent, range, score, small, target } from '../format.js';
import { RESOLUTION } from '../metrics/score-histogram.js';
import type { Block } from './blocks.js';
import { discardBlocks } from './discard-blocks.js';
import { doorBlocks, galleryBlocks, strangerBlocks } from './gallery-blocks.js';
import { gateBlocks } from './gate-blocks.js';
import type { Report } from './report.js';
import { targetBlocks } from './target-blocks.js';

/** Comparisons at the wrong end that are shown; report.json has more. */
const SHOWN_EXTREMES = 5;

/** The whole report for people, in the order in which it is read: what, who is found and who gets in, targets, gates, failures, pairs, all comparisons. */
export function reportBlocks(report: Report): Block[] {
  return [
    ...introduction(report),
    ...galleryBlocks(report.galleries),
    ...strangerBlocks(report.galleries),
    ...doorBlocks(report.galleries),
    ...targetBlocks(report),
    ...gateBlocks(report.gates),
    ...(report.selection.images > 0 ? recognitionBlocks(report) : []),
  ];
}

function recognitionBlocks(report: Report): Block[] {
  return [
    ...acquisitionBlocks(report.acquisition, report),
    ...pairListBlocks(report.pairLists),
    ...groupBlocks(report),
    ...discardBlocks(report.discard),
    ...extremeBlocks(report.groups),
  ];
}

function introduction({ dataSet, model, selection, gates }: Report): Block[] {
  const mirror = model.mirror ? ', mean of the image and its mirror image' : '';
  const notes = [
    'Recognition takes images of every size and faces of every width, with the quality gates off.',
    'Where a photo shows several faces, the one nearest to its centre counts.',
  ];
  if (selection.subset !== null) notes.push(`Only images that ${selection.subset} lists.`);
  if (selection.missingFiles.length > 0) {
    const files = firstFew(selection.missingFiles);
    notes.push(`${counted(selection.missingFiles.length, 'file')} missing and left out everywhere: ${files}.`);
  }
  if (selection.pairListsLeftOut.length > 0) {
    notes.push(`Pair lists that reach beyond the chosen sets, left out: ${selection.pairListsLeftOut.join(', ')}.`);
  }
  if (selection.imagesLeftOut > 0) {
    const images = counted(selection.imagesLeftOut, 'image');
    notes.push(`${images} with an identity left out: in no chosen set and in no pair list. --set chooses sets.`);
  }
  return [
    { kind: 'heading', text: `Face recognition on ${dataSet}` },
    {
      kind: 'text',
      text:
        `${counted(selection.images, 'image')} of ${counted(selection.people, 'person', 'people')}` +
        `${gates ? `; ${counted(gates.images, 'image')} for the gates` : ''}. ` +
        `Pack ${model.pack}, version ${model.version}: ${model.embedder}${mirror}.`,
    },
    { kind: 'list', items: notes },
  ];
}

function acquisitionBlocks({ attempted, failed, failures }: Acquisition, { embedding }: Report): Block[] {
  const rate = (attempted / embedding.seconds).toFixed(1);
  const share = percent(failed / attempted);
  const blocks: Block[] = [
    { kind: 'heading', text: 'Failure to acquire' },
    {
      kind: 'text',
      text:
        `${count(failed)} of ${counted(attempted, 'image')} gave no embedding: ${share}. ` +
        `Embedding took ${embedding.seconds.toFixed(0)} s with ${counted(embedding.workers, 'worker')}: ${rate} images/s.`,
    },
  ];
  if (failed === 0) return blocks;
  const items = failures.map(({ reason, paths }) => `${reason}: ${count(paths.length)} (${firstFew(paths)})`);
  return [...blocks, { kind: 'list', items }];
}

export function pairListBlocks(lists: PairListResult[]): Block[] {
  if (lists.length === 0) return [];
  const fold = (list: PairListResult, kind: 'all' | 'acquired') => {
    const accuracy = list.accuracy?.[kind];
    return accuracy ? `${percent(accuracy.mean)} ± ${(accuracy.standardError * 100).toFixed(2)}` : '–';
  };
  const folds = [...new Set(lists.map(({ accuracy }) => accuracy?.all.folds ?? 10))].join(' or ');
  const blocks: Block[] = [
    { kind: 'heading', text: 'Pair lists' },
    {
      kind: 'table',
      columns: ['list', 'same', 'different', 'not acquired', 'accuracy', 'acquired only', 'EER', 'at score'],
      rows: lists.map((list) => [
        list.name,
        count(list.genuine),
        count(list.impostor),
        count(list.notAcquired),
        fold(list, 'all'),
        fold(list, 'acquired'),
        percent(list.eer?.rate ?? Number.NaN),
        score(list.eer?.threshold ?? Number.NaN),
      ]),
    },
    {
      kind: 'text',
      text:
        `Accuracy by cross validation, ${folds} folds: mean ± standard error of the folds, each decided with the ` +
        'threshold of the others. In the first column a pair that could not be acquired counts as an error.',
    },
    {
      kind: 'table',
      columns: ['list', 'best threshold', 'accuracy there', 'false matches', 'false non-matches'],
      rows: lists.map(({ name, best, genuine, impostor }) => [
        name,
        score(best.threshold),
        percent(best.accuracy),
        `${count(best.falseMatches)} of ${count(impostor)}`,
        `${count(best.falseNonMatches)} of ${count(genuine)}`,
      ]),
    },
  ];
  const incomplete = lists.filter(({ withMissingFiles }) => withMissingFiles > 0);
  if (incomplete.length > 0) {
    const items = incomplete.map(
      ({ name, withMissingFiles }) => `${name}: ${counted(withMissingFiles, 'pair')} left out for missing files.`,
    );
    blocks.push({ kind: 'list', items });
  }
  return blocks;
}

const ACROSS_SETS: Block = {
  kind: 'text',
  text:
    '"all" compares across sets too: a person with another name in another set makes false impostors there, and the sets ' +
    'with most images of a person weigh most. Each set by itself is the safer number.',
};

function groupBlocks({ groups, model }: Report): Block[] {
  if (groups.length === 0) return [];
  return [
    { kind: 'heading', text: 'All comparisons of images with an identity' },
    groupTable(groups),
    ...(groups.length > 1 ? [ACROSS_SETS] : []),
    { kind: 'heading', text: 'True accept rate at a false match rate' },
    tarTable(groups),
    {
      kind: 'text',
      text:
        'The intervals take every comparison as independent; comparisons share images and people, so the true ones ' +
        `are wider. Thresholds are exact to ${target(RESOLUTION)} in score.`,
    },
    { kind: 'heading', text: 'What the calibrated similarity does here' },
    ...similarityBlocks(groups, model),
    { kind: 'heading', text: 'Scores' },
    {
      kind: 'table',
      columns: ['score at percentile', ...(groups[0]?.percentiles.map(({ share }) => percentileName(share)) ?? [])],
      rows: groups.flatMap(({ name, percentiles }) => [
        [`${name}, genuine`, ...percentiles.map(({ genuine }) => score(genuine))],
        [`${name}, impostor`, ...percentiles.map(({ impostor }) => score(impostor))],
      ]),
    },
  ];
}

export function groupTable(groups: readonly GroupResult[]): Block {
  return {
    kind: 'table',
    columns: ['images of', 'images', 'not acquired', 'people', 'genuine', 'impostor', 'EER', 'at score'],
    rows: groups.map((group) => [
      group.name,
      count(group.images),
      count(group.notAcquired),
      count(group.people),
      count(group.genuine),
      count(group.impostor),
      percent(group.eer?.rate ?? Number.NaN),
      score(group.eer?.threshold ?? Number.NaN),
    ]),
  };
}

/** True accept rates of each group at some false match rates. */
export function tarTable(groups: readonly GroupResult[]): Block {
  return {
    kind: 'table',
    columns: ['images of', 'FMR at most', 'score', 'false matches', 'FMR 95 %', 'TAR', 'TAR 95 %'],
    rows: groups.flatMap(tarRows),
  };
}

/** What the calibrated similarity promises and does in each group. */
export function similarityBlocks(groups: readonly GroupResult[], model: Report['model']): Block[] {
  return [
    {
      kind: 'table',
      columns: ['images of', 'similarity', 'score', 'FMR promised', 'FMR', 'FMR 95 %', 'false matches', 'TAR'],
      rows: groups.flatMap(calibrationRows),
    },
    { kind: 'text', text: `Calibration made from: ${model.calibrationMadeFrom}.` },
  ];
}

function tarRows({ name, tarAtFmr }: GroupResult): string[][] {
  return tarAtFmr.map((row) => {
    const head = [name, target(row.target)];
    if (!row.point) return [...head, '–', 'too few comparisons', '–', '–', '–'];
    const { threshold, falseMatches, fmr95, tar, tar95 } = row.point;
    return [...head, score(threshold), count(falseMatches), range(fmr95, small), percent(tar), range(tar95, percent)];
  });
}

function calibrationRows({ name, calibrated }: GroupResult): string[][] {
  return calibrated.map(({ similarity, threshold, promisedFmr, fmr, fmr95, falseMatches, tar }) => [
    name,
    similarity.toFixed(2),
    score(threshold),
    target(promisedFmr),
    small(fmr),
    range(fmr95, small),
    count(falseMatches),
    percent(tar),
  ]);
}

function percentileName(share: number): string {
  if (share === 0) return 'lowest';
  return share === 1 ? 'highest' : String(Number((share * 100).toFixed(1)));
}

function extremeBlocks([all]: GroupResult[]): Block[] {
  if (!all) return [];
  const items = (comparisons: NamedComparison[]) =>
    comparisons.slice(0, SHOWN_EXTREMES).map(({ score: value, a, b }) => `${score(value)}  ${a}  ${b}`);
  return [
    { kind: 'heading', text: 'Look at these first: wrong labels hide here' },
    { kind: 'text', text: 'Different people with the highest scores:' },
    { kind: 'list', items: items(all.closestImpostors) },
    { kind: 'text', text: 'One person with the lowest scores:' },
    { kind: 'list', items: items(all.farthestGenuine) },
  ];
}
