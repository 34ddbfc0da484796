import { RealtimeError } from "./errors.js";

/** WaQtor's signed handshake. Only for servers: whoever has the secret can sign for every key. */
export interface Signing {
  secret: string;
  apiKey: string;
  /** Milliseconds since 1970, near the server's clock. */
  ts: number;
  /** Anything that is not used twice. */
  nonce: string;
  /** Our address as the server sees it, when it is set to bind signatures to it. */
  address?: string;
}

const bytes = (text: string) => new TextEncoder().encode(text);

/** HMAC-SHA256 of key, time, address and nonce, in hexadecimal. */
export async function signHandshake({ secret, apiKey, ts, nonce, address = "" }: Signing): Promise<string> {
  const { subtle } = globalThis.crypto;
  const key = await subtle.importKey("raw", bytes(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const sum = new Uint8Array(await subtle.sign("HMAC", key, bytes(`${apiKey}${ts}${address}${nonce}`)));
  return [...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** How a client proves who it is. The first that is given is used: ticket, secret, apiKey or token; else the browser's login cookie. */
export interface Proof {
  apiKey?: string;
  /** Of a login. */
  token?: string;
  /** Of the server (`realtime.server_secret`): signs the handshake. Never put it into a page. */
  secret?: string;
  /** See Signing. */
  address?: string;
  /** Where a page without a login gets its one-time ticket: from your own server, which asks POST /api/ws/ticket with its key. */
  ticket?: () => Promise<string>;
}

export interface Way {
  url: string;
  protocols: string[];
  headers: Record<string, string>;
}

export interface Asking {
  headers: Record<string, string>;
  credentials: RequestCredentials;
}

/** What proves who asks, in a plain request. */
export function askingAs(proof: Proof): Asking {
  if (proof.apiKey) return { headers: { "X-API-Key": proof.apiKey }, credentials: "omit" };
  if (proof.token) return { headers: { Authorization: `Bearer ${proof.token}` }, credentials: "omit" };
  return { headers: { "X-Waqtor-Request": "1" }, credentials: "include" };
}

const protocol = "waqtor.v1";

/** Where to connect and with what. A socket that cannot send headers needs a ticket. */
export async function wayIn(base: URL, proof: Proof, canSendHeaders: boolean, http: typeof fetch): Promise<Way> {
  const url = new URL("ws", base);
  url.protocol = base.protocol === "https:" ? "wss:" : "ws:";
  const withTicket = (ticket: string): Way => ({ url: url.href, protocols: [protocol, `waqtor.ticket.${ticket}`], headers: {} });
  if (proof.ticket) return withTicket(await proof.ticket());
  if (proof.secret) {
    if (!proof.apiKey) throw new RealtimeError("invalid", "apiKey: is required beside secret");
    const signing: Signing = { secret: proof.secret, apiKey: proof.apiKey, ts: Date.now(), nonce: globalThis.crypto.randomUUID() };
    if (proof.address !== undefined) signing.address = proof.address;
    const sig = await signHandshake(signing);
    url.search = new URLSearchParams({ apiKey: signing.apiKey, ts: String(signing.ts), nonce: signing.nonce, sig }).toString();
    return { url: url.href, protocols: [protocol], headers: {} };
  }
  if (!proof.apiKey && !proof.token) return { url: url.href, protocols: [protocol], headers: {} };
  if (canSendHeaders) return { url: url.href, protocols: [protocol], headers: askingAs(proof).headers };
  const answer = await http(new URL("api/ws/ticket", base), { method: "POST", ...askingAs(proof) });
  if (!answer.ok) throw await refusal(answer);
  const body = (await answer.json()) as { data: { ticket: string } };
  return withTicket(body.data.ticket);
}

/** The error in an answer of the HTTP API. */
export async function refusal(answer: Response): Promise<RealtimeError> {
  const body = (await answer.json().catch(() => ({}))) as { error?: { code?: string; message?: string } };
  const message = body.error?.message ?? `The server answered ${answer.status}`;
  return new RealtimeError(body.error?.code ?? "refused", message, { status: answer.status });
}
