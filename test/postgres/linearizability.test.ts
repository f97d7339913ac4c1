import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type Operation, unexplained } from './linearizability.js';
import { type UserInput, type UserOutput, type UserState, userModel } from './user-model.js';

type UserOperation = Operation<UserInput, UserOutput>;

function operation(start: number, end: number, input: UserInput, output: UserOutput | undefined): UserOperation {
  return { start, end, input, output };
}

const create = (start: number, end: number, name: string) => operation(start, end, { call: 'create', name }, 'done');
const list = (start: number, end: number, found: string | undefined) =>
  operation(start, end, { call: 'list' }, { found });
const add = (start: number, end: number, face: string, output: UserOutput = 'done') =>
  operation(start, end, { call: 'add', face }, output);
const search = (start: number, end: number, face: string, found: string | undefined) =>
  operation(start, end, { call: 'search', face }, { found });
const erase = (start: number, end: number, output: UserOutput = 'done') =>
  operation(start, end, { call: 'delete' }, output);
const forget = (start: number, end: number) => operation(start, end, { call: 'delete_faces' }, 'done');
const unanswered = (start: number, input: UserInput) => operation(start, Number.POSITIVE_INFINITY, input, undefined);

describe('histories that one user by itself can have', () => {
  it.each<[string, UserOperation[]]>([
    ['nothing at all', []],
    [
      'one after the other',
      [list(0, 1, undefined), create(2, 3, 'a'), list(4, 5, 'a'), erase(6, 7), erase(8, 9, 'unknown')],
    ],
    ['a read beside a write sees it', [create(0, 3, 'a'), list(1, 2, 'a')]],
    ['or does not', [create(0, 3, 'a'), list(1, 2, undefined)]],
    ['writes beside one another come in either order', [create(0, 9, 'a'), create(1, 8, 'b'), list(10, 11, 'a')]],
    [
      'the writer that began last happens first',
      [create(0, 4, 'a'), create(1, 5, 'b'), list(2, 3, 'b'), list(6, 7, 'a')],
    ],
    ['a call without an answer never happened', [unanswered(0, { call: 'create', name: 'a' }), list(1, 2, undefined)]],
    ['or happened late', [unanswered(0, { call: 'create', name: 'a' }), list(1, 2, undefined), list(3, 4, 'a')]],
    [
      'faces stay when the name changes',
      [create(0, 1, 'a'), add(2, 3, 'f'), create(4, 5, 'b'), search(6, 7, 'f', 'b')],
    ],
    [
      'and go with the user',
      [create(0, 1, 'a'), add(2, 3, 'f'), erase(4, 5), create(6, 7, 'b'), search(8, 9, 'f', undefined)],
    ],
  ])('%s', (_, history) => {
    expect(unexplained(history, userModel)).toBeUndefined();
  });
});

describe('histories that are refused, with the answer that nothing explains', () => {
  it.each<[string, UserOperation[], number]>([
    ['a write that was acknowledged is not seen', [create(0, 1, 'a'), list(2, 3, undefined)], 1],
    ['a name that nobody gave', [create(0, 1, 'a'), list(2, 3, 'b')], 1],
    ['a lost update', [create(0, 1, 'a'), create(2, 3, 'b'), list(4, 5, 'a')], 2],
    ['new, then old again', [create(0, 1, 'a'), create(2, 9, 'b'), list(3, 4, 'b'), list(5, 6, 'a')], 3],
    ['two readers see two orders', [create(0, 9, 'a'), create(1, 8, 'b'), list(10, 11, 'a'), list(12, 13, 'b')], 3],
    ['back after its deletion', [create(0, 1, 'a'), erase(2, 3), list(4, 5, 'a')], 2],
    ['deleted twice', [create(0, 1, 'a'), erase(2, 5), erase(3, 4)], 1],
    ['a face of an unknown user', [add(0, 1, 'f')], 0],
    ['a face that was erased is found', [create(0, 1, 'a'), add(2, 3, 'f'), forget(4, 5), search(6, 7, 'f', 'a')], 3],
    ['a face that was added is not found', [create(0, 1, 'a'), add(2, 3, 'f'), search(4, 5, 'f', undefined)], 2],
    ['found under an old name', [create(0, 1, 'a'), add(2, 3, 'f'), create(4, 5, 'b'), search(6, 7, 'f', 'a')], 3],
    [
      'a call without an answer happened, and then had not',
      [unanswered(0, { call: 'create', name: 'a' }), list(1, 2, 'a'), list(3, 4, undefined)],
      2,
    ],
    [
      'a call without an answer happened before it was sent',
      [list(0, 1, 'a'), unanswered(2, { call: 'create', name: 'a' })],
      0,
    ],
  ])('%s', (_, history, culprit) => {
    expect(unexplained(history, userModel)).toBe(history[culprit]);
  });
});

const inputs = fc.oneof(
  fc.record({ call: fc.constant('create' as const), name: fc.constantFrom('a', 'b', 'c') }),
  fc.record({ call: fc.constant('add' as const), face: fc.constantFrom('f', 'g') }),
  fc.record({ call: fc.constant('search' as const), face: fc.constantFrom('f', 'g') }),
  fc.record({ call: fc.constantFrom('delete', 'delete_faces', 'list') }),
) as fc.Arbitrary<UserInput>;

/** Operations that happen one after the other, each somewhere between its start and its end. */
const histories = fc
  .array(fc.record({ input: inputs, before: fc.nat(40), after: fc.nat(40), isAnswered: fc.nat(9).map((n) => n > 0) }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((steps) => {
    let state: UserState;
    return steps.map(({ input, before, after, isAnswered }, i): UserOperation => {
      const applied = userModel.apply(state, input);
      state = applied.state;
      // Ten apart, with fractions of their own, so that many overlap and no two moments are one.
      const at = (moment: number) => moment + i / 1000;
      const end = isAnswered ? at(10 * i + after + 0.5) : Number.POSITIVE_INFINITY;
      return operation(at(10 * i - before), end, input, isAnswered ? applied.output : undefined);
    });
  });

test('any history that was made in some order is explained', () => {
  fc.assert(fc.property(histories, (history) => unexplained(history, userModel) === undefined));
});

test('a read of a value that was never written is not explained, at any position', () => {
  fc.assert(
    fc.property(histories, fc.nat(), (history, at) => {
      const { start, end } = history[at % history.length] as UserOperation;
      const wrong = list(start + 0.0001, end, 'nobody gave this');
      return unexplained([...history, wrong], userModel) !== undefined;
    }),
  );
});

test("the checker's answer is the same as when every order is tried", () => {
  const few = histories.filter((history) => history.length <= 5);
  const names = fc.constantFrom(undefined, 'a', 'b', 'c');
  fc.assert(
    fc.property(few, names, fc.nat(400), fc.nat(200), (history, found, start, length) => {
      const asked = [...history, list(start / 10 + 0.00005, (start + length) / 10 + 0.00007, found)];
      return (unexplained(asked, userModel) === undefined) === someOrderExplains(asked, userModel.initial);
    }),
    { numRuns: 300 },
  );
});

/** By the definition, without any shortcut. */
function someOrderExplains(left: readonly UserOperation[], state: UserState): boolean {
  if (left.every(({ output }) => output === undefined)) return true;
  const firstEnd = Math.min(...left.map(({ end }) => end));
  return left.some((first) => {
    if (first.start > firstEnd) return false;
    const after = userModel.apply(state, first.input);
    const agrees = first.output === undefined || userModel.isSame(first.output, after.output);
    return (
      agrees &&
      someOrderExplains(
        left.filter((other) => other !== first),
        after.state,
      )
    );
  });
}
