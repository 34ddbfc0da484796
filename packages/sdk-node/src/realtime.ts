import { around, delayOf, retryHint, type Backoff } from "./backoff.js";
import { Emitter } from "./emitter.js";
import { messageOf, RealtimeError } from "./errors.js";
import { topicOf, matches, type EventType, type Frame, type Reset, type WaqtorEvent, type Welcome, type Wish } from "./frames.js";
import { askingAs, wayIn } from "./handshake.js";
import { Link, type Lost } from "./link.js";
import type { RealtimeOptions, Resumed, Signals, State, Subscription } from "./options.js";
import { EventLog, type PolledEvent } from "./poll.js";
import { transportOf, usualTransport, type Transport } from "./socket.js";
import { Subscriptions } from "./subscriptions.js";

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

/** The largest number of events that wait for `for await`. */
const kMostWaiting = 10_000;

/** The events of a workspace, each once and in order, over connections that come and go. */
export class Realtime {
  private readonly base: URL;
  private readonly http: typeof fetch;
  private readonly emitter: Emitter;
  private readonly subscriptions = new Subscriptions();
  private readonly log: EventLog;
  private readonly backoff: Backoff;
  private readonly pending: Waiter[] = [];
  private syncing: Promise<unknown> = Promise.resolve();
  private link: Link | undefined;
  private state_: State = "idle";
  private position_: number | undefined;
  private welcome_: Welcome | undefined;
  private attempts = 0;
  private openedAt = 0;
  private ignoring = false;   // until the server begins to send from our position
  private timer: ReturnType<typeof setTimeout> | undefined;
  private polling: AbortController | undefined;

  constructor(private readonly options: RealtimeOptions) {
    this.base = new URL(options.baseURL);
    if (!this.base.pathname.endsWith("/")) this.base.pathname += "/";
    this.http = options.fetch ?? ((...args) => globalThis.fetch(...args));
    this.emitter = new Emitter((cause) => this.fail(cause));
    this.log = new EventLog(this.base, askingAs(options), this.http);
    this.backoff = { base: 1000, cap: 30_000, random: Math.random, ...options.backoff };
    this.position_ = options.after;
  }

  get state(): State {
    return this.state_;
  }

  /** The seq up to which nothing is missing; give it as `after` to a later client. */
  get position(): number | undefined {
    return this.position_;
  }

  /** What the server said last. */
  get welcome(): Welcome | undefined {
    return this.welcome_;
  }

  connect(): this {
    if (this.state_ !== "idle" && this.state_ !== "closed") return this;
    this.attempts = 0;
    globalThis.addEventListener?.("online", this.wake);
    globalThis.document?.addEventListener("visibilitychange", this.wake);
    this.attempt();
    return this;
  }

  close(): void {
    globalThis.removeEventListener?.("online", this.wake);
    globalThis.document?.removeEventListener("visibilitychange", this.wake);
    this.stop();
    this.link?.close(1000, "");
    this.link = undefined;
    this.enter("closed");
    for (const one of this.pending.splice(0)) one.reject(new RealtimeError("closed", "The client was closed"));
  }

  /** Handlers get events by type, by pattern ("message.*", "*"), and signals by name. Returns how to stop. */
  on<N extends keyof Signals>(signal: N, handler: (value: Signals[N]) => void): () => void;
  on<T extends EventType>(type: T, handler: (event: WaqtorEvent<T>) => void): () => void;
  on(pattern: string, handler: (event: WaqtorEvent) => void): () => void;
  on(name: string, handler: (value: never) => void): () => void {
    return this.emitter.on(name, handler as (value: unknown) => void);
  }

  /** Lasts over reconnects until it is closed. The same topic may be subscribed to by many. */
  subscribe(wish: Wish): Subscription {
    const handle = this.subscriptions.add(wish);
    const ready = new Promise<void>((resolve, reject) => {
      if (this.state_ === "open") this.syncFor({ resolve, reject });
      else if (this.state_ === "closed") reject(new RealtimeError("closed", "The client was closed"));
      else this.pending.push({ resolve, reject });
    });
    ready.catch(() => undefined);   // who does not look at it hears "error"
    return {
      ready,
      close: () => {
        this.subscriptions.delete(handle);
        if (this.state_ === "open") this.sync().catch(() => undefined);
      },
    };
  }

  /** Events one by one. Throws when more than 10,000 wait: then begin anew with `after`. */
  async *events(signal?: AbortSignal): AsyncGenerator<WaqtorEvent, void, undefined> {
    const waiting: WaqtorEvent[] = [];
    let wake: () => void = () => undefined;
    let over = false;
    const stops = [
      this.on("*", (event) => {
        if (waiting.length < kMostWaiting) waiting.push(event);
        else over = true;
        wake();
      }),
      this.on("state", (state) => state === "closed" && wake()),
    ];
    const aborted = () => wake();
    signal?.addEventListener("abort", aborted);
    try {
      while (!signal?.aborted) {
        const next = waiting.shift();
        if (next) yield next;
        else if (over) throw new RealtimeError("too_slow", `More than ${kMostWaiting} events waited`);
        else if (this.state_ === "closed") return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      signal?.removeEventListener("abort", aborted);
      for (const stop of stops) stop();
    }
  }

  /** Milliseconds to the server and back. */
  async ping(): Promise<number> {
    const start = globalThis.performance.now();
    await this.connection().ask("ping");
    return globalThis.performance.now() - start;
  }

  /** The state of things, and the seq it is true for: events with a larger seq come after it. */
  async getState(): Promise<{ data: Record<string, unknown>; seq: number }> {
    const { data, seq } = await this.connection().ask("get_state");
    return { data: data as Record<string, unknown>, seq: seq ?? 0 };
  }

  private connection(): Link {
    if (this.state_ !== "open" || !this.link) throw new RealtimeError("connection", "There is no connection");
    return this.link;
  }

  // ---- coming and going

  private attempt(): void {
    clearTimeout(this.timer);
    if (!this.polling) this.enter("connecting");
    const transport = this.transport();
    if (!transport) return this.gone({ code: 1006, reason: "", error: new RealtimeError("connection", "There is no WebSocket here: give one as the option WebSocket") });
    const { answerTimeout = 20_000, heartbeat = 0, pongTimeout = 10_000 } = this.options;
    const times = { answer: answerTimeout, heartbeat, pong: pongTimeout };
    const link: Link = new Link(transport, times, (frame) => this.link === link && this.hear(frame), (lost) => this.link === link && this.gone(lost));
    this.link = link;
    link.start(wayIn(this.base, this.options, transport.headers, this.http));
  }

  private transport(): Transport | undefined {
    return this.options.WebSocket ? transportOf(this.options.WebSocket) : usualTransport();
  }

  private opened(link: Link, welcome: Welcome): void {
    this.stop();
    this.welcome_ = welcome;
    this.openedAt = globalThis.performance.now();
    this.subscriptions.forget();
    const resuming = this.position_ !== undefined;
    this.position_ ??= welcome.seq;
    this.ignoring = resuming;
    this.enter("open");
    this.emitter.emit("open", welcome);
    if (this.link !== link) return;   // a handler closed us
    const waiting = this.pending.splice(0);
    if (waiting.length) for (const one of waiting) this.syncFor(one);
    else this.sync().catch(() => undefined);
    if (!resuming) return;
    // What comes between the subscriptions and this answer comes again after it, in order.
    link.ask("resume", { after: this.position_ }, () => (this.ignoring = false)).catch((cause) => this.link === link && link.break("connection", messageOf(cause)));
  }

  private gone(lost: Lost): void {
    this.link = undefined;
    if (this.state_ === "open" && globalThis.performance.now() - this.openedAt >= (this.options.stableAfter ?? 5_000)) this.attempts = 0;
    if (lost.code === 1000) this.close();
    else this.wait(lost);
    this.emitter.emit("lost", lost);
    if (lost.error) this.emitter.emit("error", lost.error);
  }

  private wait(lost: Lost): void {
    const { quickAttempts = 5, slowRetry = 60_000 } = this.options;
    if (lost.code === 1008) this.attempts = quickAttempts;   // it does not want us now
    if (this.attempts >= quickAttempts) {
      this.timer = setTimeout(() => this.attempt(), around(slowRetry, this.backoff.random));
      return this.poll();
    }
    const delay = retryHint(lost.reason) ?? delayOf(this.attempts, this.backoff);
    ++this.attempts;
    this.enter("waiting");
    this.timer = setTimeout(() => this.attempt(), delay);
  }

  private readonly wake = (): void => {
    if (globalThis.document?.visibilityState === "hidden") return;
    if (this.state_ === "open") this.link?.probe();
    else if (!this.link && this.state_ !== "closed") this.attempt();
  };

  private stop(): void {
    clearTimeout(this.timer);
    this.polling?.abort();
    this.polling = undefined;
  }

  private enter(state: State): void {
    if (state === this.state_) return;
    this.state_ = state;
    this.emitter.emit("state", state);
  }

  private fail(cause: unknown): void {
    if (this.emitter.has("error")) this.emitter.emit("error", cause instanceof RealtimeError ? cause : new RealtimeError("handler", messageOf(cause), { cause }));
    else queueMicrotask(() => { throw cause; });
  }

  // ---- what comes

  private hear(frame: Frame): void {
    const link = this.link;
    const { data } = frame;
    switch (frame.type) {
      case "welcome":
        return link && this.opened(link, data as Welcome);
      case "ack":
      case "error":
      case "pong":
      case "state":
      case "slow":
        return;
      case "resumed":
        this.position_ = Math.max(this.position_ ?? 0, (data as Resumed).upTo);
        return this.emitter.emit("resumed", data);
      case "reset":
        this.position_ = (data as Reset).seq;
        return this.emitter.emit("reset", data);
      case "unsubscribed":
        this.subscriptions.refuse((data as Signals["unsubscribed"]).topics);
        return this.emitter.emit("unsubscribed", data);
      case "rate_limit_warning":
        return this.emitter.emit("warning", data);
      default:
        if (!this.ignoring || frame.seq === undefined) this.take(frame);
    }
  }

  private take(event: Frame | PolledEvent): void {
    if (event.seq !== undefined) {
      if (event.seq <= (this.position_ ?? 0)) return;
      this.position_ = event.seq;
    }
    this.emitter.emitEvent(event.type, event);
  }

  /** Who waits for a subscription waits on when the connection ends before its answer. */
  private syncFor(waiter: Waiter): void {
    const link = this.link;
    this.sync().then(waiter.resolve, (cause) => {
      if (this.link === link || this.state_ === "closed") waiter.reject(cause);
      else if (this.state_ === "open") this.syncFor(waiter);
      else this.pending.push(waiter);
    });
  }

  /** Tells the server what changed. Rejects with the first refusal, after the rest was told. */
  private async sync(): Promise<void> {
    const link = this.link;
    const welcome = this.welcome_;
    if (!link || !welcome) return;
    const { add, remove } = this.subscriptions.change(welcome.topics);
    const asked = add.map((wish) => this.tell(link, wish));
    if (remove) asked.push(link.ask("unsubscribe", remove).then(() => undefined));
    const before = this.syncing;
    const settled = Promise.allSettled(asked);
    this.syncing = settled;
    const failed = (await settled).find((one) => one.status === "rejected");
    await before;   // what another part asked for before may be what we want too
    if (failed) throw failed.reason;
  }

  /** The server takes all of a request or nothing: what it names is left out of the next try. */
  private async tell(link: Link, wish: Wish): Promise<void> {
    try {
      await link.ask("subscribe", wish);
    } catch (cause) {
      const named = cause instanceof RealtimeError ? /^(topics|events)\[(\d+)\]$/.exec(cause.field ?? "") : undefined;
      const list = named && wish[named[1] as "topics" | "events"];
      if (this.link === link) this.emitter.emit("error", cause);
      if (list && list.splice(Number(named[2]), 1).length && (wish.topics?.length || wish.events?.length)) await this.tell(link, wish).catch(() => undefined);
      throw cause;
    }
  }

  // ---- the slow way

  private poll(): void {
    if (this.polling) return;
    const polling = (this.polling = new AbortController());
    this.enter("polling");
    void this.pollAgain(polling.signal);
  }

  private async pollAgain(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.pollOnce(signal);
      } catch (cause) {
        if (!signal.aborted) this.emitter.emit("error", cause instanceof RealtimeError ? cause : new RealtimeError("connection", messageOf(cause), { cause }));
      }
      await pause(this.options.pollInterval ?? 30_000, signal);
    }
  }

  private async pollOnce(signal: AbortSignal): Promise<void> {
    this.position_ ??= await this.log.newest(signal);
    let more = true;
    while (more && !signal.aborted) {
      const after = this.position_;
      const page = await this.log.read(after, signal);
      if (signal.aborted) return;
      const first = page.events[0];
      if (first && first.seq > after + 1 && after > 0) this.emitter.emit("reset", { reason: "too_old", after, seq: first.seq - 1 } satisfies Reset);
      for (const event of page.events) {
        if (this.wants(event)) this.take(event);
        if (signal.aborted) return;
      }
      this.position_ = Math.max(this.position_, page.last);
      more = page.more;
    }
  }

  private wants(event: PolledEvent): boolean {
    const allowed = this.welcome_?.topics;
    return (!allowed || allowed.includes(topicOf(event.type))) && this.subscriptions.all().some((wish) => matches(wish, event));
  }
}

function pause(time: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, time);
    signal.addEventListener("abort", end);
  });
}
