// What Node loads: the same as browsers, and a WebSocket of our own, which sends headers and works in Node 20.
import { NodeSocket } from "./node_socket.js";
import { setUsualTransport } from "./socket.js";

setUsualTransport({ headers: true, open: (url, protocols, headers) => new NodeSocket(url, protocols, { headers }) });

export * from "./index.js";
export { NodeSocket } from "./node_socket.js";
