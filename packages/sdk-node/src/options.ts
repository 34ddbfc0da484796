import type { Backoff } from "./backoff.js";
import type { RealtimeError } from "./errors.js";
import type { Reset, Topic, Welcome } from "./frames.js";
import type { Proof } from "./handshake.js";
import type { Lost } from "./link.js";
import type { SocketClass } from "./socket.js";

/** idle: not asked to connect yet; waiting: for the next attempt; polling: events come over HTTP while no WebSocket gets through;
 * closed: by us, or by the server with 1000. */
export type State = "idle" | "connecting" | "open" | "waiting" | "polling" | "closed";

export interface RealtimeOptions extends Proof {
  /** Where the server is, like https://waqtor.example.com */
  baseURL: string | URL;
  /** The seq of the last event you have: you get everything after it. Without it you get what happens from the first connection on. */
  after?: number;
  /** `WebSocket` of `ws` or another package, instead of the platform's. */
  WebSocket?: SocketClass;
  fetch?: typeof fetch;
  /** Attempts in a row before polling begins; 5. */
  quickAttempts?: number;
  /** Of the quick attempts, in ms: base 1000, cap 30000. */
  backoff?: Partial<Backoff>;
  /** Between two polls, in ms; 30000. */
  pollInterval?: number;
  /** Between two attempts while polling, about; 60000 ms. */
  slowRetry?: number;
  /** How long a connection must have lasted for attempts to count anew; 5000 ms. */
  stableAfter?: number;
  /** For the welcome and for answers; 20000 ms. */
  answerTimeout?: number;
  /** Quiet time before we ask whether the server is there; what it says itself. */
  heartbeat?: number;
  /** How long it may stay quiet then; 10000 ms. */
  pongTimeout?: number;
}

export interface Resumed {
  after: number;
  upTo: number;
  events: number;
}

/** What happens to the client itself; everything with a dot or a colon in its name is an event of the server. */
export interface Signals {
  state: State;
  open: Welcome;
  /** The connection ended; the client goes on by itself unless its state is closed. */
  lost: Lost;
  resumed: Resumed;
  /** Events are missing for good: load what you show anew. */
  reset: Reset;
  /** Rights were taken away. */
  unsubscribed: { topics: Topic[]; reason: string };
  /** We send too much. */
  warning: { retryAfterMs: number; warningsLeft: number };
  error: RealtimeError;
}

export interface Subscription {
  /** Fulfilled once the server has said yes: at once, or with the next connection. */
  ready: Promise<void>;
  close(): void;
}
