import { expect, test } from 'vitest';
import { Cohort } from '../../../src/gallery/scoring/cohort.js';
import { differentPeople } from '../../../src/gallery/scoring/different-people.js';
import { DotTable } from '../../../src/gallery/scoring/dot-table.js';
import { RandomVectors } from '../../vector-index/random-vectors.js';

const random = new RandomVectors(1);
const unit = () => random.unit(512);
const many = (count: number) => Array.from({ length: count }, unit);

function flat(list: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(512 * list.length);
  for (const [i, vector] of list.entries()) all.set(vector, 512 * i);
  return all;
}

const centres = flat(many(400));
const tables = { centres: new DotTable(centres), none: new DotTable(new Float32Array()) };

test.each(['centres', 'none'] as const)('a person under many ids is counted once (%s)', (known) => {
  const people = many(30);
  const first = people[0] as Float32Array;
  const copies = Array.from({ length: 10 }, () => random.near(first, 0.85));
  expect(differentPeople(flat([...people, ...copies]), 400, tables[known])).toEqual({
    vectors: flat(people),
    people: 300,
  });
});

test('people of one kind, with cosines of 0.5 to each other, are different people', () => {
  const kind = unit();
  const people = Array.from({ length: 50 }, () => random.near(kind, Math.SQRT1_2));
  expect(differentPeople(flat(people), 50, tables.centres)).toEqual({ vectors: flat(people), people: 50 });
});

test('a face is as crowded by a person of many collections as by one', () => {
  const people = many(30);
  const face = random.near(people[0] as Float32Array, 0.7);
  const everywhere = [...people, ...Array.from({ length: 60 }, () => people[0] as Float32Array)];
  const level = (list: Float32Array[]) =>
    new Cohort('v', tables.centres, differentPeople(flat(list), list.length, tables.centres)).mu(face);
  expect(level(everywhere)).toBe(level(people));
  // Were each of them counted, the face would lie in a crowd.
  const crowd = { vectors: flat(everywhere), people: everywhere.length };
  expect(new Cohort('v', tables.centres, crowd).mu(face)).toBeGreaterThan(level(people) + 0.2);
});

test('nobody is nobody', () => {
  expect(differentPeople(new Float32Array(), 0, tables.centres)).toEqual({ vectors: new Float32Array(), people: 0 });
});
