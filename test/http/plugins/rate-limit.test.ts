import { expect, it, onTestFinished, vi } from 'vitest';
import { fakeApp, otherKey, testKey } from '../../support/fake-app.js';

const limited = {
  status: 429,
  json: { data: 'Too many requests; slow down and try again.', code: '429', reason: 'rate-limit' },
};

function stopClock() {
  vi.useFakeTimers({ now: 1_000_000, toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
}

it('RATE_LIMIT limits the requests of each key until its window is over', async () => {
  stopClock();
  const { target, get } = await fakeApp({ RATE_LIMIT: '2/min' });
  for (let i = 0; i < 2; i++) expect((await get('/list')).status).toBe(200);
  expect(await get('/list')).toMatchObject({ ...limited, headers: { 'retry-after': '60' } });
  expect((await target.send({ method: 'GET', path: '/list', headers: { api_key: otherKey } })).status).toBe(200);
  expect((await target.send({ method: 'GET', path: '/health', absolute: true })).status).toBe(200);
  vi.setSystemTime(1_060_000);
  expect((await get('/list')).status).toBe(200);
});

it('there is no rate limit unless one is set', async () => {
  const { get } = await fakeApp();
  for (let i = 0; i < 200; i++) expect((await get('/list')).status).toBe(200);
});

const list = (key: string, address: string, forwarded?: string) => ({
  method: 'GET' as const,
  url: '/vision/ekyc/facesearch/v4/list',
  remoteAddress: address,
  headers: { api_key: key, ...(forwarded && { 'x-forwarded-for': forwarded }) },
});

it('an address that sends unknown keys is throttled, even when it finds a valid one', async () => {
  stopClock();
  const { app } = await fakeApp({ FAILED_KEY_LIMIT: '3' });
  for (let i = 0; i < 3; i++) expect((await app.inject(list(`guess ${i}`, '192.0.2.1'))).statusCode).toBe(401);
  for (const key of ['guess 4', testKey]) {
    const answer = await app.inject(list(key, '192.0.2.1', '203.0.113.9'));
    expect(answer).toMatchObject({ statusCode: 429, headers: { 'retry-after': '60' } });
    expect(answer.json()).toEqual(limited.json);
  }
  expect((await app.inject(list(testKey, '192.0.2.2'))).statusCode).toBe(200);
  vi.setSystemTime(1_060_000);
  expect((await app.inject(list(testKey, '192.0.2.1'))).statusCode).toBe(200);
});

it('a key that was valid from a throttled address before still passes, as long as it is valid', async () => {
  stopClock();
  const { app } = await fakeApp({ FAILED_KEY_LIMIT: '1' });
  expect((await app.inject(list(testKey, '192.0.2.1'))).statusCode).toBe(200);
  expect((await app.inject(list('guess', '192.0.2.1'))).statusCode).toBe(401);
  expect((await app.inject(list('another guess', '192.0.2.1'))).statusCode).toBe(429);
  expect((await app.inject(list(otherKey, '192.0.2.1'))).statusCode).toBe(429);
  expect((await app.inject(list(testKey, '192.0.2.1'))).statusCode).toBe(200);
});

it('the address of a client comes from trusted proxies only, and only from what they added', async () => {
  const { app } = await fakeApp({ FAILED_KEY_LIMIT: '1', TRUST_PROXY: '10.0.0.0/8' });
  // The client wrote the first address itself; the proxy added the second.
  expect((await app.inject(list('guess', '10.0.0.1', '198.51.100.7, 192.0.2.1'))).statusCode).toBe(401);
  expect((await app.inject(list(testKey, '10.0.0.1', '198.51.100.8, 192.0.2.1'))).statusCode).toBe(429);
  expect((await app.inject(list(testKey, '10.0.0.1', '192.0.2.2'))).statusCode).toBe(200);
});

it('a limit of 0 throttles nothing', async () => {
  const { app } = await fakeApp({ FAILED_KEY_LIMIT: '0' });
  for (let i = 0; i < 100; i++) expect((await app.inject(list('guess', '192.0.2.1'))).statusCode).toBe(401);
});
