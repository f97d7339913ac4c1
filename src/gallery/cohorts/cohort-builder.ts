import type { Logger } from 'pino';
import type { EmbeddingStore } from '../../persistence/people/embedding-store.js';
import type { PersonRef } from '../../persistence/template.js';
import { Pace } from '../pace.js';
import { MAX_OWN_PEOPLE, MIN_OWN_PEOPLE } from '../scoring/cohort.js';
import { choiceHash } from './choice.js';
import type { TenantCohorts } from './tenant-cohorts.js';

export interface CohortBuilderParts {
  store: EmbeddingStore;
  model: string;
  cohorts: TenantCohorts;
  /** Told when a tenant's cohort is another one. */
  onBuilt: (tenant: string) => void;
  logger: Pick<Logger, 'warn' | 'info'>;
}

/** People are chosen anew when a tenant has so many times more, or fewer. */
const GROWTH = 1.25;

/**
 * People are counted one by one, which takes a second or so for 100,000: of so many only after so large a share of changes,
 * of few with every change.
 */
const COUNTED_AFTER = 0.02;
const FEW = 1000;

/** How long changes are gathered. */
const GATHERED_MS = 1000;

const PEOPLE_READ = 100;

/**
 * Chooses the people of each tenant who are part of its cohort, in the background, when the tenant has grown or shrunk by a
 * quarter. Those with the smallest hashes of their ids: always the same, however many others come and go.
 */
export class CohortBuilder {
  readonly #parts: CohortBuilderParts;
  readonly #closing = new AbortController();
  readonly #pace = new Pace(this.#closing.signal);
  /** Faces that came or went since the people of a tenant were counted. */
  readonly #changes = new Map<string, number>();
  /** Tenants with changes that were not looked at. */
  readonly #asked = new Set<string>();
  #working: Promise<void> | undefined;

  constructor(parts: CohortBuilderParts) {
    this.#parts = parts;
  }

  /** Faces of a tenant were added or deleted. */
  changed(tenant: string, faces = 1): void {
    this.#changes.set(tenant, (this.#changes.get(tenant) ?? 0) + faces);
    this.#asked.add(tenant);
    this.#start();
  }

  /** Looks at every tenant. */
  async checkAll(): Promise<void> {
    for (const { tenant } of await this.#parts.store.listCollections()) {
      this.#changes.set(tenant, Number.POSITIVE_INFINITY);
      this.#asked.add(tenant);
    }
    this.#start();
    await this.#working;
  }

  /** Resolves when nothing is waiting or being done. */
  async settled(): Promise<void> {
    while (this.#working) await this.#working;
  }

  async close(): Promise<void> {
    this.#asked.clear();
    this.#closing.abort();
    await this.#working;
  }

  #start(): void {
    if (this.#pace.isOver) return;
    this.#working ??= this.#work()
      .catch((err) => {
        if (this.#pace.isOver) return;
        this.#parts.logger.warn({ err }, 'the people of a cohort cannot be chosen now; the ones before stay');
      })
      .finally(() => {
        this.#working = undefined;
        if (this.#asked.size > 0) this.#start();
      });
  }

  async #work(): Promise<void> {
    await this.#pace.rest(GATHERED_MS);
    const asked = [...this.#asked];
    this.#asked.clear();
    for (const tenant of asked) {
      const stored = await this.#parts.store.findCohort(tenant, this.#parts.model);
      const needed = COUNTED_AFTER * ((stored?.people ?? 0) - FEW);
      if ((this.#changes.get(tenant) ?? 0) < needed) continue;
      this.#changes.delete(tenant);
      await this.#build(tenant);
    }
  }

  async #build(tenant: string): Promise<void> {
    const { store, model, cohorts, onBuilt, logger } = this.#parts;
    const before = await store.findCohort(tenant, model);
    const people = await this.#count(tenant);
    if (this.#pace.isOver || !isDue(people, before?.people ?? 0)) return;
    const members = people < MIN_OWN_PEOPLE ? [] : await this.#choose(tenant);
    const build = (before?.build ?? 0) + 1;
    if (this.#pace.isOver || !(await store.saveCohort(tenant, model, { build, people, members }))) return;
    await cohorts.refresh(tenant);
    logger.info({ people, members: members.length, build }, 'people were chosen for the cohort of a tenant');
    onBuilt(tenant);
  }

  async #count(tenant: string): Promise<number> {
    let people = 0;
    for await (const page of this.#pages(tenant)) people += page.people.length;
    return people;
  }

  async #choose(tenant: string): Promise<PersonRef[]> {
    let chosen: (PersonRef & { hash: string })[] = [];
    for await (const { collection, people } of this.#pages(tenant)) {
      for (const { collectionId, personId, user } of people) {
        const hash = choiceHash(tenant, collection, user.id);
        chosen.push({ collectionId, personId, hash });
      }
      chosen = chosen.sort((a, b) => (a.hash < b.hash ? -1 : 1)).slice(0, MAX_OWN_PEOPLE);
    }
    return chosen
      .map(({ collectionId, personId }) => ({ collectionId, personId }))
      .sort((a, b) => a.personId - b.personId);
  }

  async *#pages(tenant: string) {
    const { store, model } = this.#parts;
    for (const { collection, collectionId, ...place } of await store.listCollections()) {
      if (place.tenant !== tenant) continue;
      for (let after = 0; !this.#pace.isOver; ) {
        const people = await store.peopleWithFaces(collectionId, model, after, PEOPLE_READ);
        const last = people.at(-1);
        if (!last) break;
        yield { collection, people };
        after = last.personId;
        await this.#pace.pause();
      }
    }
  }
}

/** @param before people when the last choice was made; 0 without one */
function isDue(people: number, before: number): boolean {
  if (before < MIN_OWN_PEOPLE) return people >= MIN_OWN_PEOPLE;
  return people >= GROWTH * before || people <= before / GROWTH;
}
