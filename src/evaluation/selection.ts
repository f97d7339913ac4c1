import { OperatorError } from '../util/operator-error.js';
import {
  type DataSet,
  type DataSetImage,
  findPairLists,
  missingFiles,
  type PairList,
  readDataSet,
  readPairList,
  readSubset,
  unknownImage,
} from './data-set.js';
import type { EvaluationOptions } from './options.js';

/** What is evaluated. */
export interface Selection {
  /** Absolute path. */
  folder: string;
  /** Images to embed, all of them there; identity and set are empty for one that only a pair list knows. */
  images: DataSetImage[];
  /** Images for the gates, all of them there; empty where the manifest has neither labels nor expectations. */
  gateImages: DataSetImage[];
  /** Pair lists without the pairs whose files are missing. */
  pairLists: (PairList & { pairsWithMissingFiles: number })[];
  /** Paths that the manifest or a pair list names and that are no files, sorted. */
  missing: string[];
  /** The folder's pair lists that were not asked for and reach beyond the chosen sets. */
  pairListsLeftOut: string[];
  /** Images of the manifest with an identity that neither a chosen set nor a pair list names. */
  imagesLeftOut: number;
}

type Wanted = Pick<EvaluationOptions, 'folder'> &
  Partial<Pick<EvaluationOptions, 'set' | 'pairs' | 'subset' | 'group' | 'aliases' | 'only' | 'by'>>;

/**
 * Reads the folder and decides which of its images are embedded: those of the chosen sets that have an identity, and
 * those that the pair lists name; with neither, every image that has an identity. Groups choose their sets. Where the manifest has labels, the
 * gates get every image of the chosen sets with a label, an expectation or an identity. A subset restricts all of it.
 * @throws OperatorError when the folder or a list cannot be used, or nothing is left to evaluate
 */
export async function select(options: Wanted): Promise<Selection> {
  const { folder, set: sets, pairs, subset, group: groups = [], aliases, only, by } = options;
  const dataSet = await readDataSet(folder, aliases, by);
  checkSets(dataSet, '--set', sets ?? []);
  checkSets(
    dataSet,
    '--group',
    groups.flatMap((group) => group.sets),
  );
  const listed = subset === undefined ? undefined : await readSubset(subset);
  const inSubset = (path: string) => listed?.has(path) ?? true;
  const named = await Promise.all((pairs ?? (await findPairLists(folder))).map((file) => readPairList(folder, file)));
  // A list that was not asked for must not bring in the images of other sets.
  const inChosenSets = (path: string) => sets?.includes(dataSet.images.get(path)?.set ?? '') ?? true;
  const fits = (list: PairList) =>
    pairs !== undefined || list.pairs.every(({ a, b }) => inChosenSets(a) && inChosenSets(b));
  const lists = named
    .filter(fits)
    .map((list) => ({ ...list, pairs: list.pairs.filter(({ a, b }) => inSubset(a) && inSubset(b)) }))
    .filter((list) => list.pairs.length > 0);

  const all = [...dataSet.images.values()];
  const chosenSets = sets ?? (groups.length > 0 ? groups.flatMap((group) => group.sets) : undefined);
  const isWanted = ({ set, path, identity }: DataSetImage) =>
    identity !== '' && inSubset(path) && (chosenSets ? chosenSets.includes(set) : lists.length === 0);
  const recognition = only === 'gates' ? new Map<string, DataSetImage>() : recognitionImages(dataSet, lists, isWanted);
  const gates =
    only === 'recognition' ? [] : gateImages(all).filter(({ path }) => inChosenSets(path) && inSubset(path));
  if (recognition.size === 0 && gates.length === 0) throw nothingLeft(all, only);

  const missing = await missingFiles(folder, new Set([...recognition.keys(), ...gates.map(({ path }) => path)]));
  const there = ({ path }: DataSetImage) => !missing.has(path);
  if (![...recognition.values(), ...gates].some(there)) {
    const [first] = missing;
    throw new OperatorError(`None of the ${missing.size} images is there; the first is ${first} of ${folder}.`);
  }
  return {
    folder,
    images: [...recognition.values()].filter(there),
    gateImages: gates.filter(there),
    pairLists: only === 'gates' ? [] : lists.map((list) => withoutMissing(list, missing)),
    missing: [...missing].sort(),
    pairListsLeftOut: named.filter((list) => !fits(list)).map(({ name }) => name),
    imagesLeftOut: only === 'gates' ? 0 : all.filter(({ path, identity }) => identity && !recognition.has(path)).length,
  };
}

function recognitionImages(
  { images }: DataSet,
  lists: readonly PairList[],
  isWanted: (image: DataSetImage) => boolean,
): Map<string, DataSetImage> {
  const wanted = new Map<string, DataSetImage>();
  for (const image of images.values()) if (isWanted(image)) wanted.set(image.path, image);
  for (const path of lists.flatMap((list) => list.pairs.flatMap(({ a, b }) => [a, b]))) {
    wanted.set(path, images.get(path) ?? unknownImage(path));
  }
  return wanted;
}

/** Images whose right outcome is known or worth a look: none where the manifest has no label at all, since the photos were not checked then. */
function gateImages(all: readonly DataSetImage[]): DataSetImage[] {
  const says = ({ labels, expect }: DataSetImage) => labels.length > 0 || expect !== null;
  return all.some(says) ? all.filter((image) => says(image) || image.identity !== '') : [];
}

function nothingLeft(all: readonly DataSetImage[], only: EvaluationOptions['only']): OperatorError {
  if (only === 'gates') return new OperatorError('Nothing to evaluate: no chosen image has a label or an expectation.');
  const hint = all.some(({ identity }) => identity !== '') ? ' Look at --set, --group and --subset.' : '';
  return new OperatorError(`Nothing to evaluate: no chosen image has an identity.${hint}`);
}

function withoutMissing({ name, pairs }: PairList, missing: ReadonlySet<string>): Selection['pairLists'][number] {
  const there = pairs.filter(({ a, b }) => !missing.has(a) && !missing.has(b));
  return { name, pairs: there, pairsWithMissingFiles: pairs.length - there.length };
}

function checkSets({ images }: DataSet, option: string, sets: readonly string[]): void {
  if (sets.length === 0) return;
  const known = new Set([...images.values()].map(({ set }) => set).filter((name) => name !== ''));
  if (known.size === 0) throw new OperatorError(`The manifest has no column "set", so ${option} cannot choose one.`);
  const unknown = sets.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new OperatorError(`The manifest has no set ${unknown.join(', ')}; it has ${[...known].join(', ')}.`);
  }
}
