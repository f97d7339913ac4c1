import { createHash, randomUUID } from 'node:crypto';
import { PostgresKeys } from '../../keys/postgres-keys.js';
import type { PendingObjects } from '../../photos/photo-outbox.js';
import type { Store } from '../../store.js';
import type { PersonRef, PersonTemplate, StoredCohort, TemplateKind } from '../../template.js';
import { PostgresWebhooks } from '../../webhooks/postgres-webhooks.js';
import type {
  FoundPerson,
  PersonFaces,
  PersonWithUser,
  Searcher,
  SearchingStore,
  StoredCollection,
} from '../embedding-store.js';
import type { CollectionCount, CollectionRef, Erased, FaceRecord, NewFace, StoredFace, User } from '../people-store.js';
import { PostgresAttendance } from './attendance.js';
import { findCohort, peopleWithFaces, saveCohort } from './cohorts.js';
import { CollectionSizes } from './collection-sizes.js';
import { type DatabaseOptions, PostgresDatabase, type RunQuery } from './database.js';
import { fillIdForms } from './id-forms.js';
import { migrate } from './migrate.js';
import type { VectorType } from './migrations.js';
import { pendingObjects } from './pending-objects.js';
import { PeopleWriter } from './people.js';
import { PostgresScales } from './scales.js';
import { fillSearchColumns } from './search-columns.js';
import { PostgresStaged } from './staged.js';
import { newestFaces, peopleWithoutTemplate, saveTemplates } from './templates.js';
import { refuseUnfinishedMove } from './unfinished-move.js';
import { PostgresUserPages } from './user-pages.js';
import { bytes, type PostgresUserRow, userOf } from './user-row.js';

/** Up to about so many faces are counted one by one; of more, PostgreSQL's own estimate is told. */
const FACES_COUNTED = 50_000;

/** The code of two rows that a unique index keeps apart. */
const UNIQUE_VIOLATION = '23505';

/** Users listed at a time. */
const USERS_PER_PAGE = 1000;

/**
 * The store in PostgreSQL with pgvector, for any number of servers at a time; nothing that another must know is kept
 * here. Deleted rows stay in the files of the database until it vacuums them.
 * Calls reject with a StoreError when the database cannot do what is asked; nothing has changed then, unless its
 * trouble is `uncertain`.
 */
export class PostgresStore extends PostgresKeys implements Store, SearchingStore {
  readonly scales: PostgresScales;
  readonly webhooks: PostgresWebhooks;
  readonly staged: PostgresStaged;
  readonly attendance: PostgresAttendance;
  readonly userPages: PostgresUserPages;
  readonly #db: PostgresDatabase;
  /** This server's name for what it announces. */
  readonly #node = randomUUID();
  readonly #sizes = new CollectionSizes();

  /** Without asking the database anything: calls before `migrate` fail. */
  constructor(options: DatabaseOptions) {
    const db = new PostgresDatabase(options);
    super(db);
    this.#db = db;
    this.scales = new PostgresScales(db);
    this.webhooks = new PostgresWebhooks(db);
    this.staged = new PostgresStaged(db);
    this.attendance = new PostgresAttendance(db);
    this.userPages = new PostgresUserPages(db);
  }

  /**
   * Brings the schema to this version.
   * @param vectors see migrate.ts
   * @throws StoreError, or Error with a message for the operator
   */
  async migrate(vectors?: VectorType): Promise<void> {
    await migrate(this.#db, vectors);
    await refuseUnfinishedMove(this.#db);
    await fillIdForms(this.#db);
    await fillSearchColumns(this.#db);
  }

  async saveUser(collection: CollectionRef, user: User): Promise<boolean> {
    try {
      return await this.#change(async (people) => {
        if (await people.hasOtherForm(collection, user.id)) return false;
        await people.saveUser(collection, user);
        return true;
      });
    } catch (error) {
      // Somebody else made the other one meanwhile.
      if ((error as { code?: string }).code === UNIQUE_VIOLATION) return false;
      throw error;
    }
  }

  async findUser(collection: CollectionRef, userId: string): Promise<User | undefined> {
    const [row] = await this.#usersOf(collection, 'AND u.client_hash = sha256($3)', [bytes(userId)]);
    return row;
  }

  listUsers(collection: CollectionRef): Promise<User[]> {
    return this.#usersOf(collection, 'ORDER BY u.user_id', []);
  }

  addFace(collection: CollectionRef, userId: string, face: NewFace): Promise<StoredFace | undefined> {
    return this.#change((people) => people.addFace(collection, userId, face));
  }

  addUserWithFace(collection: CollectionRef, user: User, face: NewFace): Promise<StoredFace> {
    return this.#change((people) => people.addUserWithFace(collection, user, face));
  }

  deleteFaces(collection: CollectionRef, userId: string): Promise<Erased | undefined> {
    return this.#change((people) => people.deleteFaces(collection, userId));
  }

  deleteFace(collection: CollectionRef, userId: string, faceId: number): Promise<Erased | undefined> {
    return this.#change((people) => people.deleteFace(collection, userId, faceId));
  }

  deleteUser(collection: CollectionRef, userId: string): Promise<Erased | undefined> {
    return this.#change((people) => people.deleteUser(collection, userId));
  }

  async listAutoCreatedBefore(time: Date): Promise<(CollectionRef & { userId: string })[]> {
    const rows = await this.#db.run<{ tenant: Buffer; collection: Buffer; userId: Buffer }>(
      `SELECT t.name AS tenant, c.name AS collection, u.client_id AS "userId"
       FROM users u JOIN collections c USING (collection_id) JOIN tenants t USING (tenant_id)
       WHERE u.enrolled_at < $1 ORDER BY u.enrolled_at LIMIT $2`,
      [time, USERS_PER_PAGE],
    );
    return rows.map(({ tenant, collection, userId }) => ({
      tenant: tenant.toString('utf8'),
      collection: collection.toString('utf8'),
      userId: userId.toString('utf8'),
    }));
  }

  deleteAutoCreatedBefore(time: Date, collection: CollectionRef, userId: string): Promise<Erased | undefined> {
    return this.#change((people) => people.deleteAutoCreatedBefore(time, collection, userId));
  }

  deleteCollection(collection: CollectionRef): Promise<{ collectionId: number } | undefined> {
    return this.#change((people) => people.deleteCollection(collection));
  }

  /** A collection is erased by its deletion, in short statements: they hold up nobody who is not of the collection. */
  async eraseDeleted(): Promise<undefined> {
    return undefined;
  }

  nearestPeople(
    collection: CollectionRef,
    kind: TemplateKind,
    probe: Float32Array,
    k: number,
  ): Promise<{ people: FoundPerson[]; faces: number }> {
    return new PeopleWriter(this.#db.run, this.#isLarge).nearestPeople(collection, kind, probe, k);
  }

  newestFaces(people: readonly PersonRef[], model: string): Promise<PersonFaces[]> {
    return newestFaces(this.#db.run, people, model);
  }

  saveTemplates(templates: readonly PersonTemplate[], model: string): Promise<number> {
    return this.#db.transaction((run) => saveTemplates(run, templates, model));
  }

  peopleWithoutTemplate(collectionId: number, kind: TemplateKind, after: number, limit: number): Promise<PersonRef[]> {
    return peopleWithoutTemplate(this.#db.run, collectionId, kind, after, limit);
  }

  peopleWithFaces(collectionId: number, model: string, after: number, limit: number): Promise<PersonWithUser[]> {
    return peopleWithFaces(this.#db.run, collectionId, model, after, limit);
  }

  findCohort(tenant: string, model: string): Promise<StoredCohort | undefined> {
    return findCohort(this.#db.run, tenant, model);
  }

  saveCohort(tenant: string, model: string, cohort: StoredCohort): Promise<boolean> {
    return this.#db.transaction((run) => saveCohort(run, tenant, model, cohort));
  }

  inTurn<T>(collection: CollectionRef, work: (store: Searcher) => Promise<T>): Promise<T> {
    const { tenant, collection: name } = collection;
    const lock = createHash('sha256')
      .update(JSON.stringify([tenant, name]))
      .digest();
    return this.#db.transaction(async (run) => {
      await run('SELECT pg_advisory_xact_lock($1, $2)', [lock.readInt32BE(0), lock.readInt32BE(4)]);
      return this.#written(run, work);
    });
  }

  async facesOfUser({ tenant, collection }: CollectionRef, userId: string): Promise<FaceRecord[]> {
    const rows = await this.#db.run<Omit<FaceRecord, 'objectKey'> & { objectKey: string | null }>(
      `SELECT f.face_id AS "faceId", f.model, f.created_at AS "createdAt", f.object_key AS "objectKey"
       FROM faces f JOIN users u USING (collection_id, user_id) JOIN collections c USING (collection_id)
         JOIN tenants t USING (tenant_id)
       WHERE t.name_hash = sha256($1) AND c.name_hash = sha256($2) AND u.client_hash = sha256($3) ORDER BY f.face_id`,
      [bytes(tenant), bytes(collection), bytes(userId)],
    );
    return rows.map((row) => ({ ...row, objectKey: row.objectKey ?? undefined }));
  }

  async countPeople(tenant: string): Promise<CollectionCount[]> {
    const rows = await this.#db.run<{ collection: Buffer; users: number; faces: number }>(
      `SELECT c.name AS collection, coalesce(sum(n.amount) FILTER (WHERE n.model = ''), 0)::bigint AS users,
         coalesce(sum(n.amount) FILTER (WHERE n.model <> ''), 0)::bigint AS faces
       FROM collections c JOIN tenants t USING (tenant_id) LEFT JOIN collection_counts n USING (collection_id)
       WHERE t.name_hash = sha256($1) GROUP BY c.collection_id ORDER BY c.name`,
      [bytes(tenant)],
    );
    return rows.map(({ collection, ...counts }) => ({ collection: collection.toString('utf8'), ...counts }));
  }

  async listCollections(): Promise<StoredCollection[]> {
    const rows = await this.#db.run<{ collectionId: number; tenant: Buffer; collection: Buffer }>(
      `SELECT c.collection_id AS "collectionId", t.name AS tenant, c.name AS collection
       FROM collections c JOIN tenants t USING (tenant_id) ORDER BY c.collection_id`,
    );
    return rows.map(({ collectionId, tenant, collection }) => ({
      tenant: tenant.toString('utf8'),
      collection: collection.toString('utf8'),
      collectionId,
    }));
  }

  async countFacesByModel(): Promise<Map<string, number>> {
    const rows = await this.#db.run<{ model: string; faces: number }>(
      `SELECT model, sum(amount)::bigint AS faces FROM collection_counts WHERE model <> ''
       GROUP BY model HAVING sum(amount) > 0`,
    );
    return new Map(rows.map(({ model, faces }) => [model, faces]));
  }

  async countSearched(): Promise<{ collections: number; faces: number }> {
    const [row] = await this.#db.run<{ collections: number; faces: number }>(
      `SELECT (SELECT count(*) FROM collections) AS collections, coalesce(sum(greatest(reltuples, 0)), 0)::bigint AS faces
       FROM pg_class JOIN pg_inherits ON oid = inhrelid WHERE inhparent = 'faces'::regclass`,
    );
    const estimate = row ?? { collections: 0, faces: 0 };
    if (estimate.faces > FACES_COUNTED) return estimate;
    const [counted] = await this.#db.run<{ faces: number }>('SELECT count(*) AS faces FROM faces');
    return { ...estimate, faces: counted?.faces ?? 0 };
  }

  async reserveObject(key: string): Promise<void> {
    await this.#db.run(
      'INSERT INTO pending_object_deletions (object_key, node) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [key, this.#node],
    );
  }

  pendingObjectDeletions(limit: number, after: ReadonlyMap<number, string>): Promise<PendingObjects[]> {
    return pendingObjects(this.#db.run, this.#node, limit, after);
  }

  async objectsDeleted(keys: readonly string[]): Promise<void> {
    await this.#db.run('DELETE FROM pending_object_deletions WHERE object_key = ANY ($1::text[])', [keys]);
  }

  async ping(): Promise<void> {
    await this.#db.run('SELECT FROM schema_migrations LIMIT 1');
  }

  readonly #isLarge = this.#sizes.isLarge.bind(this.#sizes);

  #change<T>(work: (people: PeopleWriter) => Promise<T>): Promise<T> {
    return this.#db.transaction((run) => this.#written(run, work));
  }

  async #written<T>(run: RunQuery, work: (people: PeopleWriter) => Promise<T>): Promise<T> {
    const people = new PeopleWriter(run, this.#isLarge);
    const result = await work(people);
    await people.writeCounts();
    return result;
  }

  /** @param rest with the values from $3 on */
  async #usersOf({ tenant, collection }: CollectionRef, rest: string, values: Buffer[]): Promise<User[]> {
    const rows = await this.#db.run<PostgresUserRow>(
      `SELECT u.client_id AS "clientId", u.name
       FROM users u JOIN collections c USING (collection_id) JOIN tenants t USING (tenant_id)
       WHERE t.name_hash = sha256($1) AND c.name_hash = sha256($2) ${rest}`,
      [bytes(tenant), bytes(collection), ...values],
    );
    return rows.map(userOf);
  }
}
