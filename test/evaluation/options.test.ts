import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluationOptions } from '../../src/evaluation/options.js';
import { readOptions } from '../../src/util/options.js';
import { UsageError } from '../../src/util/usage-error.js';

const parse = (args: readonly string[]) => readOptions(args, evaluationOptions);

describe('the command line of the evaluation', () => {
  it('the command line of eval needs only a folder', () => {
    const { values, operands } = parse(['faces']);
    expect(operands).toEqual(['faces']);
    // What the environment says stays open.
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    expect(Object.fromEntries(given)).toEqual({
      liveness: false,
      minFaceWidth: 0,
      version: 'v3',
      out: resolve('eval-report'),
    });
  });

  it('the command line of eval takes every option', () => {
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
      '--subset=s.txt',
      '--group=g=x,y',
      '--aliases=a.csv',
      '--corrections=c.csv',
      '--only=gates',
      '--min-face-width=80',
      '--docs=d.md',
    ];
    expect(parse(args).operands).toEqual(['faces']);
    expect(parse(args).values).toEqual({
      set: ['a', 'b'],
      pairs: ['p.csv'],
      subset: resolve('s.txt'),
      group: [{ name: 'g', sets: ['x', 'y'] }],
      aliases: resolve('a.csv'),
      corrections: resolve('c.csv'),
      only: 'gates',
      liveness: false,
      minFaceWidth: 80,
      docs: resolve('d.md'),
      pack: 'mine',
      version: 'v4',
      out: join(resolve('.'), 'o'),
      workers: 8,
    });
  });

  const wrong: [string, string[], RegExp][] = [
    ['an empty name', ['a', '--set', 'x,,y'], /empty name/],
    ['a wrong version', ['a', '--version', 'v5'], /none, v3 or v4, not "v5"/],
    ['no workers', ['a', '--workers', '0'], /1 to 256/],
    ['a half of its own', ['a', '--only', 'both'], /recognition or gates, not "both"/],
    ['a width in words', ['a', '--min-face-width', 'wide'], /0 to 10000, not "wide"/],
    ['half a worker', ['a', '--workers', '1.5'], /1 to 256/],
  ];
  it.each(wrong)('the command line of eval refuses %s', (_, args, message) => {
    expect(() => parse(args)).toThrow(message);
    expect(() => parse(args)).toThrow(UsageError);
  });
});
