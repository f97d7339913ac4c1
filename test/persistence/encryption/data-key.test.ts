import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { DataKey } from '../../../src/persistence/encryption/data-key.js';

const bytes = Buffer.from(Array.from({ length: 32 }, (_, i) => 0xf0 ^ i));

describe('data key', () => {
  it('a data key is read from hex, base64 and base64url as the same key', () => {
    const texts = [
      bytes.toString('hex'),
      bytes.toString('hex').toUpperCase(),
      bytes.toString('base64'),
      bytes.toString('base64url'),
      `  ${bytes.toString('base64')}\n`,
    ];
    const ids = texts.map((text) => DataKey.parse(text).id);
    expect(new Set(ids)).toEqual(new Set([new DataKey(bytes).id]));
    expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each(['', 'secret', 'ab'.repeat(31), 'ab'.repeat(33), bytes.toString('base64').slice(4), `${'A'.repeat(42)}!=`])(
    'a data key refuses %j without repeating it',
    (text) => {
      expect(() => DataKey.parse(text)).toThrow('must be 32 bytes, as 64 hex digits or in base64');
    },
  );

  it('a data key refuses too few or too many bytes', () => {
    expect(() => new DataKey(bytes.subarray(1))).toThrow(RangeError);
    expect(() => new DataKey(Buffer.concat([bytes, bytes]))).toThrow(RangeError);
  });

  it('a data key derives another key for each purpose and salt, and the same one again', () => {
    const key = new DataKey(bytes);
    const derived = [key.derive('a'), key.derive('b'), key.derive('a', Buffer.of(1)), key.derive('a', Buffer.of(2))];
    expect(new Set(derived.map((each) => each.toString('hex'))).size).toBe(4);
    expect(DataKey.parse(bytes.toString('hex')).derive('a')).toEqual(derived[0]);
  });

  it('a data key shows its bytes to no log', () => {
    const key = new DataKey(bytes);
    const shown = `${inspect(key, { showHidden: true, depth: 9 })} ${JSON.stringify(key)} ${key}`;
    expect(shown).not.toContain(bytes.toString('hex').slice(0, 16));
    expect(shown).not.toContain('f0, f1');
    expect(shown).not.toContain('f0 f1');
  });
});
