import { createReadStream, type ReadStream } from 'node:fs';
import { readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { FaceSearchError } from '../../core/errors.js';
import { DATABASE } from '../data-folder/data-folder.js';
import { makeFolder, syncFolder } from '../data-folder/durable-folder.js';
import type { S3Options } from '../photos/s3/s3-bucket.js';
import type { BackupFault, BackupNews, BackupTask } from './backup-worker.js';

/** One that is complete. */
export interface BackupFile {
  /** Of the file, without its folder. */
  name: string;
  createdAt: Date;
  bytes: number;
}

/** The backup that is being made, or was made last since the start of the server. */
export interface BackupRun {
  state: 'running' | 'done' | 'failed';
  name: string;
  startedAt: Date;
  finishedAt: Date | undefined;
  /** Of the photos; 0 of 0 while the database is copied. */
  done: number;
  total: number;
  /** Photos that the data folder should hold and does not. */
  missing: number;
  /** Why there is none. */
  fault: BackupFault | undefined;
}

export interface BackupsOptions {
  /** Where they lie; made with the first one. */
  folder: string;
  /** What is backed up. */
  dataFolder: string;
  /** Where the photos are, when not in the data folder. */
  s3: S3Options | undefined;
  logger: { info(about: object, text: string): void; error(about: object, text: string): void };
  /** The compiled thread, where it does not lie beside this file. */
  workerUrl?: URL | undefined;
  /** Bytes that are free in a folder. */
  freeBytes?: (folder: string) => Promise<number>;
}

/** What stays free beside the copies: a full disk would stop the server itself. */
const SPARE_BYTES = 64 * 1024 * 1024;

/** Names that a backup may have: no path, and nothing that is not complete. */
const BACKUP_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,200}\.tar$/;

/** What a backup that was killed leaves beside its name. */
const UNFINISHED = /\.tar\.unfinished$/;

/** Backups that the server itself makes, one at a time, in a thread: they lie in one folder, whoever put them there. */
export class Backups {
  readonly #options: BackupsOptions;
  #run: BackupRun | undefined;
  #worker: Worker | undefined;
  #isStarting = false;

  constructor(options: BackupsOptions) {
    this.#options = options;
  }

  /** Undefined where none was begun since the start of the server. */
  get run(): Readonly<BackupRun> | undefined {
    return this.#run;
  }

  /** The newest first. */
  async list(): Promise<BackupFile[]> {
    const { folder } = this.#options;
    const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
      throw error;
    });
    const files = names.filter((name) => BACKUP_NAME.test(name)).map((name) => this.#fileOf(name));
    const found = (await Promise.all(files)).filter((file) => file !== undefined);
    return found.sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.name < b.name ? 1 : -1));
  }

  /**
   * Begins one in the background; {@link run} says how it goes.
   * @throws FaceSearchError BACKUP_REFUSED while one is under way, or where there is no space for it
   */
  async start(now = new Date()): Promise<BackupRun> {
    if (this.#isStarting || this.#run?.state === 'running')
      throw new FaceSearchError('BACKUP_REFUSED', 'backup-running');
    this.#isStarting = true;
    try {
      const { folder } = this.#options;
      const name = `facesearch-${now.toISOString().slice(0, 19).replaceAll(':', '')}Z.tar`;
      const run = runOf(name, now);
      try {
        makeFolder(folder);
        await this.#clear();
        await this.#requireSpace();
      } catch (error) {
        if (error instanceof FaceSearchError) throw error;
        throw new FaceSearchError('BACKUP_REFUSED', 'backup-folder', {
          fault: (error as NodeJS.ErrnoException).code ?? 'failed',
        });
      }
      this.#run = run;
      this.#work(run);
      return run;
    } finally {
      this.#isStarting = false;
    }
  }

  /** @throws FaceSearchError BACKUP_NOT_FOUND */
  async read(name: string): Promise<{ bytes: number; stream: ReadStream }> {
    const { bytes } = await this.#existing(name);
    return { bytes, stream: createReadStream(join(this.#options.folder, name)) };
  }

  /** @throws FaceSearchError BACKUP_NOT_FOUND */
  async remove(name: string): Promise<void> {
    await this.#existing(name);
    await rm(join(this.#options.folder, name), { force: true });
    syncFolder(this.#options.folder);
  }

  /** Ends the one that is under way; nothing stays of it. */
  async close(): Promise<void> {
    if (!this.#worker) return;
    await this.#worker.terminate();
    await this.#clear();
  }

  #work(run: BackupRun): void {
    const {
      folder,
      dataFolder,
      s3,
      logger,
      workerUrl = new URL('./backup-worker.js', import.meta.url),
    } = this.#options;
    const task: BackupTask = { folder: dataFolder, file: join(folder, run.name), s3 };
    const worker = new Worker(workerUrl, { workerData: task });
    this.#worker = worker;
    worker.on('message', (news: BackupNews) => {
      if (news.kind === 'progress') {
        run.done = news.done;
        run.total = news.total;
        return;
      }
      if (news.kind === 'done') run.missing = news.result.missing;
      else run.fault = { fault: news.fault, text: news.text };
      end();
    });
    const broken = (text: string) => {
      if (run.state === 'running') run.fault ??= { fault: 'failed', text };
      end();
    };
    worker.on('error', ({ message }) => broken(message));
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
      broken('The backup was given up.');
    });
    const end = () => {
      if (run.state !== 'running') return;
      run.state = run.fault ? 'failed' : 'done';
      run.finishedAt = new Date();
      const { name, missing, fault } = run;
      if (fault) logger.error({ backup: name, ...fault }, 'no backup was made');
      else logger.info({ backup: name, missing }, 'a backup was made');
    };
  }

  async #existing(name: string): Promise<BackupFile> {
    const file = BACKUP_NAME.test(name) ? await this.#fileOf(name) : undefined;
    if (!file) throw new FaceSearchError('BACKUP_NOT_FOUND');
    return file;
  }

  async #fileOf(name: string): Promise<BackupFile | undefined> {
    const found = await stat(join(this.#options.folder, name)).catch(() => undefined);
    return found?.isFile() ? { name, createdAt: found.mtime, bytes: found.size } : undefined;
  }

  /** What earlier ones left that were killed. */
  async #clear(): Promise<void> {
    const { folder } = this.#options;
    const names = (await readdir(folder)).filter((name) => UNFINISHED.test(name));
    await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
  }

  /** The database lies there twice for a while; how much the photos are is known only when they are read. */
  async #requireSpace(): Promise<void> {
    const { folder, dataFolder, freeBytes = freeBytesOf } = this.#options;
    const database = await stat(join(dataFolder, DATABASE));
    const needed = 2 * database.size + SPARE_BYTES;
    const free = await freeBytes(folder);
    if (free >= needed) return;
    throw new FaceSearchError('BACKUP_REFUSED', 'backup-space', { free: megabytes(free), needed: megabytes(needed) });
  }
}

function runOf(name: string, startedAt: Date): BackupRun {
  return { state: 'running', name, startedAt, finishedAt: undefined, done: 0, total: 0, missing: 0, fault: undefined };
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
