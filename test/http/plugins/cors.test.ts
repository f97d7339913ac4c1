import { expect, it } from 'vitest';
import { fakeApp } from '../../support/fake-app.js';
import { form } from '../../support/multipart.js';

const preflight = {
  method: 'OPTIONS',
  path: '/search',
  headers: {
    origin: 'https://a.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'api_key',
  },
} as const;

it.each([
  ['*', '*'],
  ['https://a.example', 'https://a.example'],
  ['https://b.example,https://a.example', 'https://a.example'],
])('CORS_ORIGIN %s allows https://a.example', async (CORS_ORIGIN, allowed) => {
  const { target } = await fakeApp({ CORS_ORIGIN });
  const { status, headers } = await target.send(preflight);
  expect(status).toBe(204);
  expect(headers['access-control-allow-origin']).toBe(allowed);
  expect(headers['access-control-allow-headers']).toMatch(/api_key.*api-key.*facematch_version/);
  expect(headers['access-control-allow-methods']).toContain('DELETE');
  const call = { ...preflight, method: 'POST', body: form() } as const;
  const answer = await target.send(call);
  expect(answer.json.code).toBe('412');
  expect(answer.headers['access-control-allow-origin']).toBe(allowed);
});

it('no other origin is allowed, and none by default', async () => {
  for (const env of [{ CORS_ORIGIN: 'https://b.example,https://c.example' }, {}]) {
    const { target } = await fakeApp(env);
    expect((await target.send(preflight)).headers['access-control-allow-origin']).toBeUndefined();
  }
});
