import {
  type DataSet,
  type DataSetImage,
  findPairLists,
  missingFiles,
  type PairList,
  readDataSet,
  readPairList,
} from './data-set.js';
import { EvaluationError } from './evaluation-error.js';
import type { EvaluationOptions } from './options.js';

/** What is evaluated. */
export interface Selection {
  /** Absolute path. */
  folder: string;
  /** Images to embed, all of them there; identity and set are empty for one that only a pair list knows. */
  images: DataSetImage[];
  /** Pair lists without the pairs whose files are missing. */
  pairLists: (PairList & { pairsWithMissingFiles: number })[];
  /** Paths that the manifest or a pair list names and that are no files, sorted. */
  missing: string[];
  /** The folder's pair lists that were not asked for and reach beyond the chosen sets. */
  pairListsLeftOut: string[];
  /** Images of the manifest with an identity that neither a chosen set nor a pair list names. */
  imagesLeftOut: number;
}

/**
 * Reads the folder and decides which of its images are embedded: those of the chosen sets that have an identity, and
 * those that the pair lists name; with neither, every image that has an identity.
 * @throws EvaluationError when the folder or a list cannot be used, or nothing is left to evaluate
 */
export async function select({
  folder,
  sets,
  pairs,
}: Pick<EvaluationOptions, 'folder' | 'sets' | 'pairs'>): Promise<Selection> {
  const dataSet = await readDataSet(folder);
  if (sets) checkSets(dataSet, sets);
  const named = await Promise.all((pairs ?? (await findPairLists(folder))).map((file) => readPairList(folder, file)));
  // A list that nobody asked for must not bring in the images of other sets.
  const inChosenSets = (path: string) => sets?.includes(dataSet.images.get(path)?.set ?? '') ?? true;
  const fits = (list: PairList) => pairs !== null || list.pairs.every(({ a, b }) => inChosenSets(a) && inChosenSets(b));
  const lists = named.filter(fits);

  const wanted = new Map<string, DataSetImage>();
  for (const image of dataSet.images.values()) {
    const chosen = sets ? sets.includes(image.set) : lists.length === 0;
    if (chosen && image.identity) wanted.set(image.path, image);
  }
  for (const path of lists.flatMap((list) => list.pairs.flatMap(({ a, b }) => [a, b]))) {
    wanted.set(path, dataSet.images.get(path) ?? { path, identity: '', set: '' });
  }
  if (wanted.size === 0) throw new EvaluationError('Nothing to evaluate: no chosen image has an identity.');
  const missing = await missingFiles(folder, wanted.keys());
  if (missing.size === wanted.size) {
    const [first] = missing;
    throw new EvaluationError(`None of the ${wanted.size} images is there; the first is ${first} of ${folder}.`);
  }
  return {
    folder,
    images: [...wanted.values()].filter(({ path }) => !missing.has(path)),
    pairLists: lists.map((list) => withoutMissing(list, missing)),
    missing: [...missing].sort(),
    pairListsLeftOut: named.filter((list) => !fits(list)).map(({ name }) => name),
    imagesLeftOut: [...dataSet.images.values()].filter(({ path, identity }) => identity && !wanted.has(path)).length,
  };
}

function withoutMissing({ name, pairs }: PairList, missing: ReadonlySet<string>): Selection['pairLists'][number] {
  const there = pairs.filter(({ a, b }) => !missing.has(a) && !missing.has(b));
  return { name, pairs: there, pairsWithMissingFiles: pairs.length - there.length };
}

function checkSets({ images }: DataSet, sets: readonly string[]): void {
  const known = new Set([...images.values()].map(({ set }) => set).filter((name) => name !== ''));
  if (known.size === 0) throw new EvaluationError('The manifest has no column "set", so --set cannot choose one.');
  const unknown = sets.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new EvaluationError(`The manifest has no set ${unknown.join(', ')}; it has ${[...known].join(', ')}.`);
  }
}
