import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Cohort } from '../../../src/gallery/scoring/cohort.js';
import { probeOf, rank } from '../../../src/gallery/scoring/rank.js';
import { calibratedScale } from '../../../src/gallery/scoring/similarity.js';
import { makeTemplate } from '../../../src/gallery/scoring/template.js';
import { compared } from '../../../src/persistence/people/compared.js';

/** Made by scripts/train/similarity/vectors.py, from its own implementation of the formulas. */
const examples = JSON.parse(readFileSync(new URL('./vectors.json', import.meta.url), 'utf8')) as {
  centres: number[][];
  own: number[][];
  probe: number[];
  photos: number[][];
  points: { score: number; similarity: number }[];
  cases: {
    ownUsed: number;
    people: number;
    levelOfProbe: number;
    levelsOfPhotos: number[];
    levelOfTemplate: number;
    scoresOfFaces: number[];
    scoreOfTemplate: number;
    scoreOfPerson: number;
    similarityOfPerson: number;
    similarityOfFirstFaceAlone: number;
  }[];
  noCentres: { people: number; levelOfProbe: number };
  similarity: { cosine: number; score: number; similarity: number }[];
};

/** The examples have 8 numbers; the others are 0. */
function vector(numbers: readonly number[]): Float32Array {
  const whole = new Float32Array(512);
  whole.set(numbers);
  return whole;
}

function flat(list: readonly number[][]): Float32Array {
  const all = new Float32Array(512 * list.length);
  for (const [i, numbers] of list.entries()) all.set(numbers, 512 * i);
  return all;
}

const { centres, own, points, photos } = examples;
const probe = vector(examples.probe);
const scale = calibratedScale({ scorePoints: points, photosSlope: 0.03 });

/** A person with the first of the photos, and with all that count how many they are. */
function person(count: number, cohort: Cohort) {
  const faces = photos.slice(0, count).map((photo, i) => ({ faceId: i + 1, embedding: vector(photo) }));
  const found = compared(probe, faces, makeTemplate(faces, cohort));
  return { collectionId: 1, personId: 1, user: { id: 'a', name: '' }, ...found };
}

describe.each(examples.cases)('$ownUsed own people of $people', (example) => {
  const { ownUsed, people } = example;
  const cohort = new Cohort('example', flat(centres), { vectors: flat(own.slice(0, ownUsed)), people });

  it('the worked example gives the levels', () => {
    expect(cohort.mu(probe)).toBeCloseTo(example.levelOfProbe, 6);
    const { mus, mean } = person(3, cohort).template;
    for (const [i, mu] of [...mus.values()].entries()) expect(mu).toBeCloseTo(example.levelsOfPhotos[i] ?? 9, 6);
    expect(mean?.mu).toBeCloseTo(example.levelOfTemplate, 6);
  });

  it('the worked example gives the scores and similarities of a person with three photos and with one', () => {
    const [found] = rank([person(3, cohort)], probeOf(probe, cohort), scale);
    expect(found?.scores.best).toBeCloseTo(Math.max(...example.scoresOfFaces), 6);
    expect(found?.scores.template).toBeCloseTo(example.scoreOfTemplate, 6);
    expect(found?.score).toBeCloseTo(example.scoreOfPerson, 6);
    expect(found?.similarity).toBeCloseTo(example.similarityOfPerson, 6);
    const [alone] = rank([person(1, cohort)], probeOf(probe, cohort), scale);
    expect(alone?.similarity).toBeCloseTo(example.similarityOfFirstFaceAlone, 6);
  });
});

it('a model without centres has the level of the example', () => {
  const { people, levelOfProbe } = examples.noCentres;
  const cohort = new Cohort('example', new Float32Array(), { vectors: flat(own), people });
  expect(cohort.mu(probe)).toBeCloseTo(levelOfProbe, 6);
});

it.each(examples.similarity)('a score of $score with a cosine of $cosine is the similarity', (example) => {
  expect(scale.similarity(example.score, example.cosine)).toBeCloseTo(example.similarity, 9);
});
