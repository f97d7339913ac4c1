import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { InputError } from '../../util/input-error.js';
import type { ApiKeyStore, Caller, NewKey } from './api-key-store.js';
import { allPermissions, type Permission, tenantPermissions } from './permissions.js';

/** A key that the configuration lists, kept as its hash only. */
export interface ConfiguredKey {
  /** `configured-` and the item's position, from 1. */
  keyId: string;
  tenant: string;
  /** 32 bytes. */
  sha256: Buffer;
}

/** The last use of a key is noted this often at most, so that a search costs no write. */
const USE_NOTED_MS = 10 * 60_000;

/** Keys are long and random, so one round of SHA-256 is enough: there is nothing to guess. */
export function hashKey(key: string): Buffer {
  return createHash('sha256').update(key, 'utf8').digest();
}

/** 256 random bits in base64url; the prefix lets secret scanners and people recognise it. */
export function generateKey(): string {
  return `fsk_${randomBytes(32).toString('base64url')}`;
}

/**
 * Reads `API_KEYS`: items separated by commas, each `tenant:key` or a bare key. The first colon of an item splits it,
 * so a key may contain colons when its tenant is named, and a bare key may not. Space around items is ignored.
 * The tenant of a bare key is `key-` and the first 16 hex digits of its SHA-256.
 * @throws Error that gives the item's position, never its text
 */
export function parseApiKeys(text: string): ConfiguredKey[] {
  if (text.trim() === '') return [];
  const keys = text.split(',').map((item, i) => parseItem(item.trim(), i + 1));
  const seen = new Set<string>();
  for (const [i, { sha256 }] of keys.entries()) {
    const hash = sha256.toString('hex');
    if (seen.has(hash)) throw new Error(`item ${i + 1} repeats an earlier key`);
    seen.add(hash);
  }
  return keys;
}

function parseItem(item: string, position: number): ConfiguredKey {
  const colon = item.indexOf(':');
  const key = item.slice(colon + 1).trim();
  const tenant = item.slice(0, Math.max(colon, 0)).trim();
  if (key === '') throw new Error(`item ${position} has no key`);
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new Error(`item ${position} has a key that a header cannot carry: use printable ASCII without spaces`);
  }
  if (colon === 0) throw new Error(`item ${position} has no tenant before the colon`);
  const sha256 = hashKey(key);
  return {
    keyId: `configured-${position}`,
    tenant: colon < 0 ? `key-${sha256.toString('hex').slice(0, 16)}` : tenant,
    sha256,
  };
}

/** What is said of a key that is about to be made; without permissions it has all of a tenant's. */
export interface KeyWish extends Pick<NewKey, 'tenant'> {
  label?: string;
  permissions?: readonly Permission[] | undefined;
  expiresAt?: Date | undefined;
}

/**
 * Makes a key and stores its hash.
 * @returns the key itself: the only time that it is shown
 */
export async function createKey(
  store: ApiKeyStore,
  { tenant, label = '', permissions = tenantPermissions, expiresAt }: KeyWish,
): Promise<string> {
  const key = generateKey();
  await store.addKey({ tenant, sha256: hashKey(key), label, permissions, expiresAt });
  return key;
}

/**
 * When a key expires: `90d` from now, or the start of a day in UTC such as `2027-01-31`.
 * @throws InputError
 */
export function expiryOf(text: string, now: Date): Date {
  const days = /^([1-9]\d{0,4})d$/.exec(text)?.[1];
  if (days !== undefined) return new Date(now.getTime() + Number(days) * 86_400_000);
  const date = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? text : Number.NaN);
  // A 31 February would become a day of March.
  if (Number.isNaN(date.getTime()) || !date.toISOString().startsWith(text))
    throw new InputError('--expires must look like 90d or 2027-01-31');
  if (date <= now) throw new InputError('--expires must lie in the future');
  return date;
}

function keyCheck({ sha256 }: ConfiguredKey, token: string): Buffer {
  return createHmac('sha256', token).update(sha256).digest();
}

/** Tells whom a request's key stands for: the configuration's keys first, then the store's. */
export class KeyRing {
  readonly #store: ApiKeyStore;
  readonly #configured: readonly ConfiguredKey[];
  /** When the use of a stored key was noted last, in milliseconds since 1970. */
  readonly #noted = new Map<string, number>();

  constructor(store: ApiKeyStore, configured: readonly ConfiguredKey[]) {
    this.#store = store;
    this.#configured = configured;
  }

  /** Undefined for a key that is unknown, revoked or expired. Nothing is kept, so a revoked key stops at once. */
  async callerOf(key: string): Promise<Caller | undefined> {
    const sha256 = hashKey(key);
    let caller: Caller | undefined;
    // Looks at every key, whichever matches: the time taken says nothing about which one it was.
    for (const configured of this.#configured) {
      if (timingSafeEqual(configured.sha256, sha256))
        caller = { keyId: configured.keyId, tenant: configured.tenant, permissions: tenantPermissions };
    }
    if (caller) return caller;
    // The store looks a hash up, not a key: how long that takes says nothing that helps to find a key.
    caller = await this.#store.findCallerByKeyHash(sha256);
    if (caller) this.#noteUse(caller.keyId);
    return caller;
  }

  /**
   * What a session keeps of a configured key, to see later that the key is still there: an HMAC by the session's token,
   * of which the database has a hash only, so that nobody who reads the database can try keys. Undefined for another key.
   */
  checkOf(key: string, token: string): Buffer | undefined {
    const sha256 = hashKey(key);
    const configured = this.#configured.find((each) => timingSafeEqual(each.sha256, sha256));
    return configured && keyCheck(configured, token);
  }

  /** Whom the key of a session stands for now; undefined when it was revoked, has expired or is no longer configured. */
  async callerOfSession(keyId: string, check: Buffer | undefined, token: string): Promise<Caller | undefined> {
    if (check === undefined) return this.#store.findCallerByKeyId(Number(keyId));
    const configured = this.#configured.find((each) => timingSafeEqual(keyCheck(each, token), check));
    return configured && { keyId: configured.keyId, tenant: configured.tenant, permissions: tenantPermissions };
  }

  /** Nobody waits for the note, and a request is served without it where the store cannot write. */
  #noteUse(keyId: string): void {
    const now = Date.now();
    if (now - (this.#noted.get(keyId) ?? 0) < USE_NOTED_MS) return;
    this.#noted.set(keyId, now);
    this.#store.noteKeyUse(keyId, new Date(now)).catch(() => undefined);
  }

  /**
   * Makes a key for the tenant `default` when there has never been one. A store whose keys were all revoked gets no
   * new one: somebody revoked them on purpose.
   * @returns the new key, to be shown once
   */
  async ensureFirstKey(): Promise<string | undefined> {
    if (this.#configured.length > 0) return undefined;
    const key = generateKey();
    const added = await this.#store.addFirstKey({
      tenant: 'default',
      sha256: hashKey(key),
      label: 'made at first start',
      permissions: allPermissions,
      expiresAt: undefined,
    });
    return added ? key : undefined;
  }
}
