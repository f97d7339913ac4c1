import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../persistence/temporary-folder.js';
import { fakeApp, otherKey, testKey } from '../../../support/fake-app.js';

async function app(env: Record<string, string> = {}) {
  const { target } = await fakeApp(env);
  return async (api_key: string, method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => {
    const json = body && {
      body: { headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) },
    };
    return (await target.send({ method, path: `/admin/v1${path}`, absolute: true, headers: { api_key }, ...json }))
      .json;
  };
}

it('an administrator makes, lists and revokes keys of the own tenant, and gives no more than they have', async () => {
  const send = await app();
  const made = await send(testKey, 'POST', '/keys', { label: 'door 3', permissions: ['search'] });
  expect(made.data).toEqual({ key: 1, secret: expect.stringMatching(/^fsk_.{43}$/) });
  const { data } = await send(testKey, 'GET', '/keys');
  expect(data).toMatchObject([{ key: 1, label: 'door 3', permissions: ['search'], revoked: null }]);
  expect(JSON.stringify(data)).not.toContain('fsk_');
  expect((await send(otherKey, 'GET', '/keys')).data).toEqual([]);
  expect(await send(otherKey, 'DELETE', '/keys/1')).toMatchObject({ code: '404', reason: 'key-not-found' });
  expect(await send(otherKey, 'POST', '/keys', { permissions: ['operate'] })).toMatchObject({
    reason: 'more-than-own',
  });
  expect((await send(testKey, 'POST', '/keys', { permissions: [] })).data).toBe('permissions must not be empty');
  const past = { permissions: ['search'], expires: '2020-01-01T00:00:00Z' };
  expect((await send(testKey, 'POST', '/keys', past)).data).toBe('expires must lie in the future');
  expect((await send(testKey, 'DELETE', '/keys/1')).data).toBe('API key revoked');
  expect(await send(testKey, 'DELETE', '/keys/1')).toMatchObject({ code: '404' });
});

it('an administrator reads the lines of the own tenant in the audit log, an operator also those of all', async () => {
  const file = join(await temporaryFolder(), 'audit.log');
  const line = (tenant: string, call: string) => `${JSON.stringify({ time: 't', tenant, keyId: '1', call })}\n`;
  await appendFile(file, line('acme', 'add') + line('globex', 'search') + line('', 'write scale'));
  const send = await app({ AUDIT_LOG: file });
  expect((await send(testKey, 'GET', '/audit')).data).toMatchObject({
    isKept: true,
    lines: [{ call: 'write scale' }, { call: 'add' }],
  });
  expect((await send(otherKey, 'GET', '/audit')).data).toMatchObject({ lines: [{ call: 'search' }], next: null });
  expect((await (await app())(testKey, 'GET', '/audit')).data).toEqual({ isKept: false, lines: [], next: null });
});

it('the settings are for those who run the installation, and show no secret', async () => {
  const { app, target } = await fakeApp(
    { API_KEYS: 'acme:very-secret', DATA_KEY: 'ab'.repeat(32), MQTT_URL: 'mqtt://u:very-secret@broker' },
    { keys: { callerOf: async () => ({ keyId: '1', tenant: 'acme', permissions: ['operate'] }) } },
  );
  const path = '/admin/v1/settings';
  const { text, json } = await target.send({ method: 'GET', path, absolute: true, headers: { api_key: 'x' } });
  expect(text).not.toMatch(/very-secret|abab/);
  const all = (json.data as { settings: { name: string }[] }[]).flatMap(({ settings }) => settings);
  const one = (name: string) => all.find((setting) => setting.name === name);
  expect(one('DATA_KEY')).toMatchObject({ value: null, isSecret: true, isSet: true });
  expect(one('SESSION_HOURS')).toMatchObject({ value: '12', isSecret: false });
  expect(one('TLS_CERT')).toMatchObject({ value: null, isSet: false });
  await app.close();
});
