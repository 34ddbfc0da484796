// The real server for the tests, and a proxy in front of it that can do everything a network does.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const binary = process.env.TEST_BINARY ?? fileURLToPath(new URL("../../../build/release/waqtor", import.meta.url));
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("WAQTOR_")));

/** A server with an owner, in a folder that goes with the test. Options are command line arguments. */
export class Server {
  static async start(test, options = []) {
    const server = new Server(await mkdtemp(join(tmpdir(), "waqtor-sdk-")), options);
    test.after(async () => {
      await server.stop("SIGKILL");
      await rm(server.folder, { recursive: true, force: true });
    });
    await server.run(0);
    const made = await server.call("POST", "/api/auth/register", {
      email: "owner@example.com",
      password: "correct horse battery",
      setupToken: server.setupToken,
      workspaceName: "Shop",
    });
    server.token = made.token;
    server.key = await server.makeKey();
    return server;
  }

  constructor(folder, options) {
    this.folder = folder;
    this.options = options;
  }

  async run(port = this.port) {
    this.process = spawn(binary, ["serve", "--json", "--data", this.folder, "--listen", `127.0.0.1:${port}`, ...this.options], {
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let log = "";
    this.process.stderr.on("data", (text) => (log += text));
    const lines = createInterface(this.process.stdout);
    const [line] = await Promise.race([once(lines, "line"), once(this.process, "exit").then(() => Promise.reject(new Error(log)))]);
    const { data } = JSON.parse(line);
    this.url = data.url;
    this.port = Number(new URL(data.url).port);
    this.setupToken = data.setupLink?.split("#")[1];
  }

  async stop(signal = "SIGTERM") {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill(signal);
    await once(this.process, "exit");
  }

  async call(method, path, body, headers = this.token && { Authorization: `Bearer ${this.token}` }) {
    const answer = await fetch(this.url + path, {
      method,
      headers: { ...headers, ...(body && { "Content-Type": "application/json" }) },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text).data;
  }

  async makeKey(scopes = ["events_read"]) {
    const made = await this.call("POST", "/api/keys", { name: "sdk", scopes });
    this.keyId = made.id;
    return made.key;
  }

  /** One event of the topic `system`. */
  rename(name) {
    return this.call("PUT", "/api/settings", { name });
  }

  /** The seq of the newest event. */
  async last() {
    for (let last = 0; ; ) {
      const answer = await fetch(`${this.url}/api/events?limit=1000&after=${last}`, { headers: { Authorization: `Bearer ${this.token}` } });
      const page = await answer.json();
      last = page.last;
      if (!page.hasMore) return last;
    }
  }
}

/** Forwards to a server. `frozen`: nothing goes through and nothing ends; `deaf`: refuses upgrades; cut() ends all connections at
 * once; `budget()` gives the bytes after which a new connection is cut. */
export class Proxy {
  static async start(test, server) {
    const proxy = new Proxy();
    proxy.pairs = new Set();
    proxy.listener = net.createServer((client) => proxy.accept(client, server));
    proxy.listener.listen(0, "127.0.0.1");
    await once(proxy.listener, "listening");
    proxy.url = `http://127.0.0.1:${proxy.listener.address().port}`;
    test.after(() => {
      proxy.listener.close();
      proxy.cut();
    });
    return proxy;
  }

  frozen = false;
  deaf = false;
  accepted = 0;
  upgrades = 0;
  cuts = 0;
  budget = () => Infinity;

  accept(client, server) {
    this.accepted++;
    const upstream = net.connect(server.port, "127.0.0.1");
    const pair = { client, upstream };
    this.pairs.add(pair);
    let left = this.budget();
    const end = () => {
      this.pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const [from, to] of [[client, upstream], [upstream, client]]) {
      from.on("error", end);
      from.on("close", end);
      from.on("data", (chunk) => {
        if (from === client && /^GET \S*\/ws/.test(chunk.toString("latin1"))) {
          this.upgrades++;
          if (this.deaf) return client.end("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
        if (this.frozen) return;
        to.write(left < chunk.length ? chunk.subarray(0, left) : chunk, () => left <= 0 && this.pairs.has(pair) && (this.cuts++, end()));
        left -= chunk.length;
      });
    }
  }

  cut() {
    this.cuts += this.pairs.size;
    for (const { client, upstream } of [...this.pairs]) {
      client.destroy();
      upstream.destroy();
    }
    this.pairs.clear();
  }
}

/** Fulfilled when the client says so; `fits` may look closer. */
export function signal(client, name, fits = () => true) {
  return new Promise((resolve) => {
    const stop = client.on(name, (value) => {
      if (!fits(value)) return;
      stop();
      resolve(value);
    });
  });
}

/** Resolves when the client's events, collected in `seen`, reach a seq. */
export async function reaches(client, seq) {
  if (client.position >= seq) return;
  await new Promise((resolve) => {
    const stops = ["*", "resumed", "reset", "open"].map((name) =>
      client.on(name, () => {
        if (client.position < seq) return;
        for (const stop of stops) stop();
        resolve();
      }),
    );
  });
}

export const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
