import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import { s3AnswerError, s3NetworkError } from './s3-error.js';

export interface S3Options {
  /** Origin of the service, such as https://s3.eu-central-1.amazonaws.com or http://minio:9000. */
  endpoint: string;
  bucket: string;
  region: string;
  accessKey: string;
  secretKey: string;
  /** Milliseconds that one try of a request may take. */
  timeout: number;
}

export interface S3Request {
  method: 'GET' | 'PUT' | 'DELETE';
  /** Of the object; absent for the bucket itself. */
  key?: string;
  query?: Readonly<Record<string, string>>;
  body?: Buffer;
}

export interface S3Answer {
  headers: Headers;
  body: Buffer;
}

/** Tries of one request. All of them say what shall be, so that two do what one does. */
const TRIES = 3;

/** Before the second try; twice as long before the next. */
const FIRST_WAIT_MS = 100;

/** A bucket of an S3-compatible service, addressed by path. Requests are signed with their bodies' SHA-256. */
export class S3Bucket {
  readonly #client: AwsClient;
  readonly #url: string;
  readonly #timeout: number;
  /** For messages. */
  readonly subject: string;

  constructor({ endpoint, bucket, region, accessKey, secretKey, timeout }: S3Options) {
    this.#client = new AwsClient({ accessKeyId: accessKey, secretAccessKey: secretKey, service: 's3', region });
    this.#url = `${new URL(endpoint).origin}/${bucket}`;
    this.#timeout = timeout;
    this.subject = `The bucket ${bucket} at ${new URL(endpoint).host}`;
  }

  /**
   * Tried again when the network or the service fails.
   * @returns undefined when there is no such object
   * @throws StoreError
   */
  async send(request: S3Request): Promise<S3Answer | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        const response = await this.#try(request);
        const body = Buffer.from(await response.arrayBuffer());
        if (response.ok) return { headers: response.headers, body };
        const { error, isMissing, isPassing } = s3AnswerError(response.status, body.toString('utf8'), this.subject);
        if (isMissing) return undefined;
        if (!isPassing || attempt === TRIES) throw error;
      } catch (error) {
        const failure = s3NetworkError(error, this.subject);
        if (!failure.isPassing || attempt === TRIES) throw failure.error;
      }
      await setTimeout(FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  }

  async #try({ method, key, query = {}, body }: S3Request): Promise<Response> {
    const url = new URL(key === undefined ? this.#url : `${this.#url}/${key}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const sha256 = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    const signed = await this.#client.sign(url, {
      method,
      headers: { 'x-amz-content-sha256': sha256 },
      ...(body && { body: Uint8Array.from(body) }),
      // The secret is for this host only.
      redirect: 'manual',
    });
    return fetch(signed, { signal: AbortSignal.timeout(this.#timeout) });
  }
}
