/** Everything that goes wrong here. `code` is the server's, or one of: connection, dead_peer, timeout, refused, closed. */
export class RealtimeError extends Error {
  override readonly name: string = "RealtimeError";
  readonly code: string;
  /** HTTP status, when the server refused over HTTP. */
  readonly status?: number;
  /** The field of a request that is wrong, like "topics[0]". */
  readonly field?: string;

  constructor(code: string, message: string, more: { status?: number; field?: string; cause?: unknown } = {}) {
    super(message, "cause" in more ? { cause: more.cause } : undefined);
    this.code = code;
    if (more.status !== undefined) this.status = more.status;
    if (more.field !== undefined) this.field = more.field;
  }
}

export const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
