import { randomBytes } from 'node:crypto';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { cosineOf } from '../../../../src/core/cosine.js';
import { createKey, hashKey, KeyRing } from '../../../../src/persistence/keys/api-keys.js';
import { allPermissions } from '../../../../src/persistence/keys/permissions.js';
import type { PostgresStore } from '../../../../src/persistence/people/postgres/postgres-store.js';
import { useTestDatabase } from '../../../support/test-database.js';
import { RandomVectors } from '../../../vector-index/random-vectors.js';
import { describeAttendance } from '../../describe-attendance.js';
import { describeScales } from '../../describe-scales.js';
import { describeStaged } from '../../describe-staged.js';
import { anna, ben, describeStore, staff } from '../../describe-store.js';
import { describeTemplates } from '../../describe-templates.js';
import { describeUserPages } from '../../describe-user-pages.js';
import { pendingKeys } from '../../pending-keys.js';

const database = useTestDatabase();

describeStore('PostgreSQL', async () => {
  await database().clear();
  return async () => database().store();
});

describeTemplates('PostgreSQL', async () => {
  await database().clear();
  const other = database().store();
  return {
    store: other,
    async search(asked, kind, probe) {
      const ids = new Set(asked.map(({ faceId }) => faceId));
      const { people } = await other.nearestPeople(staff, kind, probe, 1000);
      for (const person of people) person.faces = person.faces.filter(({ faceId }) => ids.has(faceId));
      return people.filter(({ faces }) => faces.length > 0);
    },
  };
});

describeAttendance('PostgreSQL', async () => {
  await database().clear();
  return database().store();
});

describeScales('PostgreSQL', async () => {
  await database().clear();
  return database().store();
});

describeUserPages('PostgreSQL', async () => {
  await database().clear();
  return database().store();
});

describeStaged('PostgreSQL', async () => {
  await database().clear();
  return database().store();
});

let store: PostgresStore;
beforeEach(async () => {
  await database().clear();
  store = database().store();
  onTestFinished(() => store.close());
});

test('texts that PostgreSQL has no type for are kept to the letter', async () => {
  const texts = ['a\0b', '\0', 'ß'.repeat(1024), '\u{10FFFF}'];
  for (const text of texts) {
    const collection = { tenant: text, collection: text };
    await store.saveUser(collection, { id: text, name: text });
    expect(await store.listUsers(collection)).toEqual([{ id: text, name: text }]);
    expect(await store.findUser(collection, text)).toEqual({ id: text, name: text });
  }
  expect((await store.listCollections()).map(({ collection }) => collection)).toEqual(texts);
});

test('the nearest people are those of one collection and model', async () => {
  const random = new RandomVectors(3);
  const probe = random.unit(512);
  const near = random.near(probe, 0.9);
  await store.addUserWithFace(staff, anna, { embedding: near, model: 'm1' });
  await store.addUserWithFace(staff, ben, { embedding: random.near(probe, 0.5), model: 'm1' });
  await store.addUserWithFace(staff, ben, { embedding: probe, model: 'm2' });
  await store.addUserWithFace({ ...staff, tenant: 'other' }, ben, { embedding: probe, model: 'm1' });
  const kind = { model: 'm1', cohort: 'none' };
  expect(await store.nearestPeople(staff, kind, probe, 1)).toEqual({
    faces: 1,
    people: [
      {
        collectionId: expect.any(Number),
        personId: expect.any(Number),
        user: anna,
        faces: [{ faceId: expect.any(Number), cosine: cosineOf(probe, near), embedding: near }],
        template: undefined,
      },
    ],
  });
  expect(await store.nearestPeople(staff, kind, probe, 9)).toMatchObject({ faces: 2 });
  expect(await store.nearestPeople({ ...staff, collection: 'none' }, kind, probe, 9)).toEqual({ faces: 0, people: [] });
});

test('what another server announced a moment ago is not pending here', async () => {
  const other = database().store();
  onTestFinished(() => other.close());
  await other.reserveObject('faces/1');
  expect(await pendingKeys(store)).toEqual([]);
  expect(await pendingKeys(other)).toEqual(['faces/1']);
  await store.addUserWithFace(staff, anna, {
    embedding: new RandomVectors(3).unit(512),
    model: 'm1',
    objectKey: 'faces/1',
  });
  await store.deleteUser(staff, 'a1');
  expect(await pendingKeys(other)).toEqual(['faces/1']);
});

test('keys work, expire, and are known by their hash only', async () => {
  const ring = new KeyRing(store, []);
  const key = (await ring.ensureFirstKey()) ?? '';
  expect(await ring.callerOf(key)).toEqual({ keyId: '1', tenant: 'default', permissions: allPermissions });
  expect(await ring.ensureFirstKey()).toBeUndefined();
  const expiresAt = new Date(Date.now() + 60_000);
  const reading = await createKey(store, {
    tenant: 'acmé\0',
    label: 'door',
    permissions: ['search', 'list'],
    expiresAt,
  });
  expect(await ring.callerOf(reading)).toEqual({ keyId: '2', tenant: 'acmé\0', permissions: ['search', 'list'] });
  const past = await createKey(store, { tenant: 'acme', expiresAt: new Date(Date.now() - 1000) });
  expect(await ring.callerOf(past)).toBeUndefined();
  expect((await store.listKeys())[1]).toMatchObject({
    tenant: 'acmé\0',
    label: 'door',
    permissions: ['search', 'list'],
    expiresAt,
  });
  expect(await store.revokeKey(2)).toBe(true);
  expect(await store.revokeKey(2)).toBe(false);
  expect(await ring.callerOf(reading)).toBeUndefined();
  expect((await store.listKeys())[1]?.revokedAt).toBeInstanceOf(Date);
  expect(await store.listKeys()).toHaveLength(3);
});

test('a key is added once, and its error tells nothing of it', async () => {
  const sha256 = hashKey(randomBytes(8).toString('hex'));
  const key = { tenant: 'acme', sha256, label: '', permissions: allPermissions, expiresAt: undefined };
  await store.addKey(key);
  const error = await store.addKey(key).catch((refusal: unknown) => refusal);
  expect(error).toBeInstanceOf(Error);
  expect(JSON.stringify(Object.entries(error as Error))).not.toContain(sha256.toString('hex').slice(0, 16));
});
