import { createHmac } from 'node:crypto';
import type { User } from '../people/people-store.js';
import type { PersonTemplate, Template, TemplateKind } from '../template.js';
import { AesGcmCipher, type DataCipher, DecryptionError } from './data-cipher.js';
import type { DataKey } from './data-key.js';
import { embeddingToBlob, storedEmbedding } from './embedding-blob.js';
import { blobToTemplate, templateToBlob } from './template-blob.js';

/** A user as it lies in the database. */
export interface UserRow {
  userId: number;
  /** The client's id; with a data key, a keyed hash of it. */
  clientId: string;
  /** Empty with a data key. */
  name: string;
  /** With a data key: id and name, encrypted. */
  encrypted: Buffer | null;
}

/** How people and faces are written into rows: plain, or encrypted with a data key. Encrypted values are bound to their row. */
export class RowEncryption {
  readonly #cipher: DataCipher | undefined;
  readonly #lookupKey: Buffer | undefined;

  /** @param key undefined for plain rows */
  constructor(key: DataKey | undefined) {
    this.#cipher = key && new AesGcmCipher(key);
    this.#lookupKey = key?.derive('look-up of user ids');
  }

  /**
   * What a user is found by. With a key, an HMAC-SHA-256 in base64url: equal ids of two collections look different, and
   * nobody without the key can try ids.
   */
  clientId(collectionId: number, id: string): string {
    if (!this.#lookupKey) return id;
    return createHmac('sha256', this.#lookupKey).update(`${collectionId}/${id}`, 'utf8').digest('base64url');
  }

  /** What lies in the column of names. */
  plainName({ name }: User): string {
    return this.#cipher ? '' : name;
  }

  /** Null without a key. */
  encryptUser(userId: number, clientId: string, { id, name }: User): Buffer | null {
    return this.#cipher?.encrypt(Buffer.from(JSON.stringify([id, name])), userContext(userId, clientId)) ?? null;
  }

  /** @throws DecryptionError */
  decryptUser({ userId, clientId, name, encrypted }: UserRow): User {
    const context = userContext(userId, clientId);
    if (!this.#cipher) {
      if (encrypted) throw new DecryptionError(context, 'there is no data key');
      return { id: clientId, name };
    }
    const text = this.#cipher.decrypt(encrypted ?? Buffer.alloc(0), context).toString('utf8');
    const [id, decryptedName] = JSON.parse(text) as [string, string];
    return { id, name: decryptedName };
  }

  /** @throws RangeError when the embedding is not 512 numbers long */
  encryptEmbedding(userId: number, model: string, embedding: Float32Array): Buffer {
    const blob = embeddingToBlob(embedding);
    return this.#cipher?.encrypt(blob, faceContext(userId, model)) ?? blob;
  }

  /** @throws DecryptionError, or another StoreError when the embedding is damaged */
  decryptEmbedding(userId: number, model: string, blob: Uint8Array): Float32Array {
    return storedEmbedding(this.#cipher?.decrypt(blob, faceContext(userId, model)) ?? blob);
  }

  encryptTemplate({ personId, template }: PersonTemplate, model: string): Buffer {
    const blob = templateToBlob(template);
    return this.#cipher?.encrypt(blob, templateContext(personId, { model, cohort: template.cohort })) ?? blob;
  }

  /** What a webhook's requests go to and are signed with, as JSON. */
  encryptTarget(webhookId: number, text: string): Buffer {
    return this.#encryptText(text, `webhook/${webhookId}`);
  }

  /** @throws DecryptionError */
  decryptTarget(webhookId: number, blob: Buffer): string {
    return this.#decryptText(blob, `webhook/${webhookId}`);
  }

  /** What an event tells, as JSON. */
  encryptEvent(eventId: string, text: string): Buffer {
    return this.#encryptText(text, `event/${eventId}`);
  }

  /** @throws DecryptionError */
  decryptEvent(eventId: string, blob: Buffer): string {
    return this.#decryptText(blob, `event/${eventId}`);
  }

  /** The secret of an account's second factor, in base32. */
  encryptTotp(accountId: number, secret: string): Buffer {
    return this.#encryptText(secret, `second factor of account/${accountId}`);
  }

  /** @throws DecryptionError */
  decryptTotp(accountId: number, blob: Buffer): string {
    return this.#decryptText(blob, `second factor of account/${accountId}`);
  }

  /** Undefined where another version of the server kept it. @throws DecryptionError, or another StoreError */
  decryptTemplate(userId: number, kind: TemplateKind, blob: Buffer): Template | undefined {
    return blobToTemplate(this.#cipher?.decrypt(blob, templateContext(userId, kind)) ?? blob, kind.cohort);
  }

  #encryptText(text: string, context: string): Buffer {
    const plain = Buffer.from(text, 'utf8');
    return this.#cipher?.encrypt(plain, context) ?? plain;
  }

  #decryptText(blob: Buffer, context: string): string {
    return (this.#cipher?.decrypt(blob, context) ?? blob).toString('utf8');
  }
}

/** Nobody may be found by the hash of another's id. */
function userContext(userId: number, clientId: string): string {
  return `user/${userId}/${clientId}`;
}

/** A face may be taken neither to another user nor to another model, whose vectors mean something else. */
function faceContext(userId: number, model: string): string {
  return `face of user/${userId}/${model}`;
}

/** A template may be taken to another cohort no more than to another user: its means would mislead. */
function templateContext(userId: number, { model, cohort }: TemplateKind): string {
  return `template of user/${userId}/${model}/${cohort}`;
}
