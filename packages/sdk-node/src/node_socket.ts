import { createHash, randomBytes } from "node:crypto";
import { request, type IncomingMessage } from "node:http";
import { request as secureRequest } from "node:https";
import type { Duplex } from "node:stream";
import { RealtimeError } from "./errors.js";
import { FrameReader, maskedFrame, Violation } from "./node_frames.js";
import type { SocketLike } from "./socket.js";

const kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";   // RFC 6455 §1.3
const kDeflate = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

export interface NodeSocketOptions {
  headers?: Record<string, string>;
  /** Of one message; 16 MiB. */
  maxPayload?: number;
  /** For the peer to answer a close frame; 5000 ms. */
  closeTimeout?: number;
}

/** A small WebSocket client on Node's own HTTP: text messages, compressed ones too. */
export class NodeSocket implements SocketLike {
  onopen: SocketLike["onopen"] = null;
  onmessage: SocketLike["onmessage"] = null;
  onclose: SocketLike["onclose"] = null;
  onerror: SocketLike["onerror"] = null;
  private readonly key = randomBytes(16).toString("base64");
  private readonly asked;
  private stream: Duplex | undefined;
  private reader: FrameReader | undefined;
  private code = 1006;   // what a peer says that says nothing
  private reason = "";
  private closing = false;
  private ended = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    url: string,
    protocols: string[] = [],
    private readonly options: NodeSocketOptions = {},
  ) {
    const to = new URL(url);
    const secure = to.protocol === "wss:";
    to.protocol = secure ? "https:" : "http:";
    const headers: Record<string, string> = {
      ...options.headers,
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": this.key,
      "Sec-WebSocket-Extensions": kDeflate,
    };
    if (protocols.length) headers["Sec-WebSocket-Protocol"] = protocols.join(", ");
    this.asked = (secure ? secureRequest : request)(to, { headers, agent: false });
    this.asked.on("upgrade", (answer, stream, head) => this.opened(answer, stream, head));
    this.asked.on("response", (answer) => void this.refused(answer));
    this.asked.on("error", (cause) => this.fail(cause));
    this.asked.end();
  }

  send(text: string): void {
    if (this.stream && !this.closing) this.write(1, Buffer.from(text));
  }

  close(code = 1000, reason = ""): void {
    if (this.closing || this.ended) return;
    if (!this.stream) {
      this.asked.destroy();
      return this.finish();
    }
    const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
    payload.writeUInt16BE(code, 0);
    payload.write(reason, 2);
    this.write(8, payload);
    this.closing = true;
    this.timer = setTimeout(() => this.stream?.destroy(), this.options.closeTimeout ?? 5_000);
  }

  private opened(answer: IncomingMessage, stream: Duplex, head: Buffer): void {
    const accept = createHash("sha1").update(this.key + kGuid).digest("base64");
    const extensions = answer.headers["sec-websocket-extensions"];
    this.stream = stream;
    stream.on("error", () => undefined);   // "close" follows
    stream.on("close", () => this.finish());
    if (this.ended) return void stream.destroy();
    if (answer.headers["sec-websocket-accept"] !== accept || (extensions && !/^permessage-deflate;.*server_no_context_takeover/.test(extensions))) {
      stream.destroy();
      return this.fail(new RealtimeError("refused", "The server's WebSocket handshake is wrong"));
    }
    this.reader = new FrameReader(extensions !== undefined, this.options.maxPayload ?? 16 * 1024 * 1024);
    stream.on("data", (chunk: Buffer) => this.read(chunk));
    stream.on("end", () => stream.end());
    this.onopen?.({});
    if (head.length) this.read(head);
  }

  private async refused(answer: IncomingMessage): Promise<void> {
    let body = "";
    try {
      for await (const part of answer.setEncoding("utf8")) if (body.length < 65_536) body += part;
    } catch {
      // What came is enough.
    }
    const { error } = parsed(body);
    this.fail(new RealtimeError(error?.code ?? "refused", error?.message ?? `The server answered ${answer.statusCode}`, { status: answer.statusCode ?? 0 }));
  }

  private read(chunk: Buffer): void {
    if (!this.reader || this.ended) return;
    try {
      this.reader.feed(chunk);
      for (let frame = this.reader.next(); frame; frame = this.reader?.next()) this.take(frame.opcode, frame.payload);
    } catch (cause) {
      this.reader = undefined;
      const { code, message } = cause instanceof Violation ? cause : new Violation(1007, "a text is not UTF-8");
      this.onerror?.({ error: new RealtimeError("connection", message) });
      this.close(code, message);
      this.stream?.end();
    }
  }

  private take(opcode: number, payload: Buffer): void {
    if (opcode === 1) this.onmessage?.({ data: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(payload) });
    else if (opcode === 2) this.onmessage?.({ data: payload });
    else if (opcode === 9) this.write(10, payload);
    else if (opcode === 8) this.closed(payload);
  }

  private closed(payload: Buffer): void {
    this.code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
    this.reason = payload.subarray(2).toString();
    this.reader = undefined;
    if (!this.closing) this.write(8, payload.subarray(0, 2));
    this.closing = true;
    this.stream?.end();
    this.timer ??= setTimeout(() => this.stream?.destroy(), this.options.closeTimeout ?? 5_000);
  }

  private write(opcode: number, payload: Buffer): void {
    if (this.stream?.writable) this.stream.write(maskedFrame(opcode, payload, randomBytes(4)));
  }

  private fail(error: unknown): void {
    if (!this.ended) this.onerror?.({ error });
    this.finish();
  }

  private finish(): void {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.timer);
    this.onclose?.({ code: this.code, reason: this.reason });
  }
}

function parsed(body: string): { error?: { code?: string; message?: string } } {
  try {
    return JSON.parse(body) as { error?: { code?: string; message?: string } };
  } catch {
    return {};
  }
}
