import { type Asking, refusal } from "./handshake.js";

/** One event as /api/events gives it. */
interface StoredEvent {
  seq: number;
  type: string;
  at: string;
  data: unknown;
}

export interface PolledEvent {
  type: string;
  data: unknown;
  timestamp: number;
  seq: number;
}

interface Page {
  events: PolledEvent[];
  last: number;
  more: boolean;
}

/** Reads the event log over HTTP, for when no WebSocket gets through. */
export class EventLog {
  constructor(
    private readonly base: URL,
    private readonly asking: Asking,
    private readonly http: typeof fetch,
  ) {}

  async read(after: number, signal: AbortSignal, types = ""): Promise<Page> {
    const url = new URL("api/events", this.base);
    url.search = new URLSearchParams({ after: String(after), limit: "1000", ...(types && { types }) }).toString();
    const answer = await this.http(url, { ...this.asking, signal });
    if (!answer.ok) throw await refusal(answer);
    const body = (await answer.json()) as { data: StoredEvent[]; last: number; hasMore: boolean };
    const events = body.data.map(({ seq, type, at, data }) => ({ type, data, timestamp: Date.parse(at), seq }));
    return { events, last: body.last, more: body.hasMore };
  }

  /** The number of the newest event. Types that are rare make the way there short. */
  async newest(signal: AbortSignal): Promise<number> {
    let page: Page = { events: [], last: 0, more: true };
    while (page.more) page = await this.read(page.last, signal, "workspace.created");
    return page.last;
  }
}
