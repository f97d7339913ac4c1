import { EMBEDDING_LENGTH } from '../../core/embedding.js';
import { DotTable } from './dot-table.js';
import { sortHighest } from './highest.js';

/** Directions that an embedder brings along, the centres of clusters of many people's faces. */
export interface Centres {
  /** Says which they are. */
  version: string;
  /** Of length 1, 512 numbers each, one after the other; may be empty. */
  vectors: Float32Array;
}

/** People of the tenant whose gallery is searched. */
export interface OwnPeople {
  /** Means of some of them, of length 1, one after the other. */
  vectors: Float32Array;
  /** How many people the tenant had when these were chosen. */
  people: number;
}

/*
 * Templates hold levels that these constants made: with a change of one, LAYOUT of template-blob.ts goes up, so that they are
 * worked out anew.
 */

/** The share of the cohort, the most similar to a face, that tells how crowded the face's neighbourhood is. */
export const NEAREST = 0.1;
/** The share that the own people come to have, and how many of them give half of it. */
const OWN_SHARE = 0.5;
const OWN_HALF = 20;
/** Fewer own people do not count. */
export const MIN_OWN_PEOPLE = 10;
/** More do not take part. */
export const MAX_OWN_PEOPLE = 200;
/** Without centres, fewer own people do not count. */
export const MIN_OWN_PEOPLE_ALONE = 20;

/**
 * A sample of people that tells how crowded the neighbourhood of a face is: an embedder that has seen few faces of a kind
 * puts them close together, so that strangers of that kind have higher cosines than others. Adaptive cohorts are the usual
 * normalisation in speaker verification (Matějka et al., "Analysis of Score Normalization in Multilingual Speaker
 * Recognition", 2017). The sample is the centres that the embedder brings along and, since nobody is as much like the people
 * at a door as they are, people of the own gallery. Their share of the weight is constant, so that a level says the same
 * while the gallery grows. The shares were chosen by measurement, as the constants above.
 */
export class Cohort {
  /** Levels of one version can be compared. */
  readonly version: string;
  readonly #centres: DotTable;
  /** Own people that take part. */
  readonly #own: DotTable;
  readonly #ownShare: number;
  readonly #highestCentres: Float32Array;
  readonly #highestOwn: Float32Array;
  /** Without centres: what is taken off each level, and the share of the rest that counts. */
  readonly #alone: { middle: number; share: number } | undefined;

  /** As the constructor; undefined where there is nothing to compare with. */
  static of(version: string, centres: Float32Array | DotTable, own?: OwnPeople): OptionalCohort {
    const table = tableOf(centres);
    const members = (own?.vectors.length ?? 0) / EMBEDDING_LENGTH;
    return table.size > 0 || members >= MIN_OWN_PEOPLE ? new Cohort(version, table, own) : undefined;
  }

  /**
   * @param version other than that of any cohort with which levels must not be compared
   * @param centres a table may be shared by several cohorts
   * @throws RangeError for vectors that are no whole number of embeddings, or a cohort of nothing
   */
  constructor(version: string, centres: Float32Array | DotTable, own?: OwnPeople) {
    this.version = version;
    this.#centres = tableOf(centres);
    const found = (own?.vectors.length ?? 0) / EMBEDDING_LENGTH;
    this.#own = new DotTable(own && found >= MIN_OWN_PEOPLE ? own.vectors : new Float32Array());
    if (this.#centres.size + this.#own.size === 0) throw new RangeError('A cohort has vectors, at least one');
    const people = own?.people ?? 0;
    this.#ownShare =
      this.#own.size === 0 ? 0 : this.#centres.size === 0 ? 1 : (OWN_SHARE * people) / (people + OWN_HALF);
    this.#highestCentres = new Float32Array(counted(this.#centres.size, this.#centreWeight));
    // One more, the highest, is left out.
    this.#highestOwn = new Float32Array(Math.min(this.#own.size, counted(this.#own.size, this.#ownWeight) + 1));
    this.#alone = this.#centres.size === 0 && own ? this.#aloneWith(own) : undefined;
  }

  /**
   * How crowded a face's neighbourhood is (its level): how near the most similar part of the cohort lies, -1 to 1, the
   * weighted mean of the highest cosines. The most similar of the own people is left out, who may be the face's own person.
   * @param embedding of length 1, 512 numbers
   * @returns a float32, so that a level that was kept and one that is worked out again are equal
   */
  mu(embedding: Float32Array): number {
    const level = this.#level(embedding);
    return Math.fround(this.#alone ? this.#alone.share * (level - this.#alone.middle) : level);
  }

  get #centreWeight(): number {
    return (1 - this.#ownShare) / this.#centres.size;
  }

  get #ownWeight(): number {
    return this.#ownShare / (this.#own.size - 1);
  }

  #level(embedding: Float32Array): number {
    const centres = sortHighest(this.#centres.dots(embedding), this.#highestCentres);
    const own = sortHighest(this.#own.dots(embedding), this.#highestOwn);
    let left = NEAREST;
    let sum = 0;
    for (let c = 0, o = 1; left > 0 && (c < centres.length || o < own.length); ) {
      const [centre = Number.NEGATIVE_INFINITY, person = Number.NEGATIVE_INFINITY] = [centres[c], own[o]];
      const isCentre = centre >= person;
      const weight = Math.min(left, isCentre ? this.#centreWeight : this.#ownWeight);
      sum += weight * (isCentre ? centre : person);
      left -= weight;
      if (isCentre) c++;
      else o++;
    }
    return sum / (NEAREST - left);
  }

  /** A scale that was made for cosines fits levels around 0, which fade in as the people become more. */
  #aloneWith({ vectors, people }: OwnPeople): { middle: number; share: number } {
    let sum = 0;
    for (let at = 0; at < vectors.length; at += EMBEDDING_LENGTH) {
      sum += this.#level(vectors.subarray(at, at + EMBEDDING_LENGTH));
    }
    return {
      middle: sum / this.#own.size,
      share: people < MIN_OWN_PEOPLE_ALONE ? 0 : people / (people + MIN_OWN_PEOPLE_ALONE),
    };
  }
}

function tableOf(vectors: Float32Array | DotTable): DotTable {
  return vectors instanceof DotTable ? vectors : new DotTable(vectors);
}

/** How many of equal weights it takes to have the share that counts. */
function counted(all: number, weight: number): number {
  return all === 0 ? 0 : Math.min(all, Math.ceil(NEAREST / weight - 1e-9));
}

/** None where an embedder has no centres and a tenant too few people: cosines are not corrected then. */
export type OptionalCohort = Cohort | undefined;

/** @param embedding of length 1 */
export function muOf(cohort: OptionalCohort, embedding: Float32Array): number {
  return cohort ? cohort.mu(embedding) : 0;
}

/** What tells levels apart that were made with different cohorts, or with none. */
export function cohortVersion(cohort: OptionalCohort): string {
  return cohort ? cohort.version : 'none';
}
