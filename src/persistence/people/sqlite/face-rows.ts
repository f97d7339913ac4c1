import { setImmediate } from 'node:timers/promises';
import type { RowEncryption } from '../../encryption/row-encryption.js';
import { MAX_TEMPLATE_FACES, type PersonRef, type PersonTemplate, type TemplateKind } from '../../template.js';
import { comparedFace, comparedTemplate } from '../compared.js';
import type { FoundPerson, PersonFaces, StoredEmbedding } from '../embedding-store.js';
import type { FaceRecord, User } from '../people-store.js';
import type { GuardedDatabase } from './guarded-database.js';
import type { Owner } from './people-rows.js';
import type { EmbeddingRow, OwnedFaceRow, Statements } from './sqlite-statements.js';

/** Faces read at a time, about 1 MB: a few milliseconds between two turns of the event loop. */
const FACES_PER_PAGE = 500;

/** Read from an index of the database only, hence many. */
const FACE_IDS_PER_PAGE = 10_000;

/** Embeddings and templates in the rows of SQLite; each function is as in EmbeddingStore or IndexSource. */
export class FaceRows {
  readonly #db: GuardedDatabase;
  readonly #sql: Statements;
  readonly #encryption: RowEncryption;

  constructor(db: GuardedDatabase, sql: Statements, encryption: RowEncryption) {
    this.#db = db;
    this.#sql = sql;
    this.#encryption = encryption;
  }

  /** Part of a transaction of the caller's. */
  recordsOf({ collectionId, userId }: Owner): FaceRecord[] {
    return this.#sql.facesOfUser.all(collectionId, userId).map(({ createdAt, objectKey, ...face }) => ({
      ...face,
      createdAt: new Date(createdAt),
      objectKey: objectKey ?? undefined,
    }));
  }

  /** Lets the event loop turn between two pages. */
  async *facesOf(collectionId: number, model: string): AsyncIterable<StoredEmbedding[]> {
    for (let page = this.facesAfter(collectionId, model, 0); ; ) {
      const last = page.at(-1);
      if (!last) return;
      yield page;
      await setImmediate();
      page = this.facesAfter(collectionId, model, last.faceId);
    }
  }

  /** One page of them; empty at the end. @param after number of a face */
  facesAfter(collectionId: number, model: string, after: number): StoredEmbedding[] {
    return this.#db.read(() =>
      this.#sql.facesPage.all(collectionId, model, after, FACES_PER_PAGE).map((row) => this.#openFace(row, model)),
    );
  }

  /** Lets the event loop turn between two pages. */
  async faceIdsOf(collectionId: number, model: string): Promise<Float64Array> {
    const pages: number[][] = [];
    for (let last: number | undefined = 0; last !== undefined; last = pages.at(-1)?.at(-1)) {
      const after = last;
      pages.push(this.#db.read(() => this.#sql.faceIdsPage.all(collectionId, model, after, FACE_IDS_PER_PAGE)));
      await setImmediate();
    }
    return Float64Array.from(pages.flat());
  }

  embeddingsOf(faceIds: readonly number[], model: string): StoredEmbedding[] {
    return this.#db.read(() =>
      this.#sql.faces.all(JSON.stringify(faceIds), model).map((row) => this.#openFace(row, model)),
    );
  }

  ownersOf(faceIds: readonly number[], kind: TemplateKind, probe: Float32Array): FoundPerson[] {
    return this.#db.read(() => {
      const people = new Map<number, FoundPerson>();
      for (const row of this.#sql.ownersOf.all({ ...kind, faceIds: JSON.stringify(faceIds) })) {
        const [faceId, , userId, embedding] = row;
        const face = this.#openFace({ faceId, userId, embedding }, kind.model);
        const known = people.get(userId);
        if (known) known.faces.push(comparedFace(probe, face, known.template));
        else people.set(userId, this.#foundPerson(row, face, kind, probe));
      }
      return [...people.values()];
    });
  }

  newestFaces(people: readonly PersonRef[], model: string): PersonFaces[] {
    return this.#db.read(() =>
      people.flatMap(({ collectionId, personId }) => {
        const rows = this.#sql.newestFaces.all(collectionId, personId, model, MAX_TEMPLATE_FACES);
        const faces = rows.reverse().map((row) => this.#openFace(row, model));
        return faces.length > 0 ? [{ collectionId, personId, faces }] : [];
      }),
    );
  }

  saveTemplates(templates: readonly PersonTemplate[], model: string): number {
    return this.#db.write(() => {
      let saved = 0;
      for (const one of templates) {
        const { collectionId, personId, template } = one;
        const newest = this.#sql.newestFaceIds.all(collectionId, personId, model, MAX_TEMPLATE_FACES);
        const isOfThem = newest.length === template.mus.size && newest.every((faceId) => template.mus.has(faceId));
        if (newest.length === 0 || !isOfThem) continue;
        this.#sql.saveTemplate.run(personId, model, template.cohort, this.#encryption.encryptTemplate(one, model));
        saved++;
      }
      return saved;
    });
  }

  peopleWithoutTemplate(collectionId: number, kind: TemplateKind, after: number, limit: number): PersonRef[] {
    const ids = this.#db.read(() => this.#sql.withoutTemplate.all({ collectionId, ...kind, after, limit }));
    return ids.map((personId) => ({ collectionId, personId }));
  }

  #foundPerson(
    [, collectionId, userId, , template, clientId, name, encrypted]: OwnedFaceRow,
    face: StoredEmbedding,
    kind: TemplateKind,
    probe: Float32Array,
  ): FoundPerson {
    const [db, encryption] = [this.#db, this.#encryption];
    const kept = template ? encryption.decryptTemplate(userId, kind, template) : undefined;
    return {
      collectionId,
      personId: userId,
      faces: [comparedFace(probe, face, kept)],
      template: kept && comparedTemplate(probe, kept),
      // Of those who are looked at only the most similar are told.
      get user(): User {
        return db.read(() => encryption.decryptUser({ userId, clientId, name, encrypted }));
      },
    };
  }

  #openFace({ faceId, userId, embedding }: EmbeddingRow, model: string): StoredEmbedding {
    return { faceId, embedding: this.#encryption.decryptEmbedding(userId, model, embedding) };
  }
}
