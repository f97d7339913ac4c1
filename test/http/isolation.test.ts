import { describe, expect, it } from 'vitest';
import { networkList } from '../../src/events/addresses.js';
import { TenantWebhooks } from '../../src/events/tenant-webhooks.js';
import { Attendance } from '../../src/gallery/attendance.js';
import { basePath } from '../../src/http/routes/v4/v4.js';
import type { Services } from '../../src/http/services.js';
import type { Store } from '../../src/persistence/store.js';
import { openGallery } from '../gallery/gallery-fixture.js';
import { openDatabaseGallery } from '../gallery/pgvector-gallery-fixture.js';
import { fakeApp, otherKey, testKey } from '../support/fake-app.js';
import { FakeAnalyser, faceOf } from '../support/fakes.js';
import { field, file } from '../support/multipart.js';
import { client } from '../support/target.js';
import { useTestDatabase } from '../support/test-database.js';
import { codeOf, codeOfSample, type Endpoint, endpoints, request, sampleOf } from './endpoints.js';

const collection = field('collection', 'staff');
const id = field('id', 'u1');
const vector = field('vector', JSON.stringify(Array.from(faceOf(1))));

const what = ({ method, path }: Endpoint) => `${method} ${path}`;

/** What the other tenant sends: the sample of each endpoint, and a search that creates. */
const intrusions = [
  ...endpoints.map((endpoint) => ({
    what: what(endpoint),
    call: (face: number) => sampleOf(endpoint, face),
    onlyReads: ['search', 'list'].includes(endpoint.operation['x-permission'] ?? ''),
    // Faces and webhooks have numbers that no two tenants share.
    // A request with a key has no session, and the other tenant is not the operator.
    code:
      endpoint.operation['x-permission'] === 'operate'
        ? '403'
        : /\{|\/me\//.test(endpoint.path)
          ? '404'
          : codeOfSample(endpoint),
  })),
  {
    what: 'a search that creates',
    call: () =>
      request(
        { method: 'POST', path: `${basePath}/search` },
        { parts: [collection, field('create', 'true'), field('threshold', '0.1'), file('cos:1')] },
      ),
    onlyReads: false,
    code: '200',
  },
];

/** Two tenants in one store, with the same collection and user id; `globex` may lack both. */
async function twoTenants(
  { gallery, directory, store }: Pick<Services, 'gallery' | 'directory'> & { store: Store },
  bothExist: boolean,
) {
  const webhooks = new TenantWebhooks(store.webhooks, networkList([]));
  const logger = { info: () => {}, error: () => {} };
  const attendance = new Attendance({ store: store.attendance, days: 90, logger });
  const services = { gallery, directory, analyser: new FakeAnalyser(), model: 'm1', webhooks, attendance };
  const { target } = await fakeApp({}, { services: () => services });
  const acme = client(target, testKey);
  const globex = client(target, otherKey);
  await acme.post('/create', collection, id, field('name', 'Secret of acme'));
  await webhooks.add('acme', 'https://acme.example/Secret of acme', ['deleted']);
  await acme.post('/add', collection, id, file('cos:1'));
  if (bothExist) {
    await globex.post('/create', collection, id, field('name', 'Of globex'));
    await globex.post('/add', collection, id, file('cos:0.5'));
  }
  const facesOfAcme = async () => {
    const path = '/admin/v1/faces?collection=staff&id=u1';
    return (await target.send({ method: 'GET', path, absolute: true, headers: { api_key: testKey } })).json;
  };
  const [{ face: faceOfAcme }] = (await facesOfAcme()).data as [{ face: number }];
  const answersOfAcme = async () => [
    (await acme.get('/list?collection=staff')).json,
    (await acme.post('/search', collection, file('cos:1'))).json,
    (await acme.post('/search_vector', collection, vector)).json,
    // The face of nobody but globex.
    (await acme.post('/search_no_crop', collection, file('cos:0.2'), field('threshold', '0.9'))).json,
    await facesOfAcme(),
    await webhooks.list('acme'),
  ];
  return { target, answersOfAcme, faceOfAcme };
}

const database = useTestDatabase();
const onSqlite = () => openGallery();
const onPostgres = () => openDatabaseGallery(database());

describe.each([
  { open: onSqlite, bothExist: true, name: 'SQLite: both have the collection and the user' },
  { open: onSqlite, bothExist: false, name: 'SQLite: only the other tenant has them' },
  { open: onPostgres, bothExist: true, name: 'PostgreSQL: both have the collection and the user' },
  { open: onPostgres, bothExist: false, name: 'PostgreSQL: only the other tenant has them' },
])('$name', ({ open, bothExist }) => {
  async function expectIsolation(some: typeof intrusions) {
    const { target, answersOfAcme, faceOfAcme } = await twoTenants(await open(), bothExist);
    const before = await answersOfAcme();
    expect(before).toMatchObject([
      { data: [{ id: 'u1', name: 'Secret of acme' }] },
      { data: { id: 'u1', similarity: expect.closeTo(1, 5) } },
      { data: { id: 'u1', name: 'Secret of acme' } },
      { code: '404' },
      { data: [{ face: faceOfAcme }] },
      [{ url: 'https://acme.example/Secret%20of%20acme', waiting: 0 }],
    ]);
    for (const { what, call, code } of some) {
      const answer = await target.send({ ...call(faceOfAcme), headers: { api_key: otherKey } });
      expect(answer.text, what).not.toMatch(/Secret( |%20)of/);
      // What it answers is about its own people: the endpoint did its work.
      if (bothExist) expect(codeOf(answer), what).toBe(code);
      expect(await answersOfAcme(), what).toEqual(before);
    }
  }

  // A tenant that has nothing of the kind has no answers that would need a server of their own.
  const together = intrusions.filter(({ onlyReads }) => onlyReads || !bothExist);

  it('one endpoint after the other, of one tenant, neither shows nor changes the data of another', () =>
    expectIsolation(together));

  it.each(intrusions.filter((intrusion) => !together.includes(intrusion)))(
    '$what of one tenant neither shows nor changes the data of another',
    (intrusion) => expectIsolation([intrusion]),
  );
});
