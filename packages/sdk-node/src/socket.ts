/** The part of a browser's WebSocket that the client uses. */
export interface SocketLike {
  onopen: ((event: any) => void) | null;
  onmessage: ((event: { data: any }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: any) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** `WebSocket` of a browser or of the npm package `ws`. */
export type SocketClass = new (url: string, protocols: string[]) => SocketLike;

/** How a connection is made. With `headers` the key goes with the request; without it a ticket is fetched first. */
export interface Transport {
  headers: boolean;
  open(url: string, protocols: string[], headers: Record<string, string>): SocketLike;
}

export function transportOf(given: SocketClass): Transport {
  return { headers: false, open: (url, protocols) => new given(url, protocols) };
}

let usual: Transport | undefined;

/** Where the platform has none of its own (Node 20), or one that can do less. */
export function setUsualTransport(transport: Transport): void {
  usual = transport;
}

export function usualTransport(): Transport | undefined {
  if (usual) return usual;
  const own = (globalThis as { WebSocket?: SocketClass }).WebSocket;
  return own ? transportOf(own) : undefined;
}
