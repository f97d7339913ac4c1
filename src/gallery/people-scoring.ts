import type { Logger } from 'pino';
import type { EmbeddingStore } from '../persistence/people/embedding-store.js';
import type { PersonRef, TemplateKind } from '../persistence/template.js';
import { CohortBuilder } from './cohorts/cohort-builder.js';
import { TenantCohorts } from './cohorts/tenant-cohorts.js';
import type { RankedCandidate } from './gallery.js';
import { type FoundPeople, mostSimilar } from './ranking.js';
import { cohortVersion, type OptionalCohort } from './scoring/cohort.js';
import { type Probe, probeOf, similarityOf } from './scoring/rank.js';
import type { SimilarityScale } from './scoring/similarity.js';
import { Templates } from './templates.js';

export interface PeopleScoringParts {
  store: EmbeddingStore;
  /** Name of the model whose faces are compared. */
  model: string;
  scale: SimilarityScale;
  /** Other servers write to the same store. */
  isShared: boolean;
  logger: Pick<Logger, 'info' | 'warn'>;
}

/** How long a server of several goes on with a cohort when another one has chosen its people anew. */
const SHARED_FRESH_MS = 5000;

/** What every gallery does to score the people whom it found, and to keep what that takes in step with their faces. */
export class PeopleScoring {
  readonly #store: EmbeddingStore;
  readonly #model: string;
  readonly #scale: SimilarityScale;
  readonly #logger: PeopleScoringParts['logger'];
  readonly #cohorts: TenantCohorts;
  readonly #templates: Templates;
  readonly #builder: CohortBuilder;
  #making: Promise<void> | undefined;
  #isClosed = false;

  constructor({ store, model, scale, isShared, logger }: PeopleScoringParts) {
    this.#store = store;
    this.#model = model;
    this.#scale = scale;
    this.#logger = logger;
    const freshMs = isShared ? SHARED_FRESH_MS : Number.POSITIVE_INFINITY;
    const cohorts = new TenantCohorts({ store, model, centres: scale.centres, freshMs });
    this.#cohorts = cohorts;
    this.#templates = new Templates({ store, model, cohorts, logger });
    const onBuilt = (tenant: string) => this.#templates.sweep(tenant);
    this.#builder = new CohortBuilder({ store, model, cohorts, onBuilt, logger });
  }

  /** Makes what is missing, in the background: of an older version, another model, or after an import. */
  open(): void {
    if (!this.#scale.isNormalised) return;
    const making = async () => {
      await this.#builder.checkAll();
      if (!this.#isClosed) await this.#templates.sweepAll();
    };
    this.#making = making().catch((err) => {
      if (this.#isClosed) return;
      this.#logger.warn({ err }, 'templates cannot be made now; searches work them out');
    });
  }

  /** What a tenant's probes and people are compared with. */
  async cohortOf(tenant: string): Promise<OptionalCohort> {
    return this.#scale.isNormalised ? this.#cohorts.of(tenant) : undefined;
  }

  /** Similarity of two faces, of length 1 each: that of a person with one face. */
  async compare(tenant: string, one: Float32Array, other: Float32Array): Promise<number> {
    const cohort = await this.cohortOf(tenant);
    return similarityOf(probeOf(one, cohort), probeOf(other, cohort), this.#scale);
  }

  /** The templates that were made with a cohort. */
  kindOf(cohort: OptionalCohort): TemplateKind {
    return { model: this.#model, cohort: cohortVersion(cohort) };
  }

  /** See ranking.ts. @param store for what is read in a transaction */
  mostSimilar(
    tenant: string,
    found: FoundPeople,
    probe: Probe,
    k: number,
    store: Pick<EmbeddingStore, 'newestFaces'> = this.#store,
  ): Promise<RankedCandidate[]> {
    return mostSimilar(found, probe, k, {
      store,
      model: this.#model,
      scale: this.#scale,
      onMissing: (people) => this.#templates.want(tenant, people),
    });
  }

  /** A face was added. */
  added(tenant: string, person: PersonRef): void {
    if (!this.#scale.isNormalised) return;
    this.#templates.want(tenant, [person]);
    this.#builder.changed(tenant);
  }

  /** Faces were deleted. */
  erased(tenant: string, faceIds: readonly number[]): void {
    if (!this.#scale.isNormalised || faceIds.length === 0) return;
    this.#cohorts.forget(tenant, faceIds);
    this.#builder.changed(tenant, faceIds.length);
  }

  /** A collection was deleted, with however many faces. */
  erasedCollection(tenant: string, collectionId: number): void {
    if (!this.#scale.isNormalised) return;
    this.#cohorts.forgetCollection(tenant, collectionId);
    this.#builder.changed(tenant, Number.POSITIVE_INFINITY);
  }

  /** What is not done is done another time. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#builder.close();
    await this.#templates.close();
    await this.#making;
  }
}
