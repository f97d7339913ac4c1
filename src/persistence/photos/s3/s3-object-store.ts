import { StoreError } from '../../store-error.js';
import { assertObjectKey, isObjectKey, type ObjectStore } from '../object-store.js';
import { S3Bucket, type S3Options } from './s3-bucket.js';
import { textsOf } from './s3-xml.js';

/** Written and deleted to see whether the bucket can be used. */
const PROBE = 'startup-check';

/**
 * Objects in a bucket that no other program writes to, each by one PUT: it is there complete when the service has confirmed it, or
 * not at all, and no part of it is left. Any number of servers may use it.
 */
export class S3ObjectStore implements ObjectStore {
  readonly #bucket: S3Bucket;

  /** Without asking the service anything. */
  constructor(options: S3Options) {
    this.#bucket = new S3Bucket(options);
  }

  /**
   * Whether objects can be listed, written, and deleted for good.
   * @throws StoreError that says what is wrong with the bucket
   */
  async check(): Promise<void> {
    await this.#page({ 'max-keys': '1' });
    const put = await this.#bucket.send({ method: 'PUT', key: PROBE, body: Buffer.from('facesearch') });
    const version = put?.headers.get('x-amz-version-id');
    await this.#bucket.send({ method: 'DELETE', key: PROBE, ...(version && { query: { versionId: version } }) });
    if (isVersion(version)) throw this.#keepsVersions();
  }

  async put(key: string, bytes: Buffer): Promise<void> {
    assertObjectKey(key);
    const done = await this.#bucket.send({ method: 'PUT', key, body: bytes });
    if (!done) throw new StoreError('failed', this.#bucket.subject, { detail: 'the service did not store a photo' });
  }

  async get(key: string): Promise<Buffer | undefined> {
    assertObjectKey(key);
    return (await this.#bucket.send({ method: 'GET', key }))?.body;
  }

  async delete(key: string): Promise<void> {
    assertObjectKey(key);
    const done = await this.#bucket.send({ method: 'DELETE', key });
    // Somebody has switched versions on since the check: what was deleted is still there, under a number.
    if (done?.headers.get('x-amz-delete-marker') === 'true' && isVersion(done.headers.get('x-amz-version-id')))
      throw this.#keepsVersions();
  }

  async *keys(): AsyncIterable<string> {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: { keys: string[]; isLast: boolean } = await this.#page(after === '' ? {} : { marker: after });
      for (const key of page.keys) if (isObjectKey(key) && key !== PROBE) yield key;
      after = page.isLast ? undefined : page.keys.at(-1);
    }
  }

  /** At most 1,000 keys, which is what one answer holds. The first version of this call is the one that every service has. */
  async #page(query: Record<string, string>): Promise<{ keys: string[]; isLast: boolean }> {
    const answer = await this.#bucket.send({ method: 'GET', query });
    const xml = answer?.body.toString('utf8') ?? '';
    if (!xml.includes('<ListBucketResult'))
      throw new StoreError('failed', this.#bucket.subject, {
        detail: 'what answers there is no S3-compatible service',
      });
    return { keys: textsOf(xml, 'Key'), isLast: textsOf(xml, 'IsTruncated')[0] !== 'true' };
  }

  #keepsVersions(): StoreError {
    const detail =
      'it keeps versions, so nothing in it can be erased; take a bucket without versioning, or suspend it and remove the old versions';
    return new StoreError('failed', this.#bucket.subject, { detail });
  }
}

/** A bucket whose versioning is suspended writes and deletes the version `null` itself. */
function isVersion(id: string | null | undefined): boolean {
  return id !== null && id !== undefined && id !== '' && id !== 'null';
}
