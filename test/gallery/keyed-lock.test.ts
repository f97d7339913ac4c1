import { expect, test } from 'vitest';
import { KeyedLock } from '../../src/gallery/keyed-lock.js';

test('tasks of one key run one after the other in the order of their arrival, and beside those of another key', async () => {
  const lock = new KeyedLock();
  const log: string[] = [];
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = lock.run('a', async () => {
    await gate;
    log.push('a1');
  });
  const second = lock.run('a', async () => log.push('a2'));
  await lock.run('b', async () => log.push('b'));
  expect(log).toEqual(['b']);
  release();
  await Promise.all([first, second]);
  expect(log).toEqual(['b', 'a1', 'a2']);
});

test('a task that fails fails only for its caller', async () => {
  const lock = new KeyedLock();
  const failed = lock.run('a', () => Promise.reject(new Error('no')));
  const next = lock.run('a', async () => 'yes');
  await expect(failed).rejects.toThrow('no');
  expect(await next).toBe('yes');
  await lock.idle();
});
