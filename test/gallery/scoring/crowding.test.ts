import { describe, expect, it } from 'vitest';
import { Crowding, correctedScore, noCrowding } from '../../../src/gallery/scoring/crowding.js';
import { openGallery } from '../gallery-fixture.js';

const dimensions = 512;

/** A unit vector in the plane of the first two axes and, for what is left, the one at `rest`. */
function vector(x: number, y: number, rest = 2): Float32Array {
  const made = new Float32Array(dimensions);
  made[0] = x;
  made[1] = y;
  made[rest] = Math.sqrt(Math.max(0, 1 - x * x - y * y));
  return made;
}

/** The first coordinate is the crowded direction. */
const axis = Buffer.from(vector(1, 0).buffer).toString('base64');
const crowding = new Crowding({ madeFrom: 'test', slope: 0.5, axis });

describe('Crowding', () => {
  it('is the slope times the way along the axis, and nothing on its other side', () => {
    expect(crowding.of(vector(0.6, 0))).toBeCloseTo(0.3, 6);
    expect(crowding.of(vector(0, 0.6))).toBe(0);
    expect(crowding.of(vector(-0.6, 0))).toBe(0);
    expect(noCrowding.of(vector(0.6, 0))).toBe(0);
  });
});

describe('correctedScore', () => {
  it('is the cosine where nothing is crowded', () => {
    for (const cosine of [-1, -0.3, 0, 0.5, 1]) expect(correctedScore(cosine, 0)).toBeCloseTo(cosine, 12);
  });

  it('stretches distances, keeps identical vectors at 1 and stays within the scale', () => {
    expect(correctedScore(0.5, 0.4)).toBeCloseTo(0.3, 10);
    expect(correctedScore(1, 0.4)).toBe(1);
    expect(correctedScore(-1, 3)).toBe(-1);
  });
});

it('finds the more similar face, which need not be the nearest by cosine', async () => {
  const { gallery } = await openGallery(undefined, { scale: { crowding, similarity: (score) => score } });
  const where = { tenant: 't', collection: '' };
  await gallery.saveUser(where, { id: 'crowded', name: 'C' });
  await gallery.saveUser(where, { id: 'alone', name: 'A' });
  const probe = vector(0.5, 0.6);
  // The first face lies along the crowded axis, as the probe does in part; the second one lies across it.
  await gallery.addFace(where, 'crowded', vector(0.96, 0.28));
  await gallery.addFace(where, 'alone', vector(-0.1, 0));
  const [crowded, alone] = [0.5 * 0.96 + 0.6 * 0.28, -0.5 * 0.1 + Math.sqrt(0.39 * 0.99)];
  expect(crowded).toBeGreaterThan(alone);
  const scores = [correctedScore(crowded, 0.25 + 0.48), correctedScore(alone, 0.25)] as const;
  expect(scores[1]).toBeGreaterThan(scores[0]);
  const found = await gallery.search(where, probe);
  expect(found?.id).toBe('alone');
  expect(found?.similarity).toBeCloseTo(scores[1], 5);
});
