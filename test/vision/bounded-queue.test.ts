import { describe, expect, it } from 'vitest';
import { BoundedQueue } from '../../src/vision/bounded-queue.js';

/** A task that ends when it is told to, and notes that it began. */
function task(started: string[], name: string) {
  let end: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const run = async () => {
    started.push(name);
    await ended;
    return name;
  };
  return { run, end };
}

describe('BoundedQueue', () => {
  it('a BoundedQueue serves in the order of arrival and refuses at once what it cannot hold', async () => {
    const line = new BoundedQueue(1, 2);
    const started: string[] = [];
    const tasks = ['a', 'b', 'c', 'd'].map((name) => task(started, name));
    const runs = tasks.map(({ run }) => line.run(run));
    await expect(runs[3]).rejects.toMatchObject({ errorName: 'OVERLOADED' });
    expect(started).toEqual(['a']);
    for (const { end } of tasks) end();
    expect(await Promise.all(runs.slice(0, 3))).toEqual(['a', 'b', 'c']);
    await line.empty();
  });

  it('a BoundedQueue frees the place of a task that is given up, without running it', async () => {
    const line = new BoundedQueue(1, 1);
    const started: string[] = [];
    const [first, gone, next] = ['first', 'gone', 'next'].map((name) => task(started, name)) as [
      ReturnType<typeof task>,
      ReturnType<typeof task>,
      ReturnType<typeof task>,
    ];
    const abandoned = new AbortController();
    const running = line.run(first.run, abandoned.signal);
    const waiting = line.run(gone.run, abandoned.signal);
    abandoned.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    const after = line.run(next.run);
    first.end();
    next.end();
    expect(await Promise.all([running, after])).toEqual(['first', 'next']);
    expect(started).toEqual(['first', 'next']);
    await expect(line.run(gone.run, abandoned.signal)).rejects.toThrow('gone');
  });

  it('a BoundedQueue continues after a task that fails', async () => {
    const line = new BoundedQueue(1, 1);
    const failing = line.run(async () => Promise.reject(new Error('broken')));
    const after = line.run(async () => 'fine');
    await expect(failing).rejects.toThrow('broken');
    expect(await after).toBe('fine');
  });
});
