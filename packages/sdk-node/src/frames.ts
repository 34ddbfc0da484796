import type { Events } from "./events.js";

/** What server and client say to each other over /ws. */

export const topics = ["session", "messages", "campaigns", "notifications", "bot", "queue", "webhooks", "audit", "system"] as const;
export type Topic = (typeof topics)[number];
export type EventType = keyof Events;

type EventOf<T extends EventType> = {
  type: T;
  data: Events[T];
  /** When it was written, in milliseconds since 1970. */
  timestamp: number;
  /** Its number in the workspace's event log, without gaps. Absent for what is not in the log, such as progress and counts. */
  seq?: number;
};
/** One event; `type` tells the shape of `data`. A newer server may send types that are not in this list. */
export type WaqtorEvent<T extends EventType = EventType> = T extends EventType ? EventOf<T> : never;

export interface Wish {
  /** Topics, or "*" for all that you may see. */
  topics?: Array<Topic | "*">;
  /** Event types, patterns like "message.*", or "*". */
  events?: string[];
  /** Only what is about these sessions. */
  sessions?: string[];
}

/** The first frame of a connection. */
export interface Welcome {
  server: string;
  version: string;
  heartbeatMs: number;
  limits: {
    payloadBytes: number;
    messageBytes: number;
    messagesPerSecond: number;
    burst: number;
    bufferedBytes: number;
    resumeEvents: number;
  };
  topics: Topic[];
  seq: number;
}

/** What is subscribed to on this connection. */
export interface Subscribed {
  topics: Topic[];
  events: string[];
}

/** Not every event since `after` can be given: load what you show anew; events go on after `seq`. */
export interface Reset {
  reason: string;
  after: number;
  seq: number;
}

export interface Frame {
  type: string;
  data?: unknown;
  timestamp?: number;
  seq?: number;
  id?: string;
}

const topicOfPrefix: Record<string, Topic> = {
  session: "session",
  message: "messages",
  campaign: "campaigns",
  notification: "notifications",
  bot: "bot",
  queue: "queue",
  webhook: "webhooks",
  audit: "audit",
};

export function topicOf(type: string): Topic {
  return topicOfPrefix[type.split(/[.:]/, 1)[0] ?? ""] ?? "system";
}

export function fits(pattern: string, type: string): boolean {
  if (pattern === "*") return true;
  return pattern.endsWith(".*") ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
}

function sessionOf(data: unknown): string | undefined {
  const fields = data as { session?: unknown; sessionId?: unknown } | null | undefined;
  const session = fields?.session ?? fields?.sessionId;
  return typeof session === "string" ? session : undefined;
}

/** Is this what was asked for? The server decides the same way. */
export function matches(wish: Wish, event: { type: string; data?: unknown }): boolean {
  const topic = topicOf(event.type);
  const named =
    wish.topics?.some((one) => one === "*" || one === topic) || wish.events?.some((pattern) => fits(pattern, event.type));
  if (!named) return false;
  const session = sessionOf(event.data);
  return !wish.sessions?.length || (session !== undefined && wish.sessions.includes(session));
}
