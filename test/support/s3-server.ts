import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';
import { afterAll, beforeAll } from 'vitest';
import type { S3Options } from '../../src/persistence/photos/s3/s3-bucket.js';
import { S3ObjectStore } from '../../src/persistence/photos/s3/s3-object-store.js';

const BUCKET = 'photos';

/** A server that speaks S3, checks signatures and keeps objects in a folder, inside the test's process. */
export class TestS3 {
  readonly #folder: string;
  #server: S3rver;
  readonly port: number;

  static async start(): Promise<TestS3> {
    const folder = await mkdtemp(join(tmpdir(), 'facesearch-s3-'));
    const server = await listen(folder, 0);
    return new TestS3(folder, server.s3, server.port);
  }

  private constructor(folder: string, server: S3rver, port: number) {
    this.#folder = folder;
    this.#server = server;
    this.port = port;
  }

  get options(): S3Options {
    return {
      endpoint: `http://127.0.0.1:${this.port}`,
      bucket: BUCKET,
      region: 'us-east-1',
      // The only account that the server has.
      accessKey: 'S3RVER',
      secretKey: 'S3RVER',
      timeout: 10_000,
    };
  }

  /** For a server that uses it. */
  get env(): Record<string, string> {
    const { endpoint, bucket, accessKey, secretKey } = this.options;
    return { S3_ENDPOINT: endpoint, S3_BUCKET: bucket, S3_ACCESS_KEY: accessKey, S3_SECRET_KEY: secretKey };
  }

  /** A store on this bucket, as another server would have it. */
  store(options: Partial<S3Options> = {}): S3ObjectStore {
    return new S3ObjectStore({ ...this.options, ...options });
  }

  /** Leaves an empty bucket. */
  async clear(): Promise<void> {
    const store = this.store();
    for await (const key of store.keys()) await store.delete(key);
  }

  /** Ends every connection and takes no new one. */
  async goAway(): Promise<void> {
    const { httpServer } = this.#server as unknown as { httpServer: Server };
    httpServer.closeAllConnections();
    await this.#server.close();
  }

  async comeBack(): Promise<void> {
    this.#server = (await listen(this.#folder, this.port)).s3;
  }

  async stop(): Promise<void> {
    await this.goAway();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function listen(directory: string, port: number): Promise<{ s3: S3rver; port: number }> {
  const s3 = new S3rver({
    address: '127.0.0.1',
    port,
    silent: true,
    directory,
    configureBuckets: [{ name: BUCKET, configs: [] }],
  });
  return { s3, port: (await s3.run()).port };
}

/** One for all tests of a file or group. */
export function useTestS3(): () => TestS3 {
  let s3: TestS3 | undefined;
  beforeAll(async () => {
    s3 = await TestS3.start();
  });
  afterAll(() => s3?.stop());
  return () => {
    if (!s3) throw new Error('the service is there while tests run');
    return s3;
  };
}
