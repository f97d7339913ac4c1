import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { createKey, generateKey, hashKey, KeyRing, parseApiKeys } from '../../src/store/api-keys.js';
import { SqliteStore } from '../../src/store/sqlite-store.js';
import type { Store } from '../../src/store/store.js';
import { temporaryFolder } from './temporary-folder.js';

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
  expect(await ring.tenantOf('k1')).toBe('acme');
  expect(await ring.tenantOf('k2')).toBe('acme');
  expect(await ring.tenantOf('a:b')).toBe('other');
  expect(await ring.tenantOf('bare')).toBe(`key-${hashKey('bare').toString('hex').slice(0, 16)}`);
  for (const key of ['acme:k1', 'K1', 'b', '', ' k1']) expect(await ring.tenantOf(key)).toBeUndefined();
});

test('an API_KEYS that means nothing is refused without telling its keys', () => {
  expect(parseApiKeys(' ')).toEqual([]);
  expect(() => parseApiKeys('acme:secret,')).toThrow('API_KEYS: item 2 has no key');
  expect(() => parseApiKeys('acme:')).toThrow('API_KEYS: item 1 has no key');
  expect(() => parseApiKeys(':secret')).toThrow('API_KEYS: item 1 has no tenant before the colon');
  expect(() => parseApiKeys('a:khoá')).toThrow('API_KEYS: item 1 has a key that a header cannot carry');
  expect(() => parseApiKeys('a:secret,b:secret')).toThrow('API_KEYS: item 2 repeats an earlier key');
});

test('a stored key works until it is revoked', async () => {
  const ring = new KeyRing(store, parseApiKeys('env:k1'));
  const key = await createKey(store, 'acme', 'door 1');
  const other = await createKey(store, 'acme', 'door 2');
  expect(await ring.tenantOf(key)).toBe('acme');
  const [first] = await store.listKeys();
  expect(first).toMatchObject({ tenant: 'acme', label: 'door 1', revokedAt: undefined });
  expect(await store.revokeKey(first?.keyId ?? 0)).toBe(true);
  expect(await store.revokeKey(first?.keyId ?? 0)).toBe(false);
  expect(await ring.tenantOf(key)).toBeUndefined();
  expect(await ring.tenantOf(other)).toBe('acme');
  expect((await store.listKeys())[0]?.revokedAt).toBeInstanceOf(Date);
});

test('the first start makes one key, once, and keeps only its hash', async () => {
  const ring = new KeyRing(store, []);
  const key = (await ring.ensureFirstKey()) ?? '';
  expect(await ring.tenantOf(key)).toBe('default');
  expect(await ring.ensureFirstKey()).toBeUndefined();
  await store.close();
  const bytes = await readFile(file);
  expect(bytes.includes(hashKey(key))).toBe(true);
  expect(bytes.includes(key)).toBe(false);
  store = await SqliteStore.open(file);
});

test('no first key where one is configured, or all were revoked', async () => {
  expect(await new KeyRing(store, parseApiKeys('k1')).ensureFirstKey()).toBeUndefined();
  expect(await store.countKeys()).toBe(0);
  await createKey(store, 'acme', '');
  await store.revokeKey((await store.listKeys())[0]?.keyId ?? 0);
  expect(await new KeyRing(store, []).ensureFirstKey()).toBeUndefined();
});
