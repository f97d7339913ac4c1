import { expect, it } from 'vitest';
import type { DataSetImage } from '../../src/evaluation/data-set.js';
import { galleryResults } from '../../src/evaluation/galleries/gallery-results.js';
import { tryGallery, tryStrangersAtDoor } from '../../src/evaluation/galleries/gallery-trial.js';
import { drawn, type TrialPerson } from '../../src/evaluation/galleries/people.js';
import { TrialGallery } from '../../src/evaluation/galleries/trial-gallery.js';
import { doorBlocks, galleryBlocks, strangerBlocks } from '../../src/evaluation/report/gallery-blocks.js';
import { Cohort } from '../../src/gallery/scoring/cohort.js';
import { calibratedScale } from '../../src/gallery/scoring/similarity.js';
import { RandomVectors } from '../vector-index/random-vectors.js';

/** A scale of scores that are cosines less the level of 40 directions. */
function scaleOf(random: RandomVectors, photosSlope = 0) {
  const vectors = new Float32Array(512 * 40);
  for (let i = 0; i < 40; i++) vectors.set(random.unit(512), 512 * i);
  const points = [
    { cosine: -1, similarity: 0 },
    { cosine: 0.3, similarity: 0.8 },
    { cosine: 0.4, similarity: 0.85 },
    { cosine: 0.5, similarity: 0.9 },
    { cosine: 1, similarity: 1 },
  ];
  return calibratedScale({ points, photosSlope }, { version: 'made-up', vectors });
}

/** People whose photos have a cosine of about 0.8 to a face of their own; the faces have one of `kinship` to a common one. */
function madeUp(random: RandomVectors, count: number, photos: (person: number) => number, kinship = 0): TrialPerson[] {
  const common = random.unit(512);
  return Array.from({ length: count }, (_, person) => {
    const face = random.near(common, kinship);
    return {
      identity: `person ${person}`,
      photos: Array.from({ length: photos(person) }, (_, i) => ({
        path: `${person}/${i}.jpg`,
        embedding: random.near(face, 0.8),
      })),
    };
  });
}

it('a gallery finds people who are unlike all others, and no strangers', () => {
  const random = new RandomVectors(1);
  const scale = scaleOf(random);
  const people = madeUp(random, 25, () => 4);
  const result = tryGallery(people, 3, scale);
  expect(result).toMatchObject({ photos: 3, enrolled: 22.5, known: 25, strangers: 25 });
  expect(result?.at).toEqual(
    [0.8, 0.85, 0.9].map((similarity) => ({ similarity, found: 1, perPair: 0, perSearch: 0 })),
  );
});

it('a gallery counts every stranger the same, however many photos the stranger has', () => {
  const random = new RandomVectors(2);
  const people = madeUp(random, 30, () => 1);
  const [first, second] = people as [TrialPerson, TrialPerson];
  // One of the first one's four photos is the second person's.
  const double = second.photos[0]?.embedding as Float32Array;
  const embeddings = [random.unit(512), random.unit(512), random.unit(512), double];
  first.photos = embeddings.map((embedding, i) => ({ path: `0/${i}.jpg`, embedding }));
  const at = tryGallery(people, 1, scaleOf(random))?.at[0];

  const draws = 10;
  let expected = 0;
  for (let draw = 0; draw < draws; draw++) {
    const order = drawn(people, draw);
    const [a, b] = [
      order.findIndex((p) => p.identity === first.identity),
      order.findIndex((p) => p.identity === second.identity),
    ];
    // Both in the same tenth: neither is enrolled when the other one comes.
    if (a % 10 === b % 10) continue;
    expected += 1 / 4;
    if (order[a]?.photos[0]?.path === '0/3.jpg') expected += 1;
  }
  expect(expected).toBeGreaterThan(1);
  expect(at?.perSearch).toBeCloseTo(expected / (30 * draws), 12);
  expect(at?.perPair).toBeCloseTo(expected / (30 * draws) / 27, 12);
});

it('a gallery scores with its own people in the cohort, the templates and the number of photos', () => {
  const random = new RandomVectors(3);
  const kin = madeUp(random, 20, () => 3, 0.6);
  const scale = scaleOf(random, 0.05);
  const [stranger, ...people] = kin as [TrialPerson, ...TrialPerson[]];
  const probe = stranger.photos[0]?.embedding as Float32Array;
  const [found] = new TrialGallery(people, scale).search(probe);
  if (!found || !scale.centres) throw new Error('nobody');
  const means = people.map(({ photos }) => {
    const sum = new Float64Array(512);
    for (const { embedding } of photos)
      for (let i = 0; i < 512; i++) sum[i] = (sum[i] as number) + (embedding[i] as number);
    const length = Math.hypot(...sum);
    return Float32Array.from(sum, (x) => x / length);
  });
  const vectors = new Float32Array(512 * means.length);
  for (const [i, mean] of means.entries()) vectors.set(mean, 512 * i);
  const cohort = new Cohort('expected', scale.centres.vectors, { vectors, people: people.length });
  const dot = (p: Float32Array, q: Float32Array) => p.reduce((sum, x, i) => sum + x * (q[i] as number), 0);
  const normalised = (q: Float32Array) => dot(probe, q) - (cohort.mu(probe) + cohort.mu(q)) / 2;
  const scores = people.map(({ photos }, i) => {
    const best = Math.max(...photos.map(({ embedding }) => normalised(embedding)));
    return (best + normalised(means[i] as Float32Array)) / 2 - 0.05 * Math.log10(3);
  });
  expect(found.score).toBeCloseTo(Math.max(...scores), 5);
  expect(found.person.identity).toBe(people[scores.indexOf(Math.max(...scores))]?.identity);
});

it('similar strangers match less often when their own kind is in the cohort', () => {
  const random = new RandomVectors(4);
  const kin = madeUp(random, 60, () => 3, 0.75);
  const scale = scaleOf(random);
  const few = tryStrangersAtDoor(kin, 3, 9, scale);
  const many = tryStrangersAtDoor(kin, 3, 20, scale);
  expect(many).toMatchObject({ photos: 3, enrolled: 20, known: 0, strangers: 60 });
  // Fewer than ten people do not join the cohort.
  expect(many?.at[0]?.perPair).toBeLessThan(few?.at[0]?.perPair ?? 0);
});

it('there is no result for a gallery when too few people have enough photos', () => {
  const random = new RandomVectors(5);
  const scale = scaleOf(random);
  const people = madeUp(random, 12, (person) => (person === 0 ? 5 : 1));
  expect(tryGallery(people, 5, scale)).toBeNull();
  expect(tryStrangersAtDoor(people, 1, 12, scale)).toBeNull();
  expect(tryGallery(people, 1, scale)?.known).toBe(1);
});

it('galleries give the same numbers in any order of the manifest', () => {
  const random = new RandomVectors(6);
  const scale = scaleOf(random);
  const people = madeUp(random, 24, () => 2, 0.75);
  const images: DataSetImage[] = people.flatMap(({ identity, photos }) =>
    photos.map(({ path }) => ({ path, identity, set: 'kin', labels: [], expect: null })),
  );
  const embeddings = new Map(people.flatMap(({ photos }) => photos.map(({ path, embedding }) => [path, embedding])));
  const results = [images, images.toReversed()].map((all) =>
    galleryResults([{ name: 'kin', kind: 'group', images: all }], embeddings, scale),
  );
  expect(results[1]).toEqual(results[0]);
  const [result] = results[0] ?? [];
  expect(result).toMatchObject({ group: 'kin', people: 24, door: { photos: 1, enrolled: 20 } });
  // With three photos of each there is nobody.
  expect(result?.trials.map(({ photos }) => photos)).toEqual([1]);
});

it('the table of galleries has one row for each number of photos, and names a missed aim', () => {
  const at = [0.8, 0.85, 0.9].map((similarity, i) => ({
    similarity,
    found: 0.9 - i / 10,
    perPair: [4e-4, 1e-5, 0][i] as number,
    perSearch: [0.012, 0.0003, 0][i] as number,
  }));
  const trial = { photos: 1, enrolled: 31.5, known: 30, strangers: 35, at };
  const galleries = [
    { group: 'kin', people: 35, trials: [trial, { ...trial, photos: 3 }], door: { ...trial, photos: 3 } },
  ];
  expect(galleryBlocks(galleries)[1]).toMatchObject({
    rows: [
      ['kin', '1', '32', '90.0 / 80.0 / 70.0 %', '1.20 / 0.03 / 0.00 %', '4.0e-4 / 1.0e-5 / 0'],
      ['kin', '3', '32', '90.0 / 80.0 / 70.0 %', '1.20 / 0.03 / 0.00 %', '4.0e-4 / 1.0e-5 / 0'],
    ],
  });
  expect(strangerBlocks(galleries)[1]).toMatchObject({
    rows: [['kin', '35', '595', '4.0e-4, missed', '1.0e-5, met', '0']],
  });
  expect(doorBlocks(galleries)[1]).toMatchObject({ rows: [['kin', '3', '35', '1.20 %', '0.03 %', '0.00 %']] });
  expect([galleryBlocks([]), strangerBlocks([]), doorBlocks([])]).toEqual([[], [], []]);
});
