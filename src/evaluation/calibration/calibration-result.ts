import type { Calibration, FacematchVersion } from '../../models/manifest.js';
import type { CalibratedRate, Population } from './make-calibration.js';

/** What was computed, for the caller and the report. */
export interface CalibrationResult {
  model: string;
  version: FacematchVersion;
  mirror: boolean;
  before: Calibration;
  after: Calibration;
  rates: CalibratedRate[];
  populations: Population[];
  /** Images that gave no embedding. */
  notAcquired: number;
  missingFiles: string[];
}
