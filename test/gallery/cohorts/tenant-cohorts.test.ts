import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { CohortBuilder } from '../../../src/gallery/cohorts/cohort-builder.js';
import { TenantCohorts } from '../../../src/gallery/cohorts/tenant-cohorts.js';
import { Cohort } from '../../../src/gallery/scoring/cohort.js';
import { makeTemplate } from '../../../src/gallery/scoring/template.js';
import { SqliteStore } from '../../../src/persistence/people/sqlite/sqlite-store.js';
import type { PersonRef } from '../../../src/persistence/template.js';
import { temporaryFolder } from '../../persistence/temporary-folder.js';
import { RandomVectors } from '../../vector-index/random-vectors.js';
import { centresOf } from '../describe-scoring.js';

const centres = centresOf(4);
const staff = { tenant: 'acme', collection: 'staff' };
const visitors = { tenant: 'acme', collection: 'visitors' };
const face = new RandomVectors(99).unit(512);
/** In no other tenant's gallery, and like nobody else. */
const logger = { info: vi.fn(), warn: vi.fn() };

let store: SqliteStore;
let random: RandomVectors;
/** In order of creation. */
let people: { ref: PersonRef; id: string; collection: string; embeddings: Float32Array[] }[];

beforeEach(async () => {
  store = await SqliteStore.open(join(await temporaryFolder(), 'facesearch.db'));
  onTestFinished(() => store.close());
  random = new RandomVectors(5);
  people = [];
});

async function enrol(count: number, where = staff, faces = 1): Promise<void> {
  for (let i = 0; i < count; i++) {
    const id = `id-${people.length}`;
    const embeddings = Array.from({ length: faces }, () => random.unit(512));
    let ref: PersonRef | undefined;
    for (const [j, embedding] of embeddings.entries()) {
      const stored = j
        ? await store.addFace(where, id, { embedding, model: 'm1' })
        : await store.addUserWithFace(where, { id, name: '' }, { embedding, model: 'm1' });
      ref ??= stored && { collectionId: stored.collectionId, personId: stored.personId };
    }
    if (!ref) throw new Error('no such user');
    people.push({ ref, id, collection: where.collection, embeddings });
  }
}

function open() {
  const cohorts = new TenantCohorts({ store, model: 'm1', centres, freshMs: Number.POSITIVE_INFINITY });
  const onBuilt = vi.fn();
  const builder = new CohortBuilder({ store, model: 'm1', cohorts, onBuilt, logger });
  onTestFinished(() => builder.close());
  return { cohorts, builder, onBuilt };
}

/** Of length 1. */
function meanOf(embeddings: readonly Float32Array[]): Float32Array {
  const template = makeTemplate(
    embeddings.map((embedding, faceId) => ({ faceId, embedding })),
    undefined,
  );
  return template.mean?.embedding ?? (embeddings[0] as Float32Array);
}

function expectedMu(members: readonly { embeddings: Float32Array[] }[], count: number): number {
  const vectors = new Float32Array(512 * members.length);
  for (const [i, { embeddings }] of members.entries()) vectors.set(meanOf(embeddings), 512 * i);
  return new Cohort('expected', centres.vectors, { vectors, people: count }).mu(face);
}

describe('the people of a cohort', () => {
  it('a cohort holds people of all collections of the tenant, from ten on, by the mean of their faces', async () => {
    await enrol(4);
    await enrol(5, visitors, 3);
    await enrol(30, { tenant: 'globex', collection: '' });
    const globex = people.splice(9);
    const { cohorts, builder, onBuilt } = open();
    await builder.checkAll();
    expect((await cohorts.of('acme'))?.version).toBe(centres.version);
    await enrol(1, visitors, 2);
    builder.changed('acme', 2);
    await builder.settled();
    const cohort = await cohorts.of('acme');
    expect(cohort?.version).toBe(`${centres.version}-1`);
    expect(cohort?.mu(face)).toBeCloseTo(expectedMu(people, 10), 6);
    expect((await cohorts.of('globex'))?.mu(face)).toBeCloseTo(expectedMu(globex, 30), 6);
    expect((await cohorts.of('nobody'))?.version).toBe(centres.version);
    expect(onBuilt.mock.calls).toEqual([['globex'], ['acme']]);
  });

  it('a cohort is chosen anew when the tenant has grown or shrunk by a quarter, and stays until then', async () => {
    await enrol(20);
    const { builder } = open();
    await builder.checkAll();
    const buildAfter = async (change: () => Promise<unknown>, faces: number) => {
      await change();
      builder.changed('acme', faces);
      await builder.settled();
      return store.findCohort('acme', 'm1');
    };
    expect(await buildAfter(() => enrol(4), 4)).toMatchObject({ build: 1, people: 20 });
    expect(await buildAfter(() => enrol(1), 1)).toMatchObject({ build: 2, people: 25 });
    const remove = async (count: number) => {
      for (const { id } of people.splice(0, count)) await store.deleteUser(staff, id);
    };
    expect(await buildAfter(() => remove(4), 4)).toMatchObject({ build: 2, people: 25 });
    const shrunk = await buildAfter(() => remove(1), 1);
    expect(shrunk).toMatchObject({ build: 3, people: 20 });
    expect(shrunk?.members).toEqual(people.map(({ ref }) => ref));
    const few = await buildAfter(() => remove(12), 12);
    expect(few).toEqual({ build: 4, people: 8, members: [] });
    expect(await buildAfter(() => enrol(2), 2)).toMatchObject({ build: 5, people: 10 });
  });

  it('a cohort holds two hundred people at most, those with the smallest hashes of their ids', async () => {
    await enrol(150);
    await enrol(70, visitors);
    const { builder, cohorts } = open();
    await builder.checkAll();
    const hash = (one: (typeof people)[number]) =>
      createHash('sha256').update(`acme\n${one.collection}\n${one.id}`).digest('hex');
    const chosen = [...people].sort((a, b) => (hash(a) < hash(b) ? -1 : 1)).slice(0, 200);
    chosen.sort((a, b) => a.ref.personId - b.ref.personId);
    expect((await store.findCohort('acme', 'm1'))?.members).toEqual(chosen.map(({ ref }) => ref));
    expect((await cohorts.of('acme'))?.mu(face)).toBeCloseTo(expectedMu(chosen, 220), 6);
  });

  it('people leave a cohort at once when one of their faces is deleted, and the levels of the others stay comparable', async () => {
    await enrol(14, staff, 2);
    const { cohorts, builder } = open();
    await builder.checkAll();
    const version = (await cohorts.of('acme'))?.version;
    const [first] = people;
    const erased = await store.deleteFaces(staff, first?.id ?? '');
    cohorts.forget('acme', erased?.faceIds ?? []);
    people.shift();
    const cohort = await cohorts.of('acme');
    expect(cohort?.mu(face)).toBeCloseTo(expectedMu(people, 14), 6);
    expect(cohort?.version).toBe(version);
    // As another server, or this one after a restart, reads it.
    expect((await open().cohorts.of('acme'))?.mu(face)).toBe(cohort?.mu(face));
    cohorts.forget('acme', [123_456]);
    cohorts.forget('nobody', [1]);
    expect(await cohorts.of('acme')).toBe(cohort);
  });

  it('a running read forgets people who left the cohort', async () => {
    await enrol(12);
    await open().builder.checkAll();
    const { cohorts } = open();
    const reading = cohorts.of('acme');
    const [first] = people;
    const erased = await store.deleteUser(staff, first?.id ?? '');
    cohorts.forget('acme', erased?.faceIds ?? []);
    await reading;
    expect((await cohorts.of('acme'))?.mu(face)).toBeCloseTo(expectedMu(people.slice(1), 12), 6);
  });

  it('a cohort is read once for searches that come together, and again when another server has chosen', async () => {
    await enrol(10);
    const found = vi.spyOn(store, 'findCohort');
    const one = new TenantCohorts({ store, model: 'm1', centres, freshMs: 20 });
    await Promise.all([one.of('acme'), one.of('acme'), one.of('acme')]);
    expect(found).toHaveBeenCalledTimes(1);
    await open().builder.checkAll();
    await expect.poll(async () => (await one.of('acme'))?.version).toBe(`${centres.version}-1`);
  });

  it('a model without centres has no cohort when the tenant has too few people', async () => {
    await enrol(9);
    const cohorts = new TenantCohorts({ store, model: 'm1', centres: undefined, freshMs: Number.POSITIVE_INFINITY });
    expect(await cohorts.of('acme')).toBeUndefined();
  });
});
