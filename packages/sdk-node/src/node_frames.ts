import { constants, inflateRawSync } from "node:zlib";

/** The frames of a server (RFC 6455, and RFC 7692 without context takeover) from bytes as they come. */
export interface Incoming {
  opcode: number;
  payload: Buffer;
}

/** The server broke the protocol; `code` is what we close with. */
export class Violation extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

const kTail = Buffer.from([0, 0, 0xff, 0xff]);   // RFC 7692 §7.2.2

export class FrameReader {
  private buffer: Buffer = Buffer.alloc(0);
  private parts: Buffer[] = [];
  private size = 0;
  private opcode = 0;   // of the message in progress
  private packed = false;

  constructor(
    private readonly deflate: boolean,
    private readonly limit: number,
  ) {}

  feed(chunk: Buffer): void {
    this.buffer = this.buffer.length ? Buffer.concat([this.buffer, chunk]) : chunk;
  }

  /** The next control frame or whole message; nothing when more bytes are needed. */
  next(): Incoming | undefined {
    for (;;) {
      const frame = this.frame();
      if (!frame) return undefined;
      if (frame.opcode >= 8) return frame;
      const message = this.collect(frame);
      if (message) return message;
    }
  }

  private frame(): (Incoming & { fin: boolean; rsv1: boolean }) | undefined {
    const { buffer } = this;
    if (buffer.length < 2) return undefined;
    const [first, second] = [buffer.readUInt8(0), buffer.readUInt8(1)];
    const opcode = first & 15;
    const [fin, rsv1] = [(first & 0x80) !== 0, (first & 0x40) !== 0];
    if (first & 0x30 || (rsv1 && (!this.deflate || opcode === 0 || opcode >= 8))) throw new Violation(1002, "a reserved bit is set");
    if ((opcode > 2 && opcode < 8) || opcode > 10) throw new Violation(1002, "unknown opcode");
    if (second & 0x80) throw new Violation(1002, "a server's frame is masked");
    if (opcode >= 8 && (!fin || second > 125)) throw new Violation(1002, "a control frame is too long or in fragments");
    const head = second === 126 ? 4 : second === 127 ? 10 : 2;
    if (buffer.length < head) return undefined;
    const size = second === 126 ? buffer.readUInt16BE(2) : second === 127 ? Number(buffer.readBigUInt64BE(2)) : second;
    if (size + this.size > this.limit) throw new Violation(1009, "the message is too big");
    if (buffer.length < head + size) return undefined;
    this.buffer = buffer.subarray(head + size);
    return { opcode, payload: buffer.subarray(head, head + size), fin, rsv1 };
  }

  private collect({ opcode, payload, fin, rsv1 }: Incoming & { fin: boolean; rsv1: boolean }): Incoming | undefined {
    if ((opcode === 0) !== (this.opcode !== 0)) throw new Violation(1002, "fragments are out of order");
    if (opcode !== 0) {
      this.opcode = opcode;
      this.packed = rsv1;
    }
    this.parts.push(payload);
    this.size += payload.length;
    if (!fin) return undefined;
    const whole = this.parts.length === 1 ? payload : Buffer.concat(this.parts);
    const message = { opcode: this.opcode, payload: this.packed ? this.expand(whole) : whole };
    this.parts = [];
    this.size = this.opcode = 0;
    return message;
  }

  private expand(payload: Buffer): Buffer {
    try {
      return inflateRawSync(Buffer.concat([payload, kTail]), { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: this.limit });
    } catch (cause) {
      const tooBig = (cause as { code?: string }).code === "ERR_BUFFER_TOO_LARGE";
      throw tooBig ? new Violation(1009, "the message is too big") : new Violation(1007, "the compressed data is damaged");
    }
  }
}

/** A frame as a client writes it. */
export function maskedFrame(opcode: number, payload: Buffer, mask: Buffer): Buffer {
  const size = payload.length;
  const head = Buffer.alloc(size < 126 ? 2 : size < 65536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (size < 126 ? size : size < 65536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(size, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(size), 2);
  const body = Buffer.from(payload);
  for (let i = 0; i < size; i++) body[i]! ^= mask[i & 3]!;
  return Buffer.concat([head, mask, body]);
}
