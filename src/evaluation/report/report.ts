import type { Evaluation, NamedScores } from '../evaluation.js';

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
    images: number;
    people: number;
    /** Named by the manifest or a list, but no files. */
    missingFiles: string[];
    imagesLeftOut: number;
    pairListsLeftOut: string[];
  };
  embedding: { seconds: number; workers: number };
}

/** A report with the scores that its plots and its text histogram show. */
export interface ScoredReport {
  report: Report;
  scores: NamedScores[];
}
