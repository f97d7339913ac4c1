/** Every reply that is no success. What a search did not find is none. */
export class Refusal extends Error {
  override name = 'Refusal';

  /** @param retryAfter seconds after which the same may succeed, where the server says so */
  constructor(
    /** As in the body of the reply, such as `407`; the HTTP status where the body has none. */
    readonly code: string,
    message: string,
    /** Stable cause, such as `no-face`; empty where something between client and server answered. */
    readonly reason: string,
    /** HTTP status. */
    readonly status: number,
    readonly retryAfter: number | undefined,
  ) {
    super(message);
  }
}
