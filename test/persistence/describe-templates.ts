import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { cosineOf } from '../../src/core/cosine.js';
import { comparedTemplate } from '../../src/persistence/people/compared.js';
import type { FoundPerson } from '../../src/persistence/people/embedding-store.js';
import type { NewFace, StoredFace } from '../../src/persistence/people/people-store.js';
import type { Store } from '../../src/persistence/store.js';
import {
  type ComparedTemplate,
  MAX_TEMPLATE_FACES,
  type PersonRef,
  type Template,
} from '../../src/persistence/template.js';
import { RandomVectors } from '../vector-index/random-vectors.js';
import { anna, ben, staff } from './describe-store.js';

const kind = { model: 'm1', cohort: 'c1' };

export interface TemplateStore {
  store: Store;
  /** People of the collection `staff` by some of their faces, as a search with a probe reads them. */
  search(
    faces: readonly StoredFace[],
    kind: { model: string; cohort: string },
    probe: Float32Array,
  ): Promise<FoundPerson[]>;
}

/**
 * What every store does with what is made of people's faces.
 * @param open an empty store
 */
export function describeTemplates(name: string, open: () => Promise<TemplateStore>): void {
  let store: Store;
  let search: TemplateStore['search'];
  let random: RandomVectors;
  const probe = new RandomVectors(16).unit(512);

  const face = (model = 'm1'): NewFace => ({ embedding: random.unit(512), model });

  function templateOf(faces: readonly StoredFace[], cohort = 'c1'): Template {
    const mus = new Map(faces.map(({ faceId }, i) => [faceId, Math.fround(0.1 * (i + 1))]));
    return { cohort, mus, mean: faces.length > 1 ? { embedding: random.unit(512), mu: Math.fround(0.3) } : undefined };
  }

  const personOf = ({ collectionId, personId }: StoredFace): PersonRef => ({ collectionId, personId });

  /** Anna with faces, who exists. */
  async function enrol(count: number, user = anna, where = staff): Promise<[StoredFace, ...StoredFace[]]> {
    const faces = [await store.addUserWithFace(where, user, face())] as [StoredFace, ...StoredFace[]];
    for (let i = 1; i < count; i++) faces.push((await store.addFace(where, user.id, face())) as StoredFace);
    return faces;
  }

  async function kept(faces: readonly StoredFace[], of = kind): Promise<ComparedTemplate | undefined> {
    return (await search(faces.slice(0, 1), of, probe))[0]?.template;
  }

  describe(`${name}: templates`, () => {
    beforeEach(async () => {
      ({ store, search } = await open());
      random = new RandomVectors(17);
      onTestFinished(() => store.close());
    });

    test.each([1, 3, MAX_TEMPLATE_FACES])('a template of %i faces is read as it was kept', async (count) => {
      const faces = await enrol(count);
      const template = templateOf(faces);
      expect(await store.saveTemplates([{ ...personOf(faces[0]), template }], 'm1')).toBe(1);
      const [found] = await search(faces.slice(0, 1), kind, probe);
      expect(found).toMatchObject({ ...personOf(faces[0]), user: anna, template: comparedTemplate(probe, template) });
      const [stored] =
        (await store.newestFaces([personOf(faces[0])], 'm1'))[0]?.faces.filter(
          ({ faceId }) => faceId === faces[0].faceId,
        ) ?? [];
      const cosine = cosineOf(probe, stored?.embedding as Float32Array);
      expect(found?.faces).toEqual([{ faceId: faces[0].faceId, cosine, embedding: undefined }]);
    });

    test('a template of another cohort or model is not found, and a new one replaces it', async () => {
      const faces = await enrol(2);
      await store.saveTemplates([{ ...personOf(faces[0]), template: templateOf(faces) }], 'm1');
      expect(await kept(faces, { ...kind, cohort: 'c2' })).toBeUndefined();
      const next = templateOf(faces, 'c2');
      await store.saveTemplates([{ ...personOf(faces[0]), template: next }], 'm1');
      expect(await kept(faces)).toBeUndefined();
      expect(await kept(faces, { ...kind, cohort: 'c2' })).toEqual(comparedTemplate(probe, next));
    });

    test('a template is deleted when a face of the person is added or deleted, and no other one is', async () => {
      const [annas, bens] = [await enrol(3), await enrol(2, ben)];
      const changes = [
        () => store.addFace(staff, 'a1', face()),
        () => store.deleteFace(staff, 'a1', annas[2]?.faceId ?? 0),
        () => store.addFace(staff, 'a1', face('m2')),
      ];
      const bensTemplate = templateOf(bens);
      await store.saveTemplates([{ ...personOf(bens[0]), template: bensTemplate }], 'm1');
      for (const change of changes) {
        const [now] = await store.newestFaces([personOf(annas[0])], 'm1');
        const faces = (now?.faces ?? []).map(({ faceId }) => ({ ...annas[0], faceId }));
        expect(await store.saveTemplates([{ ...personOf(annas[0]), template: templateOf(faces) }], 'm1')).toBe(1);
        expect(await kept(annas)).toBeDefined();
        await change();
        expect(await kept(annas)).toBeUndefined();
        expect(await kept(bens)).toEqual(comparedTemplate(probe, bensTemplate));
      }
      await store.deleteFaces(staff, 'a1');
      await store.deleteUser(staff, 'b1');
      expect(await search([...annas, ...bens], kind, probe)).toEqual([]);
    });

    test('a template that was made from other faces than the present ones is not kept', async () => {
      const faces = await enrol(3);
      const person = personOf(faces[0]);
      const wrong = [
        templateOf(faces.slice(0, 2)),
        templateOf([...faces, { ...faces[0], faceId: 999 }]),
        templateOf([...faces.slice(0, 2), { ...faces[0], faceId: 999 }]),
      ];
      for (const template of wrong) expect(await store.saveTemplates([{ ...person, template }], 'm1')).toBe(0);
      expect(await store.saveTemplates([{ ...person, template: templateOf(faces) }], 'm2')).toBe(0);
      const nobody = { ...person, personId: 12_345 };
      expect(await store.saveTemplates([{ ...nobody, template: templateOf(faces) }], 'm1')).toBe(0);
      expect(await kept(faces)).toBeUndefined();
    });

    test('a template of very many faces is made from the newest', async () => {
      const faces = await enrol(MAX_TEMPLATE_FACES + 5);
      const [newest] = await store.newestFaces([personOf(faces[0]), { collectionId: 1, personId: 777 }], 'm1');
      expect(newest?.faces.map(({ faceId }) => faceId)).toEqual(faces.slice(5).map(({ faceId }) => faceId));
      const template = templateOf(faces.slice(5));
      expect(await store.saveTemplates([{ ...personOf(faces[0]), template }], 'm1')).toBe(1);
    });

    test('people without a template are listed in pages, also those without faces', async () => {
      const people: PersonRef[] = [];
      for (let i = 0; i < 5; i++) people.push(personOf((await enrol(1, { id: `u${i}`, name: '' }))[0]));
      const [first, second, third] = people as [PersonRef, PersonRef, PersonRef];
      const [faces] = await store.newestFaces([second], 'm1');
      const template = templateOf([{ ...second, faceId: faces?.faces[0]?.faceId ?? 0 }]);
      await store.saveTemplates([{ ...second, template }], 'm1');
      const page = await store.peopleWithoutTemplate(first.collectionId, kind, 0, 2);
      expect(page).toEqual([first, third]);
      const rest = await store.peopleWithoutTemplate(first.collectionId, kind, third.personId, 10);
      expect(rest).toEqual(people.slice(3));
      expect(await store.peopleWithoutTemplate(first.collectionId, { ...kind, cohort: 'c2' }, 0, 10)).toEqual(people);
    });
  });

  describe(`${name}: cohorts`, () => {
    beforeEach(async () => {
      ({ store, search } = await open());
      random = new RandomVectors(18);
      onTestFinished(() => store.close());
    });

    test('people with faces of a model are listed in pages', async () => {
      const [annas, bens] = [await enrol(2), await enrol(1, ben)];
      await store.saveUser(staff, { id: 'faceless', name: '' });
      await store.addUserWithFace(staff, { id: 'other', name: '' }, face('m2'));
      const { collectionId, personId } = annas[0];
      expect(await store.peopleWithFaces(collectionId, 'm1', 0, 1)).toMatchObject([
        { ...personOf(annas[0]), user: anna },
      ]);
      const rest = await store.peopleWithFaces(collectionId, 'm1', personId, 10);
      expect(rest).toMatchObject([{ ...personOf(bens[0]), user: ben }]);
      expect(rest).toHaveLength(1);
    });

    test('a choice of people is kept for a tenant and a model, and the next takes its place', async () => {
      const [annas, bens] = [await enrol(1), await enrol(1, ben)];
      await enrol(1, anna, { tenant: 'globex', collection: 'theirs' });
      expect(await store.findCohort('acme', 'm1')).toBeUndefined();
      const first = { build: 1, people: 12, members: [personOf(annas[0]), personOf(bens[0])] };
      expect(await store.saveCohort('acme', 'm1', first)).toBe(true);
      expect(await store.findCohort('acme', 'm1')).toEqual(first);
      expect(await store.findCohort('acme', 'm2')).toBeUndefined();
      expect(await store.findCohort('globex', 'm1')).toBeUndefined();
      expect(await store.saveCohort('nobody', 'm1', first)).toBe(false);
      const second = { build: 2, people: 15, members: [personOf(bens[0])] };
      expect(await store.saveCohort('acme', 'm1', second)).toBe(true);
      expect(await store.findCohort('acme', 'm1')).toEqual(second);
    });

    test('the store keeps one of two choices that are made at once', async () => {
      const annas = await enrol(1);
      const members = [personOf(annas[0])];
      expect(await store.saveCohort('acme', 'm1', { build: 2, people: 5, members })).toBe(false);
      const made = [1, 2, 3].map((people) => store.saveCohort('acme', 'm1', { build: 1, people, members }));
      expect((await Promise.all(made)).filter(Boolean)).toHaveLength(1);
    });

    test('a person who is deleted, or has a face deleted, belongs to no cohort any more', async () => {
      const everyone = [await enrol(2), await enrol(2, ben), await enrol(1, { id: 'c1', name: '' })];
      const members = everyone.map(([first]) => personOf(first));
      const gone = await enrol(1, { id: 'gone', name: '' });
      await store.deleteUser(staff, 'gone');
      await store.saveCohort('acme', 'm1', { build: 1, people: 9, members: [...members, personOf(gone[0])] });
      const left = async () => (await store.findCohort('acme', 'm1'))?.members;
      expect(await left()).toEqual(members);
      await store.deleteFace(staff, 'a1', everyone[0]?.[0].faceId ?? 0);
      expect(await left()).toEqual(members.slice(1));
      await store.deleteFaces(staff, 'b1');
      expect(await left()).toEqual(members.slice(2));
      await store.addFace(staff, 'c1', face());
      expect(await left()).toEqual(members.slice(2));
      await store.deleteCollection(staff);
      expect(await left()).toEqual([]);
    });
  });
}
