import { EMBEDDING_LENGTH } from '../../src/core/embedding.js';
import { FaceLikeVectors } from '../bench/face-like-vectors.js';
import { type CompatCollection, type CompatContents, crowd, toBase64 } from './contents.js';

/** From 2,000 faces on a collection has a graph. Ten of each person's are the same, so that they pack well. */
const CROWD_PEOPLE = 204;
const FACES_OF_CROWD_PERSON = 10;

/**
 * People, keys and vectors that nobody has; the same each time. Photos are no pictures, only bytes.
 * @param model identity of the embedder
 * @param direction of length 1: some faces lie near it
 */
export function madeUpContents(model: string, direction: Float32Array): CompatContents {
  const random = new FaceLikeVectors(16);
  const images = (count: number) => {
    const person = random.person();
    return Array.from({ length: count }, () => toBase64(random.image(person)));
  };
  const nearDirection = () => toBase64(sum(direction, random.person(), 0.8));
  const bytesOf = (name: string) => Buffer.from(`no picture, but the bytes of ${name}`).toString('base64');
  // Created by a search: an id that the server chose, and no name.
  const created = (digit: string) => ({
    id: `c0c0c0c0-1111-4111-8111-${digit.repeat(12)}`,
    name: '',
    faces: images(1),
    photo: bytesOf(`photo ${digit}`),
  });

  const collections: CompatCollection[] = [
    {
      tenant: 'acme',
      collection: '',
      people: [
        { id: '001 203 004 567', name: 'Nguyễn Văn An', faces: images(2), kept: bytesOf('kept photo') },
        { id: '"quoted", \\ and \n', name: '', faces: images(1) },
        { id: '🧑🏽‍🚀', name: 'line\u2028break', faces: [nearDirection(), nearDirection()] },
        { id: 'a'.repeat(300), name: 'Long Id', faces: [nearDirection()] },
        { id: 'faceless', name: 'No Face', faces: [] },
      ],
    },
    { tenant: 'acme', collection: 'khách mời', people: [created('1'), created('2'), created('3')] },
    { tenant: 'globex', collection: '', people: [{ id: '001 203 004 567', name: 'Ben', faces: images(1) }] },
    { ...crowd, people: Array.from({ length: CROWD_PEOPLE }, (_, i) => crowdPerson(random, i)) },
  ];
  const keys = [
    { key: 'compat-acme', tenant: 'acme', readOnly: false },
    { key: 'compat-acme-reads', tenant: 'acme', readOnly: true },
    { key: 'compat-globex', tenant: 'globex', readOnly: false },
    { key: 'compat-revoked', tenant: 'acme', readOnly: false, end: 'revoked' as const },
    { key: 'compat-expired', tenant: 'globex', readOnly: false, end: 'expired' as const },
  ];
  const imported = [
    { id: 'an', path: 'an/1.jpg', size: 70_001, changed: 1_700_000_000_000.25, state: 'added' as const },
    { id: 'an', path: 'an/2.jpg', size: 70_002, changed: 1_700_000_001_000, state: 'sending' as const },
  ];
  const importedTo = { origin: 'http://localhost:8080', tenant: 'acme', collection: 'khách mời' };
  const events = ['match', 'deleted'] as const;
  const webhooks = [{ tenant: 'acme', url: 'https://example.com/compat', secret: 'whsec_compat', events }];
  const seen = { tenant: 'globex', collection: '', id: '001 203 004 567', day: '2999-01-01' };
  const attendance = ['2999-01-01T08:00:00.000Z', '2999-01-01T17:30:00.000Z'].map((at) => ({ ...seen, at }));
  const staged = { model: 'another-model@0123456789ab', faces: 2 };
  const more = { attendance, staged, importedTo, imported };
  return { model, dataKey: 'c0'.repeat(32), keys, webhooks, collections, ...more };
}

/** Numbers of two sizes only, which pack into few bytes. */
function crowdPerson(random: FaceLikeVectors, i: number) {
  const size = 1 / Math.sqrt(EMBEDDING_LENGTH);
  const face = toBase64(Float32Array.from({ length: EMBEDDING_LENGTH }, () => (random.next() < 0.5 ? size : -size)));
  return { id: `crowd-${i}`, name: `Face ${i} of the Crowd`, faces: Array<string>(FACES_OF_CROWD_PERSON).fill(face) };
}

/** Of length 1; two directions, the first with the given cosine where they are at right angles. */
function sum(p: Float32Array, q: Float32Array, cosine: number): Float32Array {
  const added = p.map((x, i) => x * cosine + (q[i] ?? 0) * Math.sqrt(1 - cosine * cosine));
  const length = Math.hypot(...added);
  return added.map((x) => x / length);
}
