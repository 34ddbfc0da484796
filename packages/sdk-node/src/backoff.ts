/** Exponential back-off with full jitter: anything between nothing and what doubles with each attempt, up to a cap. */
export interface Backoff {
  base: number;
  cap: number;
  random: () => number;
}

export function delayOf(attempt: number, { base, cap, random }: Backoff): number {
  return Math.round(random() * Math.min(cap, base * 2 ** attempt));
}

/** Between half of a time and one and a half of it. */
export function around(time: number, random: () => number): number {
  return Math.round(time * (0.5 + random()));
}

/** A server that restarts tells each client when to come back, so that they do not all come at once. */
export function retryHint(reason: string): number | undefined {
  const found = /retry in (\d{1,6}) ms/.exec(reason);
  return found ? Number(found[1]) : undefined;
}
