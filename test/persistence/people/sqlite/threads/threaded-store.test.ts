import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { DataKey } from '../../../../../src/persistence/encryption/data-key.js';
import { DataKeyError } from '../../../../../src/persistence/encryption/data-key-record.js';
import { comparedTemplate } from '../../../../../src/persistence/people/compared.js';
import {
  openThreadedStore,
  type ThreadedStoreOptions,
} from '../../../../../src/persistence/people/sqlite/threads/threaded-store.js';
import { Database } from '../../../../../src/persistence/sqlite.js';
import { StoreError } from '../../../../../src/persistence/store-error.js';
import { storeThreadUrl } from '../../../../support/compiled-threads.js';
import { RandomVectors } from '../../../../vector-index/random-vectors.js';
import { anna, ben, describeStore, staff } from '../../../describe-store.js';
import { temporaryFolder } from '../../../temporary-folder.js';

const dataKey = new DataKey(randomBytes(32));
const probe = new RandomVectors(4).unit(512);

async function open(file: string, options: ThreadedStoreOptions = {}) {
  const store = await openThreadedStore(file, { threadUrl: storeThreadUrl, ...options });
  onTestFinished(() => store.close());
  return store;
}

const newFile = async () => join(await temporaryFolder(), 'facesearch.db');

describeStore('SQLite behind threads, encrypted', async () => {
  const file = await newFile();
  return () => openThreadedStore(file, { dataKey, threadUrl: storeThreadUrl });
});

test('a caller reads its own answered write, on every thread, also of two hundred callers together', async () => {
  const store = await open(await newFile());
  const random = new RandomVectors(5);
  const callers = Array.from({ length: 200 }, async (_, i) => {
    const collection = { tenant: 't', collection: `c${i}` };
    const user = { id: `id ${i}`, name: `name ${i}` };
    await store.saveUser(collection, user);
    expect(await store.findUser(collection, user.id)).toEqual(user);
    const face = await store.addFace(collection, user.id, { embedding: random.unit(512), model: 'm1' });
    const [owner] = await store.ownersOf([face?.faceId ?? 0], { model: 'm1', cohort: 'none' }, probe);
    expect(owner?.user).toEqual(user);
    expect(await store.listUsers(collection)).toEqual([user]);
    await store.deleteUser(collection, user.id);
    expect(await store.findUser(collection, user.id)).toBeUndefined();
  });
  await Promise.all(callers);
});

test('of writes that are committed together, one that fails is undone alone', async () => {
  const store = await open(await newFile());
  const key = { tenant: 't', sha256: randomBytes(32), label: '', permissions: [], expiresAt: undefined };
  const outcomes = await Promise.allSettled([
    store.saveUser(staff, anna),
    store.addKey(key),
    store.addKey(key),
    store.addFace(staff, anna.id, { embedding: new Float32Array(7), model: 'm1' }),
    store.saveUser(staff, ben),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect((outcomes[3] as PromiseRejectedResult).reason).toBeInstanceOf(RangeError);
  expect(await store.listUsers(staff)).toEqual([anna, ben]);
  expect(await store.listKeys()).toHaveLength(1);
  expect(await store.facesOfUser(staff, anna.id)).toEqual([]);
});

test('writes wait for another process that writes, and each is told when it does not end', async () => {
  const file = await newFile();
  const store = await open(file);
  const other = new Database(file);
  onTestFinished(() => void other.close());
  other.exec('BEGIN IMMEDIATE');
  const waiting = Promise.all([store.saveUser(staff, anna), store.saveUser(staff, ben)]);
  expect(await store.listUsers(staff)).toEqual([]);
  other.exec('COMMIT');
  await waiting;
  expect(await store.listUsers(staff)).toEqual([anna, ben]);
});

test('faces come in pages of rising ids from another thread', async () => {
  const store = await open(await newFile(), { dataKey });
  await store.saveUser(staff, anna);
  const random = new RandomVectors(7);
  const vectors = Array.from({ length: 1100 }, () => random.unit(512));
  const stored = await Promise.all(
    vectors.map((embedding) => store.addFace(staff, anna.id, { embedding, model: 'm1' })),
  );
  const { collectionId = 0 } = (await store.findCollection(staff)) ?? {};
  const pages: number[] = [];
  let at = 0;
  for await (const page of store.facesOf(collectionId, 'm1')) {
    pages.push(page.length);
    for (const face of page) {
      expect(face.faceId).toBe(stored[at]?.faceId);
      expect(face.embedding).toEqual(vectors[at++]);
    }
  }
  expect(pages).toEqual([500, 500, 100]);
});

test('templates, cohorts, scales, staged embeddings, keys and webhooks are the same on both sides of a thread', async () => {
  const store = await open(await newFile(), { dataKey });
  const random = new RandomVectors(9);
  const kind = { model: 'm1', cohort: 'c1' };
  const { faceId, ...person } = await store.addUserWithFace(staff, anna, { embedding: random.unit(512), model: 'm1' });
  const template = { cohort: 'c1', mus: new Map([[faceId, 0.5]]), mean: { embedding: random.unit(512), mu: 0.25 } };
  expect(await store.saveTemplates([{ ...person, template }], 'm1')).toBe(1);
  const [found] = await store.ownersOf([faceId], kind, probe);
  expect(found?.template).toEqual(comparedTemplate(probe, template));
  expect(await store.peopleWithFaces(person.collectionId, 'm1', 0, 10)).toEqual([{ ...person, user: anna }]);
  const cohort = { build: 1, people: 1, members: [person] };
  expect(await store.saveCohort(staff.tenant, 'm1', cohort)).toBe(true);
  expect(await store.findCohort(staff.tenant, 'm1')).toEqual(cohort);
  expect(await store.countFacesByModel()).toEqual(new Map([['m1', 1]]));
  expect(await store.countPeople(staff.tenant)).toEqual([{ collection: staff.collection, users: 1, faces: 1 }]);

  const scaleId = await store.scales.add({ model: 'm1', data: '{}' });
  expect(await store.scales.active('m1')).toMatchObject({ scaleId, madeAt: expect.any(Date) });
  await store.scales.activate('m1', undefined);
  expect(await store.scales.active('m1')).toBeUndefined();

  const [face] = await store.staged.facesToEmbed('m2', 0, 10);
  expect(face).toEqual({ ...person, faceId, objectKey: undefined });
  if (face) expect(await store.staged.stage(face, 'm2', random.unit(512))).toBe(true);
  expect(await store.staged.adopt('m2', 10)).toBe(1);

  const sha256 = randomBytes(32);
  const expiresAt = new Date(Date.now() + 60_000);
  await store.addKey({ tenant: 't', sha256, label: 'door', permissions: ['search'], expiresAt });
  const caller = await store.findCallerByKeyHash(sha256);
  expect(caller).toMatchObject({ tenant: 't', permissions: ['search'] });
  expect(await store.listKeys()).toMatchObject([{ label: 'door', expiresAt }]);
  expect(await store.revokeKey(Number(caller?.keyId))).toBe(true);
  expect(await store.findCallerByKeyHash(sha256)).toBeUndefined();

  const target = { url: 'https://example.com/', secret: 's', events: ['deleted'] as const };
  const webhookId = await store.webhooks.add(staff.tenant, target);
  await store.deleteUser(staff, anna.id);
  const now = new Date(Date.now() + 1000);
  expect(await store.webhooks.claim(webhookId, now, now, 10)).toMatchObject([
    { url: target.url, happenedAt: expect.any(Date), data: { what: 'user', id: anna.id } },
  ]);
});

test('errors keep their class, and a wrong key is refused before anything is changed', async () => {
  const file = await newFile();
  const store = await open(file, { dataKey });
  await store.addUserWithFace(staff, anna, { embedding: new RandomVectors(1).unit(512), model: 'm1' });
  const { faceId } = await store.addUserWithFace(staff, ben, {
    embedding: new RandomVectors(2).unit(512),
    model: 'm1',
  });
  await expect(openThreadedStore(file, { threadUrl: storeThreadUrl })).rejects.toThrow(DataKeyError);
  await expect(openThreadedStore('/dev/null/x', { threadUrl: storeThreadUrl })).rejects.toThrow(StoreError);

  const other = new Database(file);
  other.exec('UPDATE users SET sealed = zeroblob(80) WHERE sealed IS NOT NULL AND user_id = 1');
  other.close();
  // Who cannot be decrypted does not spoil the others.
  const people = await store.ownersOf([faceId, 1], { model: 'm1', cohort: 'none' }, probe);
  expect(people[0]?.user).toEqual(ben);
  expect(() => people[1]?.user).toThrow(StoreError);
  await expect(store.findUser(staff, anna.id)).rejects.toMatchObject({ name: 'DecryptionError', trouble: 'damaged' });
  await expect(store.saveUser(staff, { id: 'c', name: 'C' })).rejects.toBeInstanceOf(StoreError);
  await expect(store.ping()).rejects.toBeInstanceOf(StoreError);
});

test('a thread that dies is replaced; what it was asked is told, and no write is done twice', async () => {
  const folder = await temporaryFolder();
  const threadUrl = pathToFileURL(join(folder, 'thread.mjs'));
  // Dies when it has committed the name of somebody called so, and when it is asked for somebody called so.
  await writeFile(
    threadUrl,
    `import { parentPort } from 'node:worker_threads';
     const post = parentPort.postMessage.bind(parentPort);
     const doomed = new Set();
     parentPort.postMessage = (reply, transfer) => (doomed.has(reply.id) ? process.exit(1) : post(reply, transfer));
     await import(${JSON.stringify(storeThreadUrl.href)});
     parentPort.on('message', ({ id, method, args }) => {
       if (method === 'findUser' && args[1] === 'dies') process.exit(1);
       if (method === 'addFace' && args[1] === 'dies') doomed.add(id);
     });`,
  );
  const store = await open(join(folder, 'facesearch.db'), { threadUrl });
  await store.saveUser(staff, { id: 'dies', name: '' });
  const face = { embedding: new RandomVectors(3).unit(512), model: 'm1' };
  await expect(store.addFace(staff, 'dies', face)).rejects.toMatchObject({ name: 'StoreError', trouble: 'uncertain' });
  expect(await store.facesOfUser(staff, 'dies')).toHaveLength(1);
  await store.saveUser(staff, anna);

  const reading = [store.findUser(staff, anna.id), store.findUser(staff, 'dies'), store.findUser(staff, ben.id)];
  const outcomes = await Promise.allSettled(reading);
  expect(outcomes[1]).toMatchObject({ status: 'rejected', reason: { name: 'StoreError', trouble: 'failed' } });
  expect(await store.findUser(staff, anna.id)).toEqual(anna);
});
