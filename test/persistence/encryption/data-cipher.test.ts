import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  AesGcmCipher,
  DecryptionError,
  dataKeyIdOf,
  ENCRYPTION_OVERHEAD,
} from '../../../src/persistence/encryption/data-cipher.js';
import { DataKey } from '../../../src/persistence/encryption/data-key.js';

const key = new DataKey(randomBytes(32));
const cipher = new AesGcmCipher(key);
const plain = Buffer.from('the embedding of a face');

describe('data cipher', () => {
  it.each([0, 1, 15, 16, 2048, 5_000_000])('a cipher decrypts what it encrypted: %i bytes', (length) => {
    const value = randomBytes(length);
    const encrypted = cipher.encrypt(value, 'face/1');
    expect(encrypted.length).toBe(length + ENCRYPTION_OVERHEAD);
    expect(cipher.decrypt(encrypted, 'face/1').equals(value)).toBe(true);
  });

  it('a cipher decrypts what another process with the same key encrypted', () => {
    expect(new AesGcmCipher(key).decrypt(cipher.encrypt(plain, 'face/1'), 'face/1')).toEqual(plain);
  });

  it('a cipher decrypts a value that lies inside a larger buffer', () => {
    const encrypted = cipher.encrypt(plain, 'face/1');
    const larger = Buffer.concat([randomBytes(7), encrypted, randomBytes(9)]);
    expect(cipher.decrypt(Uint8Array.prototype.subarray.call(larger, 7, 7 + encrypted.length), 'face/1')).toEqual(
      plain,
    );
  });

  it('a cipher hides the plain bytes, and encrypts them differently each time', () => {
    const encrypted = [cipher.encrypt(plain, 'face/1'), cipher.encrypt(plain, 'face/1')];
    for (const each of encrypted) expect(each.includes(plain.subarray(0, 8))).toBe(false);
    expect(encrypted[0]).not.toEqual(encrypted[1]);
  });

  it('a cipher does not decrypt a value in another place', () => {
    expect(() => cipher.decrypt(cipher.encrypt(plain, 'face/1'), 'face/2')).toThrow(DecryptionError);
    expect(() => cipher.decrypt(cipher.encrypt(plain, 'face/1'), 'face/2')).toThrow(/^Cannot decrypt face\/2: /);
  });

  it('a cipher does not decrypt a value with any one bit flipped, or cut short, or made longer', () => {
    const encrypted = cipher.encrypt(plain, 'face/1');
    for (let bit = 0; bit < encrypted.length * 8; bit++) {
      const changed = Buffer.from(encrypted);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => cipher.decrypt(changed, 'face/1'), `bit ${bit}`).toThrow(DecryptionError);
    }
    for (let length = 0; length < encrypted.length; length++) {
      expect(() => cipher.decrypt(encrypted.subarray(0, length), 'face/1'), `${length} bytes`).toThrow(DecryptionError);
    }
    expect(() => cipher.decrypt(Buffer.concat([encrypted, Buffer.of(0)]), 'face/1')).toThrow(DecryptionError);
  });

  it('a cipher says that a value was encrypted with another key, and with which', () => {
    const other = new DataKey(randomBytes(32));
    const encrypted = new AesGcmCipher(other).encrypt(plain, 'face/1');
    expect(() => cipher.decrypt(encrypted, 'face/1')).toThrow(`data key ${other.id}, not with ${key.id}`);
    expect(dataKeyIdOf(encrypted)).toBe(other.id);
  });

  it('a cipher distinguishes encrypted values from plain ones', () => {
    expect(dataKeyIdOf(cipher.encrypt(plain, 'face/1'))).toBe(key.id);
    expect(dataKeyIdOf(plain)).toBeUndefined();
    expect(dataKeyIdOf(Buffer.alloc(2048))).toBeUndefined();
    expect(() => cipher.decrypt(Buffer.alloc(2048), 'face/1')).toThrow('it is not an encrypted value');
  });

  it('a cipher takes a new salt after so many values, and decrypts those of every salt', () => {
    const frugal = new AesGcmCipher(key, { valuesPerSalt: 3 });
    const encrypted = Array.from({ length: 10 }, (_, i) => frugal.encrypt(Buffer.of(i), `n/${i}`));
    const salts = encrypted.map((each) => each.toString('hex', 12, 28));
    expect(new Set(salts).size).toBe(4);
    expect(new Set(encrypted.map((each) => each.toString('hex', 12, 40))).size).toBe(10);
    for (const [i, each] of encrypted.entries()) expect(cipher.decrypt(each, `n/${i}`)).toEqual(Buffer.of(i));
  });
});
