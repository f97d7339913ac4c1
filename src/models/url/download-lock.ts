import { open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** The holder of a lock says so often that it lives. */
const BEAT_MS = 5000;
/** A lock that nobody has refreshed for so long belongs to a process that is gone, perhaps of another container. */
const DEAD_MS = 30_000;
const POLL_MS = 500;

/**
 * Runs `work` while no other process of this machine or container does so with the same lock: two of them would mix up the
 * bytes of one download. A process that was killed leaves the lock behind, and is found out.
 * @param path of the lock's file
 * @param onWaiting told once when another process has the lock
 */
export async function withLock<T>(path: string, onWaiting: () => void, work: () => Promise<T>): Promise<T> {
  for (let waited = false; !(await take(path)); waited = true) {
    if (await isLeft(path)) {
      await rm(path, { force: true });
      continue;
    }
    if (!waited) onWaiting();
    await delay(POLL_MS);
  }
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, BEAT_MS).unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o644);
    await file.writeFile(`${hostname()} ${process.pid}`);
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isLeft(path: string): Promise<boolean> {
  try {
    const [host, pid] = (await readFile(path, 'utf8')).split(' ');
    if (host === hostname() && !isAlive(Number(pid))) return true;
    return Date.now() - (await stat(path)).mtimeMs > DEAD_MS;
  } catch (error) {
    // Given free in between.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  // Its number is not written yet.
  if (!(pid > 0)) return true;
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
