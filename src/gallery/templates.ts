import type { Logger } from 'pino';
import type { EmbeddingStore } from '../persistence/people/embedding-store.js';
import type { PersonRef, PersonTemplate } from '../persistence/template.js';
import type { CohortSource } from './cohorts/cohort-source.js';
import { Pace } from './pace.js';
import { cohortVersion, type OptionalCohort } from './scoring/cohort.js';
import { makeTemplate } from './scoring/template.js';

export interface TemplatesParts {
  store: EmbeddingStore;
  /** Name of the model whose faces are searched. */
  model: string;
  cohorts: CohortSource;
  logger: Pick<Logger, 'warn'>;
}

/** How long people wait, so that those of many adds are kept in one transaction. */
const GATHERED_MS = 500;

/** People whose faces are read at a time, and whose templates are kept in one transaction. */
const PEOPLE_READ = 16;
const PEOPLE_KEPT = 128;

/** People without a template that are listed at a time. */
const PEOPLE_LISTED = 1000;

/**
 * Keeps templates in step with faces, in the background: the store forgets a person's template with every change of the
 * person's faces, and searches work out what is missing and tell this. What fails is only slower.
 */
export class Templates {
  readonly #store: EmbeddingStore;
  readonly #model: string;
  readonly #cohorts: CohortSource;
  readonly #logger: TemplatesParts['logger'];
  /** By tenant, then by the person's number. */
  readonly #wanted = new Map<string, Map<number, PersonRef>>();
  /** Tenants all of whose templates are looked at. */
  readonly #toSweep = new Set<string>();
  readonly #closing = new AbortController();
  readonly #pace = new Pace(this.#closing.signal);
  #working: Promise<void> | undefined;

  constructor({ store, model, cohorts, logger }: TemplatesParts) {
    this.#store = store;
    this.#model = model;
    this.#cohorts = cohorts;
    this.#logger = logger;
  }

  /** Keeps the templates of these people soon. */
  want(tenant: string, people: readonly PersonRef[]): void {
    if (people.length === 0 || this.#pace.isOver) return;
    const wanted = this.#wanted.get(tenant) ?? new Map<number, PersonRef>();
    for (const person of people) wanted.set(person.personId, person);
    this.#wanted.set(tenant, wanted);
    this.#start();
  }

  /** Keeps all that are missing of a tenant: of an older version of the server, of imported people, of another model or cohort. */
  sweep(tenant: string): void {
    if (this.#pace.isOver) return;
    this.#toSweep.add(tenant);
    this.#start();
  }

  async sweepAll(): Promise<void> {
    for (const { tenant } of await this.#store.listCollections()) this.sweep(tenant);
  }

  /** Resolves when nothing is waiting or being done. */
  async settled(): Promise<void> {
    while (this.#working) await this.#working;
  }

  /** What is waiting is kept another time. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#wanted.clear();
    this.#toSweep.clear();
    await this.settled();
  }

  #start(): void {
    this.#working ??= this.#work()
      .catch((err) => {
        // Searches and sweeps ask again for what was not kept.
        this.#wanted.clear();
        this.#toSweep.clear();
        if (this.#pace.isOver) return;
        this.#logger.warn({ err }, 'templates cannot be kept now; searches work them out until they are');
      })
      .finally(() => {
        this.#working = undefined;
        if (this.#wanted.size > 0 || this.#toSweep.size > 0) this.#start();
      });
  }

  async #work(): Promise<void> {
    await this.#pace.rest(GATHERED_MS);
    for (const [tenant, wanted] of this.#wanted) {
      this.#wanted.delete(tenant);
      await this.#keep([...wanted.values()], await this.#cohorts.of(tenant));
    }
    for (const tenant of this.#toSweep) {
      this.#toSweep.delete(tenant);
      await this.#sweep(tenant);
    }
  }

  async #sweep(tenant: string): Promise<void> {
    for (const { collectionId, ...place } of await this.#store.listCollections()) {
      if (place.tenant !== tenant) continue;
      const cohort = await this.#cohorts.of(tenant);
      const kind = { model: this.#model, cohort: cohortVersion(cohort) };
      for (let after = 0; !this.#pace.isOver; ) {
        const people = await this.#store.peopleWithoutTemplate(collectionId, kind, after, PEOPLE_LISTED);
        const last = people.at(-1);
        if (!last) break;
        await this.#keep(people, cohort);
        after = last.personId;
      }
    }
  }

  async #keep(people: readonly PersonRef[], cohort: OptionalCohort): Promise<void> {
    let made: PersonTemplate[] = [];
    const flush = async () => {
      if (made.length > 0) await this.#store.saveTemplates(made, this.#model);
      made = [];
    };
    for (let i = 0; i < people.length && !this.#pace.isOver; i += PEOPLE_READ) {
      await this.#pace.pause();
      for (const { faces, ...person } of await this.#store.newestFaces(people.slice(i, i + PEOPLE_READ), this.#model)) {
        made.push({ ...person, template: makeTemplate(faces, cohort) });
        await this.#pace.pause();
      }
      if (made.length >= PEOPLE_KEPT) await flush();
    }
    if (!this.#pace.isOver) await flush();
  }
}
