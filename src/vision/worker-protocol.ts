import type { RefusalCause } from '../core/errors.js';
import type { FacematchVersion, ModelPack } from '../models/manifest.js';
import type {
  Analysis,
  GroupAnalysis,
  GroupOptions,
  MatchAnalysis,
  MatchOptions,
  PhotoOptions,
  PhotoReport,
} from './face-analyser.js';
import type { VisionLimits } from './pipeline.js';

/** Sent to each worker when it starts. */
export interface WorkerSettings {
  pack: ModelPack;
  limits: VisionLimits;
}

/** What the pool asks of a worker. */
export type Task =
  | { kind: 'report'; image: Uint8Array; options: PhotoOptions }
  | { kind: 'look'; image: Uint8Array; options: PhotoOptions }
  | { kind: 'photo'; image: Uint8Array; options: PhotoOptions }
  | { kind: 'match'; image: Uint8Array; options: MatchOptions }
  | { kind: 'crop'; image: Uint8Array; version: FacematchVersion }
  | { kind: 'portrait'; image: Uint8Array }
  | { kind: 'group'; image: Uint8Array; options: GroupOptions };

/** Refusals are results: an Error loses its class on the way between threads. */
export type TaskResult =
  | { outcome: 'embedded'; analysis: Analysis }
  | { outcome: 'embedded for a match'; analysis: MatchAnalysis }
  | { outcome: 'reported'; report: PhotoReport }
  | { outcome: 'group'; analysis: GroupAnalysis }
  | { outcome: 'drawn'; portrait: Uint8Array }
  | { outcome: 'refused'; cause: RefusalCause; timings: Record<string, number> };

/** Sent to the pool once, when the worker has loaded its models or failed to. */
export interface LoadReport {
  loadError: string | null;
}
