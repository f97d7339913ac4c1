import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../src/evaluation/options.js';

const defaults = { pack: 'default', workers: 2 };

describe('the command line of the evaluation', () => {
  it('needs only a folder', () => {
    expect(parseOptions(['faces'], defaults)).toEqual({
      folder: resolve('faces'),
      sets: null,
      pairs: null,
      pack: 'default',
      version: 'v3',
      out: resolve('eval-report'),
      workers: 2,
    });
  });

  it('takes every option', () => {
    const args = [
      '--set',
      'a, b,a',
      'faces',
      '--pairs=p.csv',
      '--pack',
      'mine',
      '--version',
      'v4',
      '--out',
      'o',
      '--workers',
      '8',
    ];
    expect(parseOptions(args, defaults)).toEqual({
      folder: resolve('faces'),
      sets: ['a', 'b'],
      pairs: ['p.csv'],
      pack: 'mine',
      version: 'v4',
      out: join(resolve('.'), 'o'),
      workers: 8,
    });
  });

  it('answers a call for help with nothing to do', () => {
    expect(parseOptions(['--help'], defaults)).toBeNull();
  });

  const wrong: [string, string[], RegExp][] = [
    ['no folder', [], /Name the folder/],
    ['two folders', ['a', 'b'], /One folder at a time.*b/],
    ['an unknown option', ['a', '--sets', 'x'], /--sets/],
    ['an option without its value', ['a', '--set'], /--set/],
    ['an empty name', ['a', '--set', 'x,,y'], /empty name/],
    ['a wrong version', ['a', '--version', 'v5'], /none, v3 or v4, not "v5"/],
    ['no workers', ['a', '--workers', '0'], /1 to 256/],
    ['half a worker', ['a', '--workers', '1.5'], /1 to 256/],
  ];
  it.each(wrong)('refuses %s, and says how it is used', (_, args, message) => {
    expect(() => parseOptions(args, defaults)).toThrow(message);
    expect(() => parseOptions(args, defaults)).toThrow('Usage: npm run eval');
  });
});
