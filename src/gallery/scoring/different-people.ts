import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import type { OwnPeople } from './cohort.js';
import { DotTable } from './dot-table.js';

/**
 * From this share of the way between what strangers have on average and 1 on, two means are of one person. Of 10,300 pairs of
 * Asian strangers among the development people two reach it, and of these people's own halves 75 % to 100 % by data set.
 */
const SAME_PERSON = 0.6;

/**
 * The people of a tenant who take part in its cohort, each once: one person may be enrolled in several collections, or under
 * several ids, and would count as a crowd around their own face.
 * @param people means, of length 1, 512 numbers each, one after the other
 * @param count how many people the tenant has
 * @param centres faces of other people, which tell what strangers have on average; where there are none, the people tell it
 * @returns those that resemble none before them, and about how many different people the tenant has
 */
export function differentPeople(people: Float32Array, count: number, centres: DotTable): OwnPeople {
  const table = new DotTable(people);
  const vectorOf = (i: number) => people.subarray(i * EMBEDDING_LENGTH, (i + 1) * EMBEDDING_LENGTH);
  const limit = limitOf(people, centres.size > 0 ? centres : table);
  const kept: number[] = [];
  for (let i = 0; i < table.size; i++) {
    const cosines = table.dots(vectorOf(i));
    if (kept.every((before) => (cosines[before] as number) < limit)) kept.push(i);
  }
  const vectors = new Float32Array(kept.length * EMBEDDING_LENGTH);
  for (const [at, i] of kept.entries()) vectors.set(vectorOf(i), at * EMBEDDING_LENGTH);
  return { vectors, people: table.size === 0 ? 0 : (count * kept.length) / table.size };
}

function limitOf(people: Float32Array, others: DotTable): number {
  const size = people.length / EMBEDDING_LENGTH;
  const mean = new Float32Array(EMBEDDING_LENGTH);
  for (const [i, x] of people.entries()) mean[i % EMBEDDING_LENGTH] = (mean[i % EMBEDDING_LENGTH] as number) + x / size;
  let sum = 0;
  for (const cosine of others.dots(mean)) sum += cosine;
  const average = sum / others.size;
  return average + SAME_PERSON * (1 - average);
}
