import type { ErrorName } from '../core/errors.js';

/** Why a photo was not embedded. Crosses the border between threads as plain data, so it is no FaceSearchError yet. */
export class Refusal extends Error {
  constructor(
    readonly errorName: ErrorName,
    readonly text?: string,
    readonly reason?: string,
  ) {
    super(text ?? errorName);
    this.name = 'Refusal';
  }
}
