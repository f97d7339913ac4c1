import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { absolutePath, nameList, type Options, oneOf, readOptions, wholeNumber } from '../../src/util/options.js';
import { UsageError } from '../../src/util/usage-error.js';

const options = {
  plain: { type: 'string', help: 'a text', value: 'TEXT' },
  parallelCalls: { type: 'string', help: 'a number', value: 'N', default: '8', read: wholeNumber(1, 64) },
  names: { type: 'string', help: 'names', value: 'A,B', read: nameList },
  half: { type: 'string', help: 'a word', value: 'WORD', read: oneOf('left', 'right', 'none') },
  file: { type: 'string', help: 'a file', value: 'FILE', read: absolutePath },
  each: {
    type: 'string',
    help: 'several',
    value: 'X',
    multiple: true,
    read: (given: readonly string[]) => given.length,
  },
  dryRun: { type: 'boolean', help: 'a flag' },
} as const satisfies Options;

test('options have dashes on the command line and none in the code, and values of their own types', () => {
  const { values, operands } = readOptions(
    [
      'x',
      '--parallel-calls=12',
      '--names',
      'b, a,b',
      '--half',
      'none',
      '--file',
      'f',
      '--each=1',
      '--each=2',
      '--dry-run',
    ],
    options,
  );
  expect(operands).toEqual(['x']);
  expect(values).toEqual({
    plain: undefined,
    parallelCalls: 12,
    names: ['b', 'a'],
    half: 'none',
    file: resolve('f'),
    each: 2,
    dryRun: true,
  });
});

test('an option that is not given has its default, a flag is false, and any other has no value', () => {
  const { values } = readOptions([], options);
  expect(values).toMatchObject({ parallelCalls: 8, dryRun: false });
  expect([values.plain, values.names, values.each]).toEqual([undefined, undefined, undefined]);
});

test.each([
  [['--parallel-calls', '65'], '--parallel-calls must be a whole number from 1 to 64, not "65".'],
  [['--parallel-calls', '1.5'], '--parallel-calls must be a whole number'],
  [['--names', 'a,,b'], '--names has an empty name: "a,,b"'],
  [['--half', 'both'], '--half must be left, right or none, not "both".'],
  [['--parallelCalls', '3'], "Unknown option '--parallelCalls'"],
  [['--plain'], "Option '--plain <value>' argument missing"],
])('a wrong command line is refused with one sentence: %j', (args, message) => {
  expect(() => readOptions(args, options)).toThrow(UsageError);
  expect(() => readOptions(args, options)).toThrow(message);
});
