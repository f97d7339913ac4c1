import type { OptionalCohort } from '../gallery/scoring/cohort.js';
import type { DataSetImage } from './data-set.js';
import type { Embedded } from './embed-images.js';
import { compareAll, type GroupScores } from './metrics/compare-all.js';
import type { SetGroup } from './options.js';

/** Images that are compared with each other. */
export interface Group {
  /** A set's or group's name, or "all". */
  name: string;
  kind: 'all' | 'group' | 'set';
  images: DataSetImage[];
  /** Images that gave no embedding. */
  notAcquired: number;
  scores: GroupScores;
  /** All images of the comparison: `scores` refers to places among them. */
  compared: DataSetImage[];
}

/**
 * Compares every image with every other one, and the same within each of the named groups, and within each set where
 * there are several.
 * @param identified images with an identity
 */
export function groupScores(
  identified: readonly DataSetImage[],
  embeddings: Embedded['embeddings'],
  setGroups: readonly SetGroup[],
  cohort: OptionalCohort,
): Group[] {
  const compared = identified.filter(({ path }) => embeddings.has(path));
  if (compared.length < 2) return [];
  const vectors = compared.map(({ path }) => embeddings.get(path) as Float32Array);
  const identities = numbered(compared.map(({ identity }) => identity)).numbers;
  const group = (name: string, kind: Group['kind'], scores: GroupScores, sets: readonly string[] | null): Group => {
    const isMember = ({ set }: DataSetImage) => sets?.includes(set) ?? true;
    const images = compared.filter(isMember);
    return { name, kind, images, notAcquired: identified.filter(isMember).length - images.length, scores, compared };
  };
  const bySet = numbered(compared.map(({ set }) => set));
  const { overall, groups } = compareAll(vectors, identities, bySet.numbers, cohort);
  const isGroup = (set: string) => setGroups.some((one) => one.sets.length === 1 && one.sets[0] === set);
  const sets = bySet.names.map((set, i) => group(set || '(no set)', 'set', groups[i] as GroupScores, [set]));
  return [
    group('all', 'all', overall, null),
    ...named(),
    // A single set is all there is, and a group of one set is that set.
    ...(sets.length > 1 ? sets.filter(({ name }) => !isGroup(name)) : []),
  ];

  function named(): Group[] {
    if (setGroups.length === 0) return [];
    // Images of no group have the number -1, and no collector.
    const places = compared.map(({ set }) => setGroups.findIndex((one) => one.sets.includes(set)));
    const scores = compareAll(vectors, identities, places, cohort).groups;
    return setGroups.flatMap(({ name, sets: members }, i) => {
      const found = scores[i];
      return found ? [group(name, 'group', found, members)] : [];
    });
  }
}

/** Numbers names from 0 in the order of their first appearance. */
function numbered(all: readonly string[]): { names: string[]; numbers: Int32Array } {
  const known = new Map([...new Set(all)].map((name, i) => [name, i]));
  return { names: [...known.keys()], numbers: Int32Array.from(all, (name) => known.get(name) as number) };
}
