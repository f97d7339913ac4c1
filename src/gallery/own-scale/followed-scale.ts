import type { Logger } from 'pino';
import type { Calibration } from '../../models/calibration.js';
import type { ScaleStore } from '../../persistence/scales.js';
import { Pace } from '../pace.js';
import type { Centres } from '../scoring/cohort.js';
import {
  calibratedScale,
  type ScaleParts,
  type ScalePoint,
  type SimilarityScale,
  scalePoints,
} from '../scoring/similarity.js';
import { centresVersion, type OwnScale, readOwnScale } from './own-scale.js';

export interface FollowedScaleParts {
  scales: Pick<ScaleStore, 'active'>;
  /** Name of the model whose faces are compared. */
  model: string;
  /** That of the model, which holds where there is none of the gallery. */
  calibration: ScaleParts & Pick<Calibration, 'provisional'>;
  centres: Centres | undefined;
  logger: Pick<Logger, 'info' | 'warn'>;
}

/** The gallery's own scale that holds now. */
export interface ActiveOwnScale extends OwnScale {
  scaleId: number;
  madeAt: Date;
}

/** How soon a scale holds that another process has written. */
const LOOKED_AFTER_MS = 5000;

/**
 * The scale of similarities that holds now: the gallery's own, where `calibrate --gallery` has written one for the model
 * and its centres, or else the model's. Follows the store, so that no server needs a restart.
 */
export class FollowedScale {
  /** For searches: always the one that holds now. */
  readonly scale: SimilarityScale;
  readonly #parts: FollowedScaleParts;
  readonly #closing = new AbortController();
  readonly #pace = new Pace(this.#closing.signal);
  readonly #ofModel: SimilarityScale;
  #current: SimilarityScale;
  #active: ActiveOwnScale | undefined;
  /** Number of the scale that was looked at last; undefined: there was none, or none was looked at. */
  #seen: number | undefined;
  #following: Promise<void> | undefined;

  constructor(parts: FollowedScaleParts) {
    this.#parts = parts;
    this.#ofModel = calibratedScale(parts.calibration, parts.centres);
    this.#current = this.#ofModel;
    const { centres, isNormalised, photosSlope } = this.#ofModel;
    const similarity: SimilarityScale['similarity'] = (score, cosine) => this.#current.similarity(score, cosine);
    this.scale = { centres, isNormalised, photosSlope, similarity };
  }

  /** Undefined where the model's scale holds. */
  get active(): ActiveOwnScale | undefined {
    return this.#active;
  }

  /** Nobody has measured the scale that holds. */
  get isProvisional(): boolean {
    return this.#active === undefined && this.#parts.calibration.provisional !== undefined;
  }

  /** Corners of the one that holds. */
  get points(): readonly ScalePoint[] {
    return this.#active?.points ?? scalePoints(this.#parts.calibration);
  }

  /** Reads which scale holds, then goes on to do so until it is closed. @throws StoreError */
  async open(): Promise<void> {
    await this.refresh();
    this.#warnIfProvisional();
    this.#following = this.#follow();
  }

  /** @throws StoreError */
  async refresh(): Promise<void> {
    const { scales, model, calibration, centres, logger } = this.#parts;
    const stored = await scales.active(model);
    if (stored?.scaleId === this.#seen) return;
    this.#seen = stored?.scaleId;
    const own = stored && readOwnScale(stored);
    if (stored && own && own.centres === centresVersion(centres)) {
      const { scaleId, madeAt } = stored;
      this.#current = calibratedScale({ ...calibration, scorePoints: own.points }, centres);
      this.#active = { ...own, scaleId, madeAt };
      logger.info({ scaleId, madeAt, people: own.people }, "the gallery's own scale of similarities holds");
      return;
    }
    this.#current = this.#ofModel;
    this.#active = undefined;
    if (!stored) logger.info("the model's scale of similarities holds");
    else {
      const { scaleId } = stored;
      logger.warn(
        { scaleId },
        'the stored scale is for another version of the model or the server; that of the model holds',
      );
    }
  }

  #warnIfProvisional(): void {
    if (!this.isProvisional) return;
    const { provisional } = this.#parts.calibration;
    this.#parts.logger.warn(
      { provisional },
      'the scale of similarities is provisional; make one with facesearch calibrate --gallery --write',
    );
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#following;
  }

  async #follow(): Promise<void> {
    let failed = false;
    while (!this.#pace.isOver) {
      try {
        await this.#pace.rest(LOOKED_AFTER_MS);
        if (this.#pace.isOver) return;
        await this.refresh();
        failed = false;
      } catch (err) {
        if (this.#pace.isOver) return;
        if (!failed) this.#parts.logger.warn({ err }, 'cannot see whether there is a new scale; the present one stays');
        failed = true;
      }
    }
  }
}
