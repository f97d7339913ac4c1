import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import type { EmbeddingStore } from '../../persistence/people/embedding-store.js';
import type { StoredCohort } from '../../persistence/template.js';
import { type Centres, Cohort, type OptionalCohort } from '../scoring/cohort.js';
import { differentPeople } from '../scoring/different-people.js';
import { DotTable } from '../scoring/dot-table.js';
import { makeTemplate } from '../scoring/template.js';
import type { CohortSource } from './cohort-source.js';

export interface TenantCohortsParts {
  store: EmbeddingStore;
  /** Name of the model whose faces are compared. */
  model: string;
  centres: Centres | undefined;
  /** How long a choice counts as the latest: other servers may make another one. Infinity where there are none. */
  freshMs: number;
}

/** People whose faces are read at a time: a turn of the event loop lies between. */
const PEOPLE_READ = 16;

/** Tenants that are known at a time: those with people of their own in the cohort take 0.8 MB each, the others next to nothing. */
const MAX_TENANTS = 10_000;
const MAX_WITH_PEOPLE = 200;

interface Known {
  cohort: OptionalCohort;
  stored: StoredCohort | undefined;
  members: Member[];
  until: number;
}

interface Member {
  collectionId: number;
  /** Mean of the faces, of length 1. */
  vector: Float32Array;
  faceIds: ReadonlySet<number>;
}

/**
 * The cohort of each tenant: the model's centres and people of the tenant, whose means are worked out from their faces and
 * held in memory only. One tenant's people are never part of another's.
 */
export class TenantCohorts implements CohortSource {
  readonly #store: TenantCohortsParts['store'];
  readonly #model: string;
  readonly #centresVersion: string;
  readonly #centres: DotTable;
  readonly #shipped: OptionalCohort;
  readonly #freshMs: number;
  /** The one asked for last at the end. */
  readonly #known = new Map<string, Known>();
  readonly #reading = new Map<string, Promise<Known>>();

  constructor({ store, model, centres, freshMs }: TenantCohortsParts) {
    this.#store = store;
    this.#model = model;
    this.#centresVersion = centres?.version ?? 'none';
    this.#centres = new DotTable(centres?.vectors ?? new Float32Array());
    this.#shipped = Cohort.of(this.#centresVersion, this.#centres);
    this.#freshMs = freshMs;
  }

  async of(tenant: string): Promise<OptionalCohort> {
    const known = this.#known.get(tenant);
    if (!known || known.until <= Date.now()) return (await this.#read(tenant)).cohort;
    this.#known.delete(tenant);
    this.#known.set(tenant, known);
    return known.cohort;
  }

  /** Reads the choice of people anew. */
  async refresh(tenant: string): Promise<StoredCohort | undefined> {
    const known = this.#known.get(tenant);
    if (known) known.until = 0;
    return (await this.#read(tenant)).stored;
  }

  /** Forgets the means of those whose faces were just deleted. */
  forget(tenant: string, faceIds: readonly number[]): void {
    this.#forget(tenant, (member) => faceIds.some((faceId) => member.faceIds.has(faceId)));
  }

  /** Forgets the means of those who were in a collection that was just deleted. */
  forgetCollection(tenant: string, collectionId: number): void {
    this.#forget(tenant, (member) => member.collectionId === collectionId);
  }

  #forget(tenant: string, isGone: (member: Member) => boolean): void {
    // One that is being read now may have seen the faces.
    this.#reading.delete(tenant);
    const known = this.#known.get(tenant);
    const left = known?.members.filter((member) => !isGone(member));
    if (!known?.stored || !left || left.length === known.members.length) return;
    this.#known.set(tenant, { ...known, members: left, cohort: this.#cohortOf(known.stored, left) });
  }

  #read(tenant: string): Promise<Known> {
    const running = this.#reading.get(tenant);
    if (running) return running;
    const reading = this.#readOnce(tenant).then(
      (known) => {
        // Unless something was deleted meanwhile.
        if (this.#reading.get(tenant) === reading) {
          this.#reading.delete(tenant);
          this.#known.delete(tenant);
          this.#known.set(tenant, known);
          this.#forgetOldest();
        }
        return known;
      },
      (error) => {
        if (this.#reading.get(tenant) === reading) this.#reading.delete(tenant);
        throw error;
      },
    );
    this.#reading.set(tenant, reading);
    return reading;
  }

  /** Lets go of those that were asked for least lately. */
  #forgetOldest(): void {
    let withPeople = 0;
    for (const { members } of this.#known.values()) if (members.length > 0) withPeople++;
    for (const [tenant, { members }] of this.#known) {
      const hasPeople = members.length > 0;
      if (this.#known.size <= MAX_TENANTS && !(hasPeople && withPeople > MAX_WITH_PEOPLE)) continue;
      this.#known.delete(tenant);
      if (hasPeople) withPeople--;
    }
  }

  async #readOnce(tenant: string): Promise<Known> {
    const until = Date.now() + this.#freshMs;
    const stored = await this.#store.findCohort(tenant, this.#model);
    const before = this.#known.get(tenant);
    // Members only ever leave a choice.
    if (before && before.stored?.build === stored?.build && before.members.length === stored?.members.length) {
      return { ...before, stored, until };
    }
    const members: Member[] = [];
    for (let i = 0; stored && i < stored.members.length; i += PEOPLE_READ) {
      const read = await this.#store.newestFaces(stored.members.slice(i, i + PEOPLE_READ), this.#model);
      for (const { collectionId, faces } of read) {
        const vector = makeTemplate(faces, undefined).mean?.embedding ?? faces[0]?.embedding;
        if (vector) members.push({ collectionId, vector, faceIds: new Set(faces.map(({ faceId }) => faceId)) });
      }
      await new Promise(setImmediate);
    }
    return { stored, members, until, cohort: stored ? this.#cohortOf(stored, members) : this.#shipped };
  }

  #cohortOf({ build, people }: StoredCohort, members: readonly Member[]): OptionalCohort {
    const vectors = new Float32Array(members.length * EMBEDDING_LENGTH);
    for (const [i, { vector }] of members.entries()) vectors.set(vector, i * EMBEDDING_LENGTH);
    const own = differentPeople(vectors, people, this.#centres);
    return Cohort.of(`${this.#centresVersion}-${build}`, this.#centres, own);
  }
}
