import { parentPort, workerData } from 'node:worker_threads';
import { TooFewPeopleError } from './calibrate-gallery.js';
import { makeOwnScale, type ScaleMaterial } from './make-own-scale.js';
import type { OwnScale } from './own-scale.js';

/** How a calibration ended in its thread. */
export type CalibrationNews = { own: OwnScale } | { fault: 'too-few' | 'failed'; text: string };

/** Compares everybody with everybody, for which no request waits here. */
function work(material: ScaleMaterial): CalibrationNews {
  try {
    return { own: makeOwnScale(material).own };
  } catch (error) {
    const { message: text } = error as Error;
    return { fault: error instanceof TooFewPeopleError ? 'too-few' : 'failed', text };
  }
}

parentPort?.postMessage(work(workerData as ScaleMaterial));
