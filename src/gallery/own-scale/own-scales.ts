import { Worker } from 'node:worker_threads';
import { FaceSearchError } from '../../core/errors.js';
import type { EmbeddingStore } from '../../persistence/people/embedding-store.js';
import type { ScaleStore, StoredScale } from '../../persistence/scales.js';
import type { Centres } from '../scoring/cohort.js';
import { type ScaleParts, scalePoints } from '../scoring/similarity.js';
import { activeAndBefore } from './active-and-before.js';
import type { CalibrationNews } from './calibration-worker.js';
import type { FollowedScale } from './followed-scale.js';
import { centresVersion, type OwnScale, readOwnScale } from './own-scale.js';
import { readPeople } from './read-people.js';

/** One that was written for the model. */
export interface KeptScale {
  scaleId: number;
  madeAt: Date;
  isActive: boolean;
  /** Undefined where it was made for other centres, or by another version, and cannot hold. */
  own: OwnScale | undefined;
}

/** The calibration that is under way, or was the last since the start of the server. */
export interface CalibrationRun {
  state: 'running' | 'done' | 'failed' | 'written';
  startedAt: Date;
  finishedAt: Date | undefined;
  fault: { fault: 'too-few' | 'failed'; text: string } | undefined;
  /** What it would be. */
  own: OwnScale | undefined;
}

export interface OwnScalesOptions {
  store: EmbeddingStore;
  scales: ScaleStore;
  followed: Pick<FollowedScale, 'refresh'>;
  /** Name of the model whose faces are compared. */
  model: string;
  /** The model's own scale. */
  calibration: ScaleParts;
  centres: Centres | undefined;
  logger: { info(about: object, text: string): void; warn(about: object, text: string): void };
  /** The compiled thread, where it does not lie beside this file. */
  workerUrl?: URL | undefined;
}

/**
 * Scales of similarities that are made from the gallery's own people, for all tenants together: made in a thread, looked
 * at, then written, and taken back.
 */
export class OwnScales {
  readonly #options: OwnScalesOptions;
  #run: CalibrationRun | undefined;
  #worker: Worker | undefined;
  #isClosed = false;

  constructor(options: OwnScalesOptions) {
    this.#options = options;
  }

  /** Undefined where none was begun since the start of the server. */
  get run(): Readonly<CalibrationRun> | undefined {
    return this.#run;
  }

  /** Every one of the model that was ever written, the newest first. @throws StoreError */
  async list(): Promise<KeptScale[]> {
    const { scales, model, centres } = this.#options;
    const ours = (await scales.list()).filter((scale) => scale.model === model);
    return ours.reverse().map((scale) => {
      const { scaleId, madeAt, isActive } = scale;
      const own = readOwnScale(scale);
      return { scaleId, madeAt, isActive, own: own?.centres === centresVersion(centres) ? own : undefined };
    });
  }

  /** Begins a calibration in the background, which changes nothing. @throws FaceSearchError SCALE_REFUSED while one is under way */
  start(): CalibrationRun {
    if (this.#run?.state === 'running') throw new FaceSearchError('SCALE_REFUSED', 'scale-running');
    const run: CalibrationRun = {
      state: 'running',
      startedAt: new Date(),
      finishedAt: undefined,
      fault: undefined,
      own: undefined,
    };
    this.#run = run;
    void this.#calibrate(run);
    return run;
  }

  /**
   * Makes the result of the calibration the scale that holds.
   * @returns its number
   * @throws FaceSearchError SCALE_REFUSED where there is none; StoreError
   */
  async write(): Promise<number> {
    const run = this.#run;
    if (run?.state !== 'done' || !run.own) throw new FaceSearchError('SCALE_REFUSED', 'scale-none');
    run.state = 'written';
    const { scales, model, followed } = this.#options;
    try {
      const scaleId = await scales.add({ model, data: JSON.stringify(run.own) });
      await followed.refresh();
      return scaleId;
    } catch (error) {
      run.state = 'done';
      throw error;
    }
  }

  /**
   * Makes the scale before hold again, or else the model's own.
   * @param from number of the one that holds, as the caller knows it
   * @returns the one that holds now; undefined: the model's own
   * @throws FaceSearchError SCALE_REFUSED; StoreError
   */
  async revert(from: number): Promise<StoredScale | undefined> {
    const { scales, model, followed } = this.#options;
    const found = await activeAndBefore(scales, model);
    if (!found) throw new FaceSearchError('SCALE_REFUSED', 'scale-of-model');
    if (found.active.scaleId !== from) throw new FaceSearchError('SCALE_REFUSED', 'scale-changed');
    await scales.activate(model, found.before?.scaleId);
    await followed.refresh();
    return found.before;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }

  async #calibrate(run: CalibrationRun): Promise<void> {
    const { store, model, calibration, centres, logger } = this.#options;
    const from = performance.now();
    const news = await readPeople(store, model)
      .then((people) => this.#inThread({ ...people, centres, ofModel: scalePoints(calibration) }))
      .catch((error: Error): CalibrationNews => ({ fault: 'failed', text: error.message }));
    run.finishedAt = new Date();
    if ('own' in news) {
      run.own = news.own;
      run.state = 'done';
      logger.info({ people: news.own.people, ms: Math.round(performance.now() - from) }, 'a calibration is finished');
    } else {
      run.fault = news;
      run.state = 'failed';
      logger.warn(news, 'a calibration failed');
    }
  }

  #inThread(workerData: object): Promise<CalibrationNews> {
    const { workerUrl = new URL('./calibration-worker.js', import.meta.url) } = this.#options;
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw new Error('The server is closing.');
      const worker = new Worker(workerUrl, { workerData });
      this.#worker = worker;
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('The calibration was given up.')));
    });
  }
}
