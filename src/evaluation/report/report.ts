import type { Evaluation, NamedScores } from '../evaluation.js';
import type { GateResults } from '../gates/gate-results.js';
import type { TargetRow } from '../targets.js';

/** Everything that report.json holds. */
export interface Report extends Evaluation {
  /** Name of the data set's folder. */
  dataSet: string;
  /** ISO 8601. */
  madeAt: string;
  model: {
    pack: string;
    /** Value of facematch_version. */
    version: string;
    embedder: string;
    /** Whether the mirror image's embedding is averaged in. */
    mirror: boolean;
    calibrationMadeFrom: string;
  };
  selection: {
    /** Images that were embedded; those of the gates stand with them. */
    images: number;
    people: number;
    /** Name of the file that lists the images that count; null is all. */
    subset: string | null;
    /** Named by the manifest or a list, but no files. */
    missingFiles: string[];
    imagesLeftOut: number;
    pairListsLeftOut: string[];
  };
  embedding: { seconds: number; workers: number };
  /** Null where the manifest has neither labels nor expectations, or only recognition was asked for. */
  gates: GateResults | null;
  targets: TargetRow[];
}

/** A report with the scores that its plots and its text histogram show. */
export interface ScoredReport {
  report: Report;
  scores: NamedScores[];
}
