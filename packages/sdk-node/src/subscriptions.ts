import type { Topic, Wish } from "./frames.js";

/** One thing to subscribe to ("topic:messages", "event:message.*") and for which sessions; none means all. */
type Rules = Map<string, string[]>;

export interface Change {
  add: Wish[];
  remove?: Wish;
}

const same = (a: string[] | undefined, b: string[]) => a !== undefined && a.length === b.length && a.every((one, i) => one === b[i]);

/** What every part of the program wants together, and how the server's idea of it has to change. */
export class Subscriptions {
  private readonly wishes = new Map<symbol, Wish>();
  private applied: Rules = new Map();

  add(wish: Wish): symbol {
    const handle = Symbol("subscription");
    this.wishes.set(handle, wish);
    return handle;
  }

  delete(handle: symbol): void {
    this.wishes.delete(handle);
  }

  all(): Wish[] {
    return [...this.wishes.values()];
  }

  /** A new connection knows nothing. */
  forget(): void {
    this.applied = new Map();
  }

  /** The server does not give this any more: it is not asked for again on this connection. */
  refuse(topics: string[]): void {
    for (const topic of topics) this.applied.set(`topic:${topic}`, ["refused"]);
  }

  /** What to tell the server now; afterwards it counts as told. "*" stands for the topics we may have. */
  change(allowed: Topic[]): Change {
    const wanted = this.wanted(allowed);
    const groups = new Map<string, Wish>();
    for (const [rule, sessions] of wanted) {
      const before = this.applied.get(rule);
      if (same(before, sessions) || before?.[0] === "refused") continue;
      const key = sessions.join();
      const group = groups.get(key) ?? (sessions.length ? { sessions } : {});
      put(group, rule);
      groups.set(key, group);
    }
    const gone: Wish = {};
    for (const [rule, sessions] of this.applied) if (!wanted.has(rule) && sessions[0] !== "refused") put(gone, rule);
    const refused = [...this.applied].filter(([rule, sessions]) => sessions[0] === "refused" && wanted.has(rule));
    this.applied = new Map([...wanted, ...refused]);
    return gone.topics || gone.events ? { add: [...groups.values()], remove: gone } : { add: [...groups.values()] };
  }

  private wanted(allowed: Topic[]): Rules {
    const rules: Rules = new Map();
    const merge = (rule: string, sessions: string[]) => {
      const before = rules.get(rule);
      const all = !sessions.length || (before !== undefined && !before.length);
      rules.set(rule, all ? [] : [...new Set([...(before ?? []), ...sessions])].sort());
    };
    for (const wish of this.wishes.values()) {
      const sessions = wish.sessions ?? [];
      for (const topic of wish.topics ?? [])
        for (const one of topic === "*" ? allowed : [topic]) merge(`topic:${one}`, sessions);
      for (const pattern of wish.events ?? []) merge(`event:${pattern}`, sessions);
    }
    return rules;
  }
}

function put(wish: Wish, rule: string): void {
  const name = rule.slice(6);
  if (rule.startsWith("topic:")) (wish.topics ??= []).push(name as Topic);
  else (wish.events ??= []).push(name);
}
