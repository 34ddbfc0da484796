import { messageOf, RealtimeError } from "./errors.js";
import type { Frame, Welcome } from "./frames.js";
import type { Way } from "./handshake.js";
import type { SocketLike, Transport } from "./socket.js";

export interface LinkTimes {
  /** From the first step to the welcome, and for an answer. */
  answer: number;
  /** Quiet time after which we ask whether the server is there; 0: what it says itself. */
  heartbeat: number;
  /** How long it may then stay quiet. */
  pong: number;
}

export interface Lost {
  code: number;
  reason: string;
  error?: RealtimeError;
}

interface Ask {
  text: string;
  answered(frame: Frame): void;
  failed(error: RealtimeError): void;
}

/** One connection, from its first step to its end, which is told exactly once. */
export class Link {
  /** Of the server; there after the welcome. */
  welcome: Welcome | undefined;
  private socket: SocketLike | undefined;
  private readonly asks = new Map<string, Ask>();
  private warnings = 0;
  private again: ReturnType<typeof setTimeout> | undefined;
  private lastId = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private heard = 0;
  private ended = false;

  constructor(
    private readonly transport: Transport,
    private readonly times: LinkTimes,
    private readonly said: (frame: Frame) => void,
    private readonly lost: (lost: Lost) => void,
  ) {}

  start(way: Promise<Way>): void {
    this.timer = setTimeout(() => this.break("timeout", "The server did not say welcome in time"), this.times.answer);
    way.then(
      (to) => this.open(to),
      (cause) => this.end({ code: 1006, reason: "", error: asError(cause) }),
    );
  }

  /** The answer to a request. `at` runs before the next frame is looked at. */
  ask(type: string, more: object = {}, at?: (answer: Frame) => void): Promise<Frame> {
    const id = String(++this.lastId);
    return new Promise((resolve, reject) => {
      if (this.ended || !this.socket) return reject(new RealtimeError("connection", "There is no connection"));
      const timer = setTimeout(() => this.asks.get(id)?.failed(new RealtimeError("timeout", `No answer to ${type}`)), this.times.answer);
      const finish = (done: () => void) => {
        clearTimeout(timer);
        this.asks.delete(id);
        done();
      };
      const text = JSON.stringify({ type, id, ...more });
      this.asks.set(id, {
        text,
        answered: (frame) =>
          finish(() => {
            if (frame.type === "error") return reject(errorIn(frame));
            at?.(frame);
            resolve(frame);
          }),
        failed: (error) => finish(() => reject(error)),
      });
      this.socket.send(text);
    });
  }

  /** Looks at once whether the server is there. */
  probe(): void {
    if (this.welcome && !this.ended) this.beat(0);
  }

  close(code: number, reason: string): void {
    this.end({ code, reason }, false);
  }

  /** Ends it from our side, without waiting for a server that may not be there. */
  break(code: string, message: string): void {
    this.end({ code: 1006, reason: "", error: new RealtimeError(code, message) });
  }

  private open({ url, protocols, headers }: Way): void {
    if (this.ended) return;
    let problem: RealtimeError | undefined;
    try {
      this.socket = this.transport.open(url, protocols, headers);
    } catch (cause) {
      return this.end({ code: 1006, reason: "", error: asError(cause) });
    }
    this.socket.onmessage = (event) => {
      if (!this.ended && typeof event.data === "string") this.hear(event.data);
    };
    this.socket.onerror = (event) => (problem = asError(event?.error ?? event?.message ?? "The connection failed"));
    this.socket.onclose = ({ code, reason }) => this.end({ code, reason, ...(problem && { error: problem }) });
  }

  private hear(text: string): void {
    this.heard = now();
    let frame: Frame;
    try {
      frame = JSON.parse(text) as Frame;
    } catch {
      return this.break("malformed", "The server sent what is no JSON");
    }
    if (frame.type === "welcome") {
      this.welcome = frame.data as Welcome;
      this.beat(this.times.heartbeat || this.welcome.heartbeatMs);
    }
    if (frame.type === "rate_limit_warning") this.askAgain((frame.data as { retryAfterMs: number }).retryAfterMs);
    const ask = frame.id === undefined ? undefined : this.asks.get(frame.id);
    if (ask) ask.answered(frame);
    this.said(frame);
  }

  /** A warning stands for a request that was dropped. All that have no answer are asked again, later each time: asking twice does no harm. */
  private askAgain(wait: number): void {
    if (this.again !== undefined) return;
    const delay = Math.max(wait, 500 * 2 ** this.warnings++) * (1 + Math.random());
    this.again = setTimeout(() => {
      this.again = undefined;
      for (const { text } of this.asks.values()) this.socket?.send(text);
    }, delay);
  }

  private beat(wait: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const usual = this.times.heartbeat || (this.welcome?.heartbeatMs ?? 30_000);
      const left = wait && usual - (now() - this.heard);
      if (left > 0) return this.beat(left);
      const asked = now();
      this.ask("ping").catch(() => undefined);
      this.timer = setTimeout(() => {
        if (this.heard < asked) return this.break("dead_peer", `The server was quiet for ${Math.round(now() - this.heard)} ms`);
        this.beat(usual);
      }, this.times.pong);
    }, wait);
  }

  private end(lost: Lost, tell = true): void {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.timer);
    clearTimeout(this.again);
    if (this.socket) {
      const socket = this.socket;
      socket.onmessage = socket.onopen = null;
      socket.onclose = socket.onerror = () => undefined;   // `ws` throws errors nobody hears
      try {
        if (tell) socket.close();
        else socket.close(lost.code, lost.reason);
      } catch {
        // It was never open.
      }
    }
    for (const ask of [...this.asks.values()]) ask.failed(lost.error ?? new RealtimeError("connection", "The connection ended"));
    if (tell) this.lost(lost);
  }
}

const now = () => globalThis.performance.now();

function asError(cause: unknown): RealtimeError {
  return cause instanceof RealtimeError ? cause : new RealtimeError("connection", messageOf(cause), { cause });
}

function errorIn(frame: Frame): RealtimeError {
  const { code, message, field } = frame.data as { code: string; message: string; field?: string };
  return new RealtimeError(code, message, field === undefined ? {} : { field });
}
