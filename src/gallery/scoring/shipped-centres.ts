import type { Calibration } from '../../models/calibration.js';
import { readCentres } from '../../models/cohort-file.js';
import { type Centres, Cohort, type OptionalCohort } from './cohort.js';

/** Digits of the file's hash in the version. */
const DIGITS = 16;

/**
 * The centres that a model brings along.
 * @throws ModelError when their file cannot be read or is not the one of the manifest
 */
export async function shippedCentres({ cohort }: Pick<Calibration, 'cohort'>): Promise<Centres | undefined> {
  return cohort && { version: cohort.sha256.slice(0, DIGITS), vectors: await readCentres(cohort) };
}

/** The cohort of a tenant without people. */
export function shippedCohort(centres: Centres | undefined): OptionalCohort {
  return centres && new Cohort(centres.version, centres.vectors);
}
