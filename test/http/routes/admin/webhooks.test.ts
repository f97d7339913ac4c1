import { expect, it } from 'vitest';
import { networkList } from '../../../../src/events/addresses.js';
import { TenantWebhooks } from '../../../../src/events/tenant-webhooks.js';
import { openGallery } from '../../../gallery/gallery-fixture.js';
import { fakeApp, otherKey, testKey } from '../../../support/fake-app.js';
import { FakeAnalyser } from '../../../support/fakes.js';

async function appWithStore() {
  const { gallery, directory, store } = await openGallery();
  const webhooks = new TenantWebhooks(store.webhooks, networkList([]));
  const services = { gallery, directory, analyser: new FakeAnalyser(), model: 'm1', webhooks };
  const { target } = await fakeApp({}, { services: () => services });
  const send = async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object, api_key = testKey) => {
    const json = body && {
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
    };
    const call = { method, path: `/admin/v1${path}`, absolute: true, headers: { api_key } } as const;
    return (await target.send({ ...call, ...(json && { body: json }) })).json;
  };
  return { send, store };
}

it('adds, lists and deletes webhooks, and shows the secret once', async () => {
  const { send } = await appWithStore();
  const added = await send('POST', '/webhooks', { url: 'https://example.com/hook', events: ['match', 'deleted'] });
  expect(added).toEqual({ code: '200', data: { webhook: 1, secret: expect.stringMatching(/^whsec_.{43}$/) } });
  const listed = await send('GET', '/webhooks');
  const shown = { webhook: 1, url: 'https://example.com/hook', events: ['match', 'deleted'] };
  expect(listed.data).toEqual([{ ...shown, created: expect.any(String), waiting: 0, dead: 0 }]);
  expect(JSON.stringify(listed)).not.toContain('whsec');
  expect(await send('DELETE', '/webhooks/1')).toEqual({ code: '200', data: 'Webhook deleted' });
  expect(await send('DELETE', '/webhooks/1')).toMatchObject({ code: '404', reason: 'webhook-not-found' });
});

it('refuses what is no address of a webhook in one sentence', async () => {
  const { send } = await appWithStore();
  for (const [body, text] of [
    [{ url: 'http://10.0.0.1/' }, 'url must not lead to a private network: 10.0.0.1 is a private address'],
    [{ url: 'gopher://example.com' }, 'url must be an http or https URL'],
    [{ url: 'https://example.com', events: ['hired'] }, 'must be of match, no_match, enrolled, deleted, refused'],
    [{ url: 'https://example.com', events: [] }, 'events must not be empty'],
    [{}, 'url must be one text'],
  ] as const) {
    const answer = await send('POST', '/webhooks', body);
    expect(answer).toMatchObject({ code: '400', reason: 'field-value', data: expect.stringContaining(text) });
  }
});

it('shows what was given up without what it would have told, and tries it again', async () => {
  const { send, store } = await appWithStore();
  await send('POST', '/webhooks', { url: 'https://example.com/hook' });
  await store.webhooks.publish({ tenant: 'acme', type: 'match', data: { id: 'secret-person' } });
  const [delivery] = await store.webhooks.claim(1, new Date(), new Date(), 1);
  await store.webhooks.failed(delivery?.deliveryId ?? 0, 'HTTP 500', undefined);
  const letters = await send('GET', '/dead-letters');
  expect(letters.data).toEqual([
    { delivery: 1, webhook: 1, type: 'match', time: expect.any(String), attempts: 1, error: 'HTTP 500' },
  ]);
  expect((await send('GET', '/dead-letters', undefined, otherKey)).data).toEqual([]);
  expect(await send('POST', '/webhooks/1/retry', undefined, otherKey)).toMatchObject({ code: '404' });
  expect((await send('POST', '/webhooks/1/retry')).data).toEqual({ retried: 1 });
  expect((await send('GET', '/webhooks')).data).toMatchObject([{ waiting: 1, dead: 0 }]);
});
