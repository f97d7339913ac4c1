import type { ErrorArguments, ErrorName, Reason, ReasonValues, RefusalCause } from '../core/errors.js';

export type RefusalArguments = Exclude<ErrorArguments, [ErrorName]>;

/** Why a photo was not embedded. Crosses the border between threads as plain data, so it is no FaceSearchError yet. */
export class Refusal extends Error implements RefusalCause {
  readonly errorName: ErrorName;
  readonly reason: Reason;
  readonly values: ReasonValues | undefined;

  constructor(...[errorName, reason, values]: RefusalArguments) {
    super(reason);
    this.name = 'Refusal';
    this.errorName = errorName;
    this.reason = reason;
    this.values = values;
  }
}
