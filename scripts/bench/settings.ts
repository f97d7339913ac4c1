import { readConfig } from '../../src/config/config.js';
import type { PhotoOptions } from '../../src/vision/face-analyser.js';
import type { VisionLimits } from '../../src/vision/pipeline.js';

const config = readConfig({});

/** The server's own limits, as it has them without a configuration. */
export const benchLimits: VisionLimits = {
  minResolution: config.MIN_RESOLUTION,
  maxPixels: config.MAX_PIXELS,
  minFaceWidth: config.MIN_FACE_WIDTH,
  minFaceArea: config.MIN_FACE_AREA,
};

/** What a search asks of the pipeline: every gate. */
export const bareOptions: PhotoOptions = {
  version: 'v3',
  allowIdCard: false,
  severalFaces: 'refuse',
  disableValidation: false,
};
