/** The statuses that Toxiproxy answers a bad request with. */
export type ErrorStatus = 400 | 404 | 409 | 500;

/** Something that whoever drives the proxy asked for and cannot have. */
export class ToxiproxyError extends Error {
  override readonly name = 'ToxiproxyError';

  /** @param message - Toxiproxy's own text, as its HTTP API has it. */
  constructor(
    readonly status: ErrorStatus,
    message: string,
  ) {
    super(message);
  }
}

/** A request that cannot be understood. */
export function badBody(why: string): ToxiproxyError {
  return new ToxiproxyError(400, `bad request body: ${why}`);
}
