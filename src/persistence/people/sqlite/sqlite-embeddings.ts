import type { RowEncryption } from '../../encryption/row-encryption.js';
import { SqliteKeys } from '../../keys/sqlite-keys.js';
import type { Database } from '../../sqlite.js';
import type { PersonRef, PersonTemplate, StoredCohort, TemplateKind } from '../../template.js';
import type {
  EmbeddingStore,
  FoundPerson,
  IndexSource,
  PersonFaces,
  PersonWithUser,
  StoredCollection,
  StoredEmbedding,
} from '../embedding-store.js';
import type { CollectionRef } from '../people-store.js';
import { CohortRows } from './cohort-rows.js';
import { FaceRows } from './face-rows.js';
import type { GuardedDatabase } from './guarded-database.js';
import type { PeopleRows } from './people-rows.js';
import type { Statements } from './sqlite-statements.js';

/** What of the store in SQLite is about embeddings, beside the keys. */
export class SqliteEmbeddings extends SqliteKeys implements EmbeddingStore, IndexSource {
  readonly #db: GuardedDatabase;
  readonly #sql: Statements;
  readonly #rows: PeopleRows;
  protected readonly faces: FaceRows;
  readonly #cohorts: CohortRows;

  constructor(raw: Database, db: GuardedDatabase, sql: Statements, rows: PeopleRows, encryption: RowEncryption) {
    super(raw, db, sql, rows, encryption);
    this.#db = db;
    this.#sql = sql;
    this.#rows = rows;
    this.faces = new FaceRows(db, sql, encryption);
    this.#cohorts = new CohortRows(db, sql, encryption);
  }

  async listCollections(): Promise<StoredCollection[]> {
    return this.#db.read(() => this.#sql.listCollections.all());
  }

  async findCollection(collection: CollectionRef): Promise<StoredCollection | undefined> {
    const collectionId = this.#db.read(() => this.#rows.collectionId(collection));
    return collectionId === undefined ? undefined : { ...collection, collectionId };
  }

  facesOf(collectionId: number, model: string): AsyncIterable<StoredEmbedding[]> {
    return this.faces.facesOf(collectionId, model);
  }

  /** One page of what `facesOf` gives; empty at the end. @param after number of a face */
  async facesAfter(collectionId: number, model: string, after: number): Promise<StoredEmbedding[]> {
    return this.faces.facesAfter(collectionId, model, after);
  }

  faceIdsOf(collectionId: number, model: string): Promise<Float64Array> {
    return this.faces.faceIdsOf(collectionId, model);
  }

  async embeddingsOf(faceIds: readonly number[], model: string): Promise<StoredEmbedding[]> {
    return this.faces.embeddingsOf(faceIds, model);
  }

  async ownersOf(faceIds: readonly number[], kind: TemplateKind, probe: Float32Array): Promise<FoundPerson[]> {
    return this.faces.ownersOf(faceIds, kind, probe);
  }

  async newestFaces(people: readonly PersonRef[], model: string): Promise<PersonFaces[]> {
    return this.faces.newestFaces(people, model);
  }

  async saveTemplates(templates: readonly PersonTemplate[], model: string): Promise<number> {
    return this.faces.saveTemplates(templates, model);
  }

  async peopleWithoutTemplate(
    collectionId: number,
    kind: TemplateKind,
    after: number,
    limit: number,
  ): Promise<PersonRef[]> {
    return this.faces.peopleWithoutTemplate(collectionId, kind, after, limit);
  }

  async peopleWithFaces(collectionId: number, model: string, after: number, limit: number): Promise<PersonWithUser[]> {
    return this.#cohorts.peopleWithFaces(collectionId, model, after, limit);
  }

  async findCohort(tenant: string, model: string): Promise<StoredCohort | undefined> {
    return this.#cohorts.find(tenant, model);
  }

  async saveCohort(tenant: string, model: string, cohort: StoredCohort): Promise<boolean> {
    return this.#cohorts.save(tenant, model, cohort);
  }

  async countFacesByModel(): Promise<Map<string, number>> {
    const rows = this.#db.read(() => this.#sql.countFacesByModel.all());
    return new Map(rows.map(({ model, faces }) => [model, faces]));
  }
}
