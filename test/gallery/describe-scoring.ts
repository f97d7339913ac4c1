import { beforeEach, describe, expect, it } from 'vitest';
import type { Gallery } from '../../src/gallery/gallery.js';
import { type Centres, Cohort, cohortVersion, type OptionalCohort } from '../../src/gallery/scoring/cohort.js';
import { probeOf, rank } from '../../src/gallery/scoring/rank.js';
import { shippedCohort } from '../../src/gallery/scoring/shipped-centres.js';
import { calibratedScale, type SimilarityScale } from '../../src/gallery/scoring/similarity.js';
import { makeTemplate } from '../../src/gallery/scoring/template.js';
import { compared } from '../../src/persistence/people/compared.js';
import type { Store } from '../../src/persistence/store.js';
import { RandomVectors } from '../vector-index/random-vectors.js';

const staff = { tenant: 'acme', collection: 'staff' };
const points = [
  { cosine: -1, similarity: 0 },
  { cosine: 1, similarity: 1 },
];

export interface OpenedGallery {
  gallery: Gallery & { open(): Promise<void> };
  store: Store;
}

/** Opens a gallery: an empty one, or over what the last one that was opened in this test left. */
export type GalleryOpener = (
  parts: { scale: SimilarityScale; model: string },
  over: 'empty' | 'the last one',
) => Promise<OpenedGallery>;

export function centresOf(seed: number): Centres {
  const random = new RandomVectors(seed);
  const centres = new Float32Array(512 * 30);
  for (let i = 0; i < 30; i++) centres.set(random.unit(512), 512 * i);
  return { version: `seed ${seed}`, vectors: centres };
}

export function scaleWith(centres: Centres | undefined): SimilarityScale {
  return calibratedScale({ points, photosSlope: 0.04 }, centres);
}

/** What every gallery does with cohorts and templates. */
export function describeScoring(name: string, open: GalleryOpener): void {
  let random: RandomVectors;
  /** What the gallery should hold, in order of creation. */
  let people: Map<string, Float32Array[]>;
  const centres = centresOf(1);

  beforeEach(() => {
    random = new RandomVectors(8);
    people = new Map();
  });

  async function fill(gallery: Gallery, counts: readonly number[]): Promise<void> {
    for (const [i, count] of counts.entries()) {
      const id = `id-${i}`;
      const person = random.unit(512);
      await gallery.saveUser(staff, { id, name: `Person ${i}` });
      people.set(id, []);
      for (let j = 0; j < count; j++) await add(gallery, id, random.near(person, 0.7));
    }
  }

  async function add(gallery: Gallery, id: string, face: Float32Array): Promise<void> {
    await gallery.addFace(staff, id, face);
    people.get(id)?.push(face);
  }

  /** By the functions that galleries use, over all people, from scratch. */
  function expected(
    probe: Float32Array,
    scale: SimilarityScale,
    k: number,
    cohort: OptionalCohort = shippedCohort(scale.centres),
  ) {
    let faceId = 0;
    const contenders = [...people].flatMap(([id, embeddings], personId) => {
      const faces = embeddings.map((embedding) => ({ faceId: ++faceId, embedding }));
      if (faces.length === 0) return [];
      const found = compared(probe, faces, makeTemplate(faces, cohort));
      return [{ collectionId: 1, personId, user: { id, name: '' }, ...found }];
    });
    return rank(contenders, probeOf(probe, cohort), scale)
      .slice(0, k)
      .map(({ person, similarity }) => ({ id: person.user.id, similarity: expect.closeTo(similarity, 6) }));
  }

  async function expectRight(gallery: Gallery, scale: SimilarityScale, cohort?: OptionalCohort): Promise<void> {
    const faces = [...people.values()].flat();
    const probes = [random.unit(512), ...faces.slice(0, 6), ...faces.slice(-3).map((face) => random.near(face, 0.6))];
    for (const probe of probes) {
      const found = await gallery.candidates(staff, probe, 4);
      expect(found.map(({ id, similarity }) => ({ id, similarity }))).toEqual(expected(probe, scale, 4, cohort));
      expect(await gallery.search(staff, probe)).toEqual(found[0]);
    }
  }

  /** Templates that are missing of people who have faces. */
  function missing(store: Store, model: string, of: Centres | 'none'): Promise<number> {
    return missingOf(store, cohortVersion(of === 'none' ? undefined : shippedCohort(of)), model);
  }

  async function missingOf(store: Store, cohort: string, model = 'm1'): Promise<number> {
    const found = (await store.listCollections()).find(({ collection }) => collection === staff.collection);
    const kind = { model, cohort };
    const without = await store.peopleWithoutTemplate(found?.collectionId ?? 0, kind, 0, 1000);
    return (await store.newestFaces(without, model)).length;
  }

  /** As the store says who is in it. */
  async function keptCohort(store: Store): Promise<Cohort> {
    const stored = await store.findCohort('acme', 'm1');
    if (!stored) throw new Error('nobody was chosen');
    const members = await store.newestFaces(stored.members, 'm1');
    const vectors = new Float32Array(512 * members.length);
    for (const [i, { faces }] of members.entries()) {
      const mean = makeTemplate(faces, undefined).mean?.embedding ?? faces[0]?.embedding;
      vectors.set(mean ?? [], 512 * i);
    }
    return new Cohort(`${centres.version}-${stored.build}`, centres.vectors, { vectors, people: stored.people });
  }

  async function kept(store: Store, model = 'm1', of: Centres | 'none' = centres): Promise<void> {
    await expect.poll(() => missing(store, model, of), { timeout: 20_000 }).toBe(0);
  }

  describe(name, () => {
    it('the gallery answers the same before templates are kept, when they are, and after each change of faces', async () => {
      const scale = scaleWith(centres);
      const { gallery, store } = await open({ scale, model: 'm1' }, 'empty');
      await fill(gallery, [1, 3, 2, 1, 5]);
      await expectRight(gallery, scale);
      await kept(store);
      await expectRight(gallery, scale);
      await add(gallery, 'id-0', random.unit(512));
      expect(await missing(store, 'm1', centres)).toBe(1);
      await expectRight(gallery, scale);
      const found = await gallery.candidates(staff, people.get('id-4')?.[2] as Float32Array, 1);
      await gallery.deleteFace(staff, 'id-4', found[0]?.faceId ?? 0);
      people.get('id-4')?.splice(2, 1);
      await gallery.deleteFaces(staff, 'id-1');
      people.set('id-1', []);
      await gallery.deleteUser(staff, 'id-2');
      people.delete('id-2');
      await expectRight(gallery, scale);
      await kept(store);
      await expectRight(gallery, scale);
    });

    it('the gallery scores people by more than their best face, also without a cohort', async () => {
      const scale = scaleWith(undefined);
      const { gallery, store } = await open({ scale, model: 'm1' }, 'empty');
      await fill(gallery, [2, 1, 3]);
      await expectRight(gallery, scale);
      await kept(store, 'm1', 'none');
      await expectRight(gallery, scale);
    });

    it('the gallery finds a person by an added photo with similarity 1, however many photos the person has', async () => {
      const { gallery } = await open({ scale: scaleWith(centres), model: 'm1' }, 'empty');
      await fill(gallery, [1, 4]);
      for (const [id, faces] of people) {
        for (const face of faces) {
          expect(await gallery.search(staff, face)).toMatchObject({ id, similarity: 1 });
        }
      }
    });

    it('the gallery, when it opens, makes templates of older rows and of another cohort', async () => {
      const first = await open({ scale: scaleWith(centres), model: 'm1' }, 'empty');
      await fill(first.gallery, [1, 2, 3]);
      await kept(first.store);
      const other = centresOf(2);
      const scale = scaleWith(other);
      const second = await open({ scale, model: 'm1' }, 'the last one');
      await expectRight(second.gallery, scale);
      await second.gallery.open();
      await kept(second.store, 'm1', other);
      await expectRight(second.gallery, scale);
    });

    it('the gallery compares the faces of one model only, and those of the earlier model when it comes back', async () => {
      const scale = scaleWith(centres);
      const first = await open({ scale, model: 'm1' }, 'empty');
      await fill(first.gallery, [2, 1]);
      await kept(first.store);
      const second = await open({ scale, model: 'm2' }, 'the last one');
      await second.gallery.open();
      const face = random.unit(512);
      expect(await second.gallery.search(staff, face)).toBeUndefined();
      await second.gallery.addFace(staff, 'id-0', face);
      expect(await second.gallery.search(staff, face)).toMatchObject({ id: 'id-0', similarity: 1 });
      await kept(second.store, 'm2');
      const third = await open({ scale, model: 'm1' }, 'the last one');
      await third.gallery.open();
      await expectRight(third.gallery, scale);
    });

    it('the gallery knows a person by template and photos when it decides whether to create one', async () => {
      const scale = scaleWith(centres);
      const { gallery } = await open({ scale, model: 'm1' }, 'empty');
      await fill(gallery, [3, 1]);
      const probe = random.near(people.get('id-0')?.[0] as Float32Array, 0.6);
      const [best] = expected(probe, scale, 1);
      const outcome = await gallery.addUnknownPerson(staff, probe, Buffer.from('photo'), () => true);
      expect('known' in outcome && { id: outcome.known.id, similarity: outcome.known.similarity }).toEqual(best);
    });

    it("the tenant's people join the cohort as it grows, and the gallery answers as before when it is opened again", async () => {
      const scale = scaleWith(centres);
      const first = await open({ scale, model: 'm1' }, 'empty');
      await fill(first.gallery, [1, 2, 1, 1, 3, 1, 1, 1, 2, 1, 1, 1]);
      await expect.poll(() => first.store.findCohort('acme', 'm1'), { timeout: 20_000 }).toMatchObject({ build: 1 });
      const cohort = await keptCohort(first.store);
      await expect.poll(() => missingOf(first.store, cohort.version), { timeout: 20_000 }).toBe(0);
      await expectRight(first.gallery, scale, cohort);
      const second = await open({ scale, model: 'm1' }, 'the last one');
      await second.gallery.open();
      await expectRight(second.gallery, scale, cohort);
    });

    it('the gallery finds a person although another person has hundreds of nearer photos', async () => {
      const scale = scaleWith(centres);
      const { gallery } = await open({ scale, model: 'm1' }, 'empty');
      const probe = random.unit(512);
      await gallery.saveUser(staff, { id: 'many', name: '' });
      for (let i = 0; i < 140; i++) await gallery.addFace(staff, 'many', random.near(probe, 0.6));
      await gallery.saveUser(staff, { id: 'one', name: '' });
      await gallery.addFace(staff, 'one', random.near(probe, 0.3));
      expect((await gallery.candidates(staff, probe, 2)).map(({ id }) => id)).toEqual(['many', 'one']);
    });
  });
}
