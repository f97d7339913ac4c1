import { once } from 'node:events';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import { makeFolder } from '../../persistence/data-folder/durable-folder.js';
import { type AuditEntry, auditLine } from './audit-entry.js';
import { AuditError } from './audit-error.js';

/** From a failure to the next try. */
const RETRY_MS = 1_000;

export interface AuditLogOptions {
  /** Bytes after which a file becomes `<file>.1`, and that one `<file>.2`. */
  size: number;
  /** How many such files are kept beside the newest. */
  keep: number;
  logger: Pick<Logger, 'info' | 'error'>;
}

interface Line {
  text: string;
  settle: () => void;
}

/**
 * JSON lines, appended one after the other. A line that cannot be written waits in memory, before all later ones, and is
 * tried again every second. Ask `isWritable` before anything that must be audited.
 */
export class AuditLog {
  readonly #file: string;
  readonly #options: AuditLogOptions;
  readonly #lines: Line[] = [];
  #stream: RotatingFileStream | undefined;
  #writing: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #last: string | undefined;

  /**
   * Makes the file, 0600, and its folder where they are missing.
   * @throws AuditError when it cannot be written
   */
  static async open(file: string, options: AuditLogOptions): Promise<AuditLog> {
    const log = new AuditLog(file, options);
    try {
      await log.#openStream();
    } catch (error) {
      throw new AuditError(file, error);
    }
    return log;
  }

  private constructor(file: string, options: AuditLogOptions) {
    this.#file = file;
    this.#options = options;
  }

  /** False from a failed write until the lines that wait are written. */
  get isWritable(): boolean {
    return this.#retry === undefined;
  }

  /** Resolves when the line is in the file, or is known to have to wait; never rejects. */
  append(entry: AuditEntry): Promise<void> {
    return new Promise((resolve) => {
      this.#lines.push({ text: auditLine(entry, new Date()), settle: resolve });
      if (this.isWritable) this.#writing ??= this.#writeAll();
      else resolve();
    });
  }

  /** Writes what waits, if it can be written now. */
  async close(): Promise<void> {
    clearTimeout(this.#retry);
    await this.#writing;
    if (this.#lines.length > 0) await this.#writeAll();
    clearTimeout(this.#retry);
    if (this.#lines.length > 0)
      this.#options.logger.error({ lines: this.#lines.length }, 'lines of the audit log are lost');
    if (!this.#stream) return;
    const closed = once(this.#stream, 'close');
    this.#stream.end();
    await closed;
  }

  async #writeAll(): Promise<void> {
    try {
      for (let line = this.#lines[0]; line; line = this.#lines[0]) {
        await this.#write(line.text);
        this.#last = line.text;
        this.#lines.shift();
        line.settle();
      }
      if (!this.isWritable) this.#options.logger.info('the audit log is written again');
      this.#retry = undefined;
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#writing = undefined;
    }
  }

  async #write(text: string): Promise<void> {
    const stream = this.#stream ?? (await this.#openStream());
    await new Promise<void>((resolve, reject) => {
      stream.write(text, (error) => (error ? reject(error) : resolve()));
    });
  }

  async #openStream(): Promise<RotatingFileStream> {
    const { size, keep } = this.#options;
    makeFolder(dirname(this.#file));
    const stream = createStream(this.#file, { size: `${size}B`, rotate: keep, mode: 0o600 });
    await once(stream, 'open');
    // The write that failed reports it.
    stream.on('error', () => {});
    stream.once('close', () => {
      if (this.#stream === stream) this.#stream = undefined;
    });
    this.#stream = stream;
    return stream;
  }

  #fail(error: unknown): void {
    if (this.isWritable) {
      this.#options.logger.error(
        { err: new AuditError(this.#file, error) },
        'calls answer 503 until it can be written',
      );
      // On a disk that fills up the write before the one that fails may have been cut short, and counted as done.
      if (this.#last !== undefined) this.#lines.unshift({ text: `\n${this.#last}`, settle: () => {} });
      this.#last = undefined;
    }
    this.#stream = undefined;
    for (const { settle } of this.#lines) settle();
    this.#retry = setTimeout(() => {
      this.#writing ??= this.#writeAll();
    }, RETRY_MS).unref();
  }
}
