import { fits } from "./frames.js";

type Handler = (value: any) => void;

/** Handlers by exact name, by pattern ("message.*") and for everything ("*"). A handler that throws disturbs no other. */
export class Emitter {
  private readonly exact = new Map<string, Set<Handler>>();
  private readonly patterns = new Map<string, Set<Handler>>();

  constructor(private readonly failed: (cause: unknown) => void) {}

  on(name: string, handler: Handler): () => void {
    const table = name.includes("*") ? this.patterns : this.exact;
    const handlers = table.get(name) ?? new Set();
    table.set(name, handlers.add(handler));
    return () => void handlers.delete(handler);
  }

  has(name: string): boolean {
    return (this.exact.get(name)?.size ?? 0) > 0;
  }

  emit(name: string, value: unknown): void {
    for (const handler of [...(this.exact.get(name) ?? [])]) this.call(handler, value);
  }

  emitEvent(type: string, value: unknown): void {
    this.emit(type, value);
    for (const [pattern, handlers] of this.patterns)
      if (fits(pattern, type)) for (const handler of [...handlers]) this.call(handler, value);
  }

  private call(handler: Handler, value: unknown): void {
    try {
      handler(value);
    } catch (cause) {
      this.failed(cause);
    }
  }
}
