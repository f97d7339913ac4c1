import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/persistence/people/sqlite/sqlite-database.js';
import { openGallery } from '../gallery/gallery-fixture.js';
import { fakeApp } from '../support/fake-app.js';
import { FakeWebhooks } from '../support/fake-webhooks.js';
import { FakeAnalyser } from '../support/fakes.js';

const staff = { tenant: 'acme', collection: 'staff' };

async function appWith(users: number) {
  const { gallery, directory, store, folder } = await openGallery();
  if (users > 0) await store.saveUser(staff, { id: 'u"0', name: 'Nguyễn 0' });
  // The others at once: the disk confirms each that is saved alone.
  const db = openDatabase(join(folder, 'facesearch.db'));
  const add = db.prepare('INSERT INTO users (collection_id, client_id, name, created_at) VALUES (1, ?, ?, 0)');
  db.transaction(() => {
    for (let i = 1; i < users; i++) add.run(`u"${i}`, `Nguyễn ${i}`);
  })();
  db.close();
  const services = { gallery, directory, analyser: new FakeAnalyser(), model: 'm1', webhooks: new FakeWebhooks() };
  return { ...(await fakeApp({}, { services: () => services })), directory, store };
}

test.each([0, 1, 999, 1000, 1001, 2500])(
  'a list of %s users is whole, however many pieces it is read in',
  async (users) => {
    const { get } = await appWith(users);
    const { status, json, headers } = await get('/list?collection=staff');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(json).toEqual({
      data: Array.from({ length: users }, (_, i) => ({ id: `u"${i}`, name: `Nguyễn ${i}` })),
      code: '200',
    });
  },
);

test('a list is read from the store as the client takes it', async () => {
  const { directory, store } = await appWith(5000);
  const read = store.userPages.usersAfter.bind(store.userPages);
  let pages = 0;
  store.userPages.usersAfter = (...asked) => {
    pages++;
    return read(...asked);
  };
  const list = directory.everybody(staff)[Symbol.asyncIterator]();
  await list.next();
  await list.next();
  expect(pages).toBe(2);
});
