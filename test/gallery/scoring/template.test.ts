import { expect, test } from 'vitest';
import { Cohort } from '../../../src/gallery/scoring/cohort.js';
import { makeTemplate } from '../../../src/gallery/scoring/template.js';
import { blobToTemplate, templateToBlob } from '../../../src/persistence/encryption/template-blob.js';
import { MAX_TEMPLATE_FACES } from '../../../src/persistence/template.js';
import { RandomVectors } from '../../vector-index/random-vectors.js';

const random = new RandomVectors(11);
const cohort = new Cohort('one', random.unit(512));
const faces = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ faceId: i + 1, embedding: random.unit(512) }));

test('one face has its mu and no mean', () => {
  const [face] = faces(1);
  if (!face) throw new Error('no face');
  expect(makeTemplate([face], cohort)).toEqual({
    cohort: cohort.version,
    mus: new Map([[1, cohort.mu(face.embedding)]]),
    mean: undefined,
  });
});

test('the same faces in another order make the same template, to the bit, with a mean of length 1', () => {
  const some = faces(5);
  const template = makeTemplate(some, cohort);
  expect(makeTemplate([...some].reverse(), cohort)).toEqual(template);
  expect(Math.hypot(...(template.mean?.embedding ?? []))).toBeCloseTo(1, 6);
  expect(template.mean?.mu).toBe(cohort.mu(template.mean?.embedding as Float32Array));
});

test('a template of very many faces is made from the newest', () => {
  const many = faces(MAX_TEMPLATE_FACES + 10);
  const template = makeTemplate(many, undefined);
  expect([...template.mus.keys()]).toEqual(many.slice(10).map(({ faceId }) => faceId));
  expect(template).toEqual(makeTemplate(many.slice(10), undefined));
});

test.each([1, 2, 64])('a template of %i faces is read as it was written', (count) => {
  const template = makeTemplate(faces(count), cohort);
  expect(blobToTemplate(templateToBlob(template), cohort.version)).toEqual(template);
});

test('bytes of another layout or length are no template', () => {
  const blob = templateToBlob(makeTemplate(faces(2), cohort));
  const later = Buffer.from(blob);
  later.writeUInt8(2, 0);
  for (const wrong of [later, blob.subarray(1), blob.subarray(0, -1), Buffer.alloc(0)]) {
    expect(blobToTemplate(wrong, cohort.version)).toBeUndefined();
  }
});
