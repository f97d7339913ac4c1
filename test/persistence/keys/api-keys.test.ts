import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import {
  createKey,
  expiryOf,
  generateKey,
  hashKey,
  KeyRing,
  parseApiKeys,
} from '../../../src/persistence/keys/api-keys.js';
import { SqliteStore } from '../../../src/persistence/people/sqlite/sqlite-store.js';
import type { Store } from '../../../src/persistence/store.js';
import { temporaryFolder } from '../temporary-folder.js';

let file: string;
let store: Store;

beforeEach(async () => {
  file = join(await temporaryFolder(), 'facesearch.db');
  store = await SqliteStore.open(file);
  onTestFinished(() => store.close());
});

test('keys are long, random and easy to recognise', () => {
  expect(generateKey()).toMatch(/^fsk_[A-Za-z0-9_-]{43}$/);
  expect(generateKey()).not.toBe(generateKey());
});

test('API_KEYS lists tenants with keys, and bare keys', async () => {
  const ring = new KeyRing(store, parseApiKeys(' acme:k1, acme:k2 ,other:a:b,bare'));
  expect((await ring.callerOf('k1'))?.tenant).toBe('acme');
  expect((await ring.callerOf('k2'))?.tenant).toBe('acme');
  expect((await ring.callerOf('a:b'))?.tenant).toBe('other');
  expect((await ring.callerOf('bare'))?.tenant).toBe(`key-${hashKey('bare').toString('hex').slice(0, 16)}`);
  for (const key of ['acme:k1', 'K1', 'b', '', ' k1']) expect((await ring.callerOf(key))?.tenant).toBeUndefined();
});

test('an API_KEYS that means nothing is refused without telling its keys', () => {
  expect(parseApiKeys(' ')).toEqual([]);
  expect(() => parseApiKeys('acme:secret,')).toThrow('item 2 has no key');
  expect(() => parseApiKeys('acme:')).toThrow('item 1 has no key');
  expect(() => parseApiKeys(':secret')).toThrow('item 1 has no tenant before the colon');
  expect(() => parseApiKeys('a:khoá')).toThrow('item 1 has a key that a header cannot carry');
  expect(() => parseApiKeys('a:secret,b:secret')).toThrow('item 2 repeats an earlier key');
});

test('a stored key works until it is revoked', async () => {
  const ring = new KeyRing(store, parseApiKeys('env:k1'));
  const key = await createKey(store, { tenant: 'acme', label: 'door 1' });
  const other = await createKey(store, { tenant: 'acme', label: 'door 2' });
  expect((await ring.callerOf(key))?.tenant).toBe('acme');
  const [first] = await store.listKeys();
  expect(first).toMatchObject({ tenant: 'acme', label: 'door 1', revokedAt: undefined });
  expect(await store.revokeKey(first?.keyId ?? 0)).toBe(true);
  expect(await store.revokeKey(first?.keyId ?? 0)).toBe(false);
  expect((await ring.callerOf(key))?.tenant).toBeUndefined();
  expect((await ring.callerOf(other))?.tenant).toBe('acme');
  expect((await store.listKeys())[0]?.revokedAt).toBeInstanceOf(Date);
});

test('the first start makes one key, once, and keeps only its hash', async () => {
  const ring = new KeyRing(store, []);
  const key = (await ring.ensureFirstKey()) ?? '';
  expect((await ring.callerOf(key))?.tenant).toBe('default');
  expect(await ring.ensureFirstKey()).toBeUndefined();
  await store.close();
  const bytes = await readFile(file);
  expect(bytes.includes(hashKey(key))).toBe(true);
  expect(bytes.includes(key)).toBe(false);
  store = await SqliteStore.open(file);
});

test('there is no first key when one is configured, or all were revoked', async () => {
  expect(await new KeyRing(store, parseApiKeys('k1')).ensureFirstKey()).toBeUndefined();
  expect(await store.listKeys()).toHaveLength(0);
  await createKey(store, { tenant: 'acme', label: '' });
  await store.revokeKey((await store.listKeys())[0]?.keyId ?? 0);
  expect(await new KeyRing(store, []).ensureFirstKey()).toBeUndefined();
});

test('a key works until it expires, and knows its scope', async () => {
  const ring = new KeyRing(store, []);
  const expiresAt = new Date(Date.now() + 60_000);
  const key = await createKey(store, { tenant: 'acme', permissions: ['search'], expiresAt });
  expect(await ring.callerOf(key)).toEqual({ keyId: '1', tenant: 'acme', permissions: ['search'] });
  expect((await store.listKeys())[0]).toMatchObject({ expiresAt, permissions: ['search'] });
  vi.useFakeTimers({ now: expiresAt, toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  expect(await ring.callerOf(key)).toBeUndefined();
});

test('an expiry is a number of days or a date to come', () => {
  const now = new Date('2026-12-01T12:00:00Z');
  expect(expiryOf('90d', now)).toEqual(new Date('2027-03-01T12:00:00Z'));
  expect(expiryOf('2027-01-31', now)).toEqual(new Date('2027-01-31T00:00:00Z'));
  for (const text of ['', '0d', '90', '2027-02-31', '31.01.2027', '2026-12-01']) {
    expect(() => expiryOf(text, now)).toThrow('--expires must');
  }
});
