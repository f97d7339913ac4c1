import { FaceSearchError } from '../core/errors.js';
import type { ApiKeyStore, Caller, StoredKey } from '../persistence/keys/api-key-store.js';
import { createKey, hashKey } from '../persistence/keys/api-keys.js';
import type { Permission } from '../persistence/keys/permissions.js';

type Changer = Pick<Caller, 'tenant' | 'permissions'>;

/** API keys of a tenant, as its administrators see and change them. Those of API_KEYS are not among them. */
export class TenantKeys {
  readonly #store: ApiKeyStore;

  constructor(store: ApiKeyStore) {
    this.#store = store;
  }

  /** The oldest first, revoked ones included. @throws StoreError */
  async list(tenant: string): Promise<StoredKey[]> {
    return (await this.#store.listKeys()).filter((key) => key.tenant === tenant);
  }

  /**
   * @returns the key, which is shown only now, and its number
   * @throws FaceSearchError NOT_PERMITTED for permissions that the maker does not have; StoreError
   */
  async create(
    by: Changer,
    wish: { label: string; permissions: readonly Permission[]; expiresAt: Date | undefined },
  ): Promise<{ keyId: number; key: string }> {
    requireOwn(by, wish.permissions);
    const key = await createKey(this.#store, { tenant: by.tenant, ...wish });
    const caller = await this.#store.findCallerByKeyHash(hashKey(key));
    return { keyId: Number(caller?.keyId), key };
  }

  /** @throws FaceSearchError KEY_NOT_FOUND or NOT_PERMITTED; StoreError */
  async revoke(by: Changer, keyId: number): Promise<void> {
    const key = (await this.list(by.tenant)).find((each) => each.keyId === keyId);
    if (!key || key.revokedAt) throw new FaceSearchError('KEY_NOT_FOUND');
    requireOwn(by, key.permissions);
    if (!(await this.#store.revokeKey(keyId))) throw new FaceSearchError('KEY_NOT_FOUND');
  }
}

function requireOwn({ permissions: own }: Changer, permissions: readonly Permission[]): void {
  if (!permissions.every((permission) => own.includes(permission)))
    throw new FaceSearchError('NOT_PERMITTED', 'more-than-own');
}
