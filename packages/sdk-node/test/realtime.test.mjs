// The client against the real server, through networks that break.
import assert from "node:assert/strict";
import { test } from "node:test";
import WebSocket from "ws";
import { Realtime, RealtimeError, signHandshake } from "../dist/esm/node.js";
import { Proxy, range, reaches, Server, signal } from "./server.mjs";

const quick = { backoff: { base: 20, cap: 100 }, stableAfter: 0 };

/** A connected client that collects the seqs of what it gets. */
async function listening(test, options, wish = { topics: ["*"] }) {
  const client = new Realtime({ ...quick, ...options });
  client.seen = [];
  client.errors = [];
  client.on("*", (event) => client.seen.push(event.seq));
  client.on("error", (error) => client.errors.push(error));
  test.after(() => client.close());
  await client.connect().subscribe(wish).ready;
  return client;
}

test("events arrive once and in order, with each way to prove who asks", async (t) => {
  const server = await Server.start(t, ["--realtime-server-secret", "a-secret-of-the-server", "--realtime-compression-threshold", "64"]);
  const base = { baseURL: server.url };
  const ticket = async () => (await server.call("POST", "/api/ws/ticket", undefined, { "X-API-Key": server.key })).ticket;
  const clients = await Promise.all([
    listening(t, { ...base, apiKey: server.key }),
    listening(t, { ...base, token: server.token }),
    listening(t, { ...base, apiKey: server.key, secret: "a-secret-of-the-server" }),
    listening(t, { ...base, ticket }),
    listening(t, { ...base, apiKey: server.key, WebSocket }),
  ]);
  const start = await server.last();
  const heard = signal(clients[0], "settings.updated");
  for (let i = 0; i < 5; i++) await server.rename(`Shop ${i}`);
  const end = await server.last();
  await Promise.all(clients.map((client) => reaches(client, end)));
  for (const client of clients) assert.deepEqual(client.seen, range(start + 1, end));
  const event = await heard;
  assert.deepEqual({ type: event.type, data: event.data, seq: event.seq }, { type: "settings.updated", data: { changed: ["name"] }, seq: start + 1 });
  assert.ok((await clients[0].ping()) > 0);
  assert.equal((await clients[4].getState()).seq, end);
  assert.equal(clients[0].welcome.topics.includes("system"), true);
});

test("what is refused says why, and the rest of a subscription stands", async (t) => {
  const server = await Server.start(t);
  const wrong = new Realtime({ baseURL: server.url, apiKey: "wq_wrong", ...quick });
  const refused = signal(wrong, "error");
  wrong.connect();
  const error = await refused;
  wrong.close();
  assert.ok(error instanceof RealtimeError);
  assert.deepEqual([error.code, error.status], ["unauthenticated", 401]);

  const client = await listening(t, { baseURL: server.url, apiKey: server.key }, { topics: ["system"] });
  await assert.rejects(client.subscribe({ events: ["Nonsense!", "session.*"] }).ready, { code: "invalid", field: "events[0]" });
  await server.rename("Heard");
  await reaches(client, await server.last());
  assert.equal(client.errors.length, 1);
});

test("a signature is not accepted twice", async (t) => {
  const secret = "a-secret-of-the-server";
  const server = await Server.start(t, ["--realtime-server-secret", secret]);
  const signing = { secret, apiKey: server.key, ts: Date.now(), nonce: "once" };
  const query = new URLSearchParams({ apiKey: server.key, ts: signing.ts, nonce: "once", sig: await signHandshake(signing) });
  const outcome = () =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${server.url.replace("http", "ws")}/ws?${query}`);
      socket.on("open", () => (socket.close(), resolve(101)));
      socket.on("unexpected-response", (_, answer) => (answer.destroy(), socket.terminate(), resolve(answer.statusCode)));
      socket.on("error", () => undefined);
    });
  assert.deepEqual([await outcome(), await outcome()], [101, 401]);
});

const many = process.env.TEST_LONG ? 1000 : 100;
const forMany = ["--server-connections-per-address", "--realtime-connections-per-address", "--realtime-connections-per-key", "--realtime-burst"].flatMap((name) => [name, "5000"]);
const cuts = process.env.TEST_LONG ? 10_000 : 60;

test(`${cuts} random cuts lose nothing and repeat nothing`, async (t) => {
  const server = await Server.start(t, forMany);
  const proxy = await Proxy.start(t, server);
  let seed = 7;
  const random = (below) => (seed = (seed * 48271) % 2147483647) % below;
  const options = { baseURL: proxy.url, apiKey: server.key, quickAttempts: Infinity, pongTimeout: 60_000 };
  const kinds = [[{}, { topics: ["system"] }], [{ WebSocket }, { events: ["settings.*"] }]];
  const clients = await Promise.all(range(0, 9).map((i) => listening(t, { ...options, ...kinds[i % 2][0] }, kinds[i % 2][1])));
  const after = clients.map((client) => client.position);
  proxy.budget = () => 400 + random(3000);
  for (let i = 0; proxy.cuts < cuts; i++) {
    await server.rename(`Shop ${i}`);
    if (random(10) === 0) proxy.cut();
  }
  proxy.budget = () => Infinity;
  proxy.cut();
  const end = await server.last();
  await Promise.all(clients.map((client) => reaches(client, end)));
  clients.forEach((client, i) => assert.deepEqual(client.seen, range(after[i] + 1, end)));
});

for (const [how, kill] of [["a kill -9", "SIGKILL"], ["a drain restart", "SIGTERM"]])
  test(`${how} under load loses nothing for ${many} clients`, async (t) => {
    const server = await Server.start(t, forMany);
    const clients = await Promise.all(range(1, many).map(() => listening(t, { baseURL: server.url, apiKey: server.key, quickAttempts: Infinity })));
    const start = clients.map((client) => client.position);
    const losses = clients.map((client) => signal(client, "lost"));
    let stopped = false;
    const load = (async () => {
      for (let i = 0; !stopped; i++) await server.rename(`Shop ${i}`).catch(() => undefined);
    })();
    await reaches(clients[0], start[0] + 50);
    await server.stop(kill);
    await server.run();
    await reaches(clients[0], clients[0].position + 50);
    stopped = true;
    await load;
    const end = await server.last();
    await Promise.all(clients.map((client) => reaches(client, end)));
    clients.forEach((client, i) => assert.deepEqual(client.seen, range(start[i] + 1, end)));
    const lost = await Promise.all(losses);
    if (kill === "SIGTERM") for (const { code, reason } of lost) assert.match(`${code} ${reason}`, /^1012 restart; retry in \d+ ms$/);
  });

test("a server that falls silent is noticed", async (t) => {
  const server = await Server.start(t);
  const proxy = await Proxy.start(t, server);
  const client = await listening(t, { baseURL: proxy.url, apiKey: server.key, heartbeat: 50, pongTimeout: 2_000 });
  const start = client.position;
  const lost = signal(client, "lost");
  proxy.frozen = true;
  await server.rename("Not heard yet");
  assert.equal((await lost).error.code, "dead_peer");
  proxy.frozen = false;
  proxy.cut();
  await reaches(client, start + 1);
  assert.deepEqual(client.seen, [start + 1]);
});

test("where no WebSocket gets through events are polled, until one does", async (t) => {
  const server = await Server.start(t);
  const proxy = await Proxy.start(t, server);
  proxy.deaf = true;
  const start = await server.last();
  const client = new Realtime({ baseURL: proxy.url, apiKey: server.key, after: start, quickAttempts: 2, pollInterval: 20, slowRetry: 30, ...quick });
  t.after(() => client.close());
  const seen = [];
  client.on("*", (event) => seen.push(event));
  client.on("error", () => undefined);
  client.subscribe({ topics: ["system"] });
  const opened = signal(client, "open");
  client.connect();
  await signal(client, "state", (state) => state === "polling");
  await server.rename("Polled");
  await reaches(client, start + 1);
  assert.equal(client.state, "polling");
  assert.ok(Math.abs(seen[0].timestamp - Date.now()) < 600_000);
  proxy.deaf = false;
  await opened;
  await server.rename("Pushed");
  await reaches(client, start + 2);
  assert.deepEqual(seen.map((event) => event.seq), [start + 1, start + 2]);
  assert.equal(client.state, "open");
  assert.ok(proxy.upgrades > 3);
});

test("a client that never had a connection polls from now on", async (t) => {
  const server = await Server.start(t);
  const proxy = await Proxy.start(t, server);
  proxy.deaf = true;
  const client = new Realtime({ baseURL: proxy.url, apiKey: server.key, quickAttempts: 0, pollInterval: 20, slowRetry: 1e6 });
  t.after(() => client.close());
  const seen = [];
  client.on("settings.updated", (event) => seen.push(event.seq));
  client.subscribe({ events: ["settings.*"] });
  client.connect();
  let end;
  while (!seen.length) {
    await server.rename("Again");
    end = await server.last();
  }
  await reaches(client, end);
  assert.deepEqual(seen, range(seen[0], end));
});

test("who missed too much is told to reload and goes on from there", async (t) => {
  const server = await Server.start(t, ["--realtime-resume-events", "2"]);
  const start = await server.last();
  for (let i = 0; i < 4; i++) await server.rename(`Shop ${i}`);
  const client = new Realtime({ baseURL: server.url, apiKey: server.key, after: start, ...quick });
  t.after(() => client.close());
  client.subscribe({ topics: ["system"] });
  const reset = signal(client, "reset");
  const first = signal(client, "settings.updated");
  client.connect();
  const end = await server.last();
  assert.deepEqual(await reset.then(({ reason, after, seq }) => ({ reason, after, seq })), { reason: "too_old", after: start, seq: end });
  await server.rename("After");
  assert.equal((await first).seq, end + 1);
});

test("a client whose right ended does not hammer the door", async (t) => {
  const server = await Server.start(t);
  const client = await listening(t, { baseURL: server.url, apiKey: server.key, slowRetry: 1e6, pollInterval: 1e6 });
  const lost = signal(client, "lost");
  await server.call("DELETE", `/api/keys/${server.keyId}`);
  assert.deepEqual(await lost.then(({ code, reason }) => [code, reason]), [1008, "the login or key has ended"]);
  assert.equal(client.state, "polling");
});

test("subscriptions come and go while others keep the same topic", async (t) => {
  const server = await Server.start(t);
  const client = await listening(t, { baseURL: server.url, apiKey: server.key }, { topics: ["system"] });
  const other = client.subscribe({ topics: ["system", "session"] });
  await other.ready;
  other.close();
  await server.rename("Still heard");
  await reaches(client, await server.last());
  assert.equal(client.seen.length, 1);
});

test("events() gives each event to a loop and ends with the client", async (t) => {
  const server = await Server.start(t);
  const client = await listening(t, { baseURL: server.url, apiKey: server.key });
  const start = client.position;
  const got = [];
  const loop = (async () => {
    for await (const event of client.events()) {
      got.push(event.seq);
      if (got.length === 3) client.close();
    }
  })();
  for (let i = 0; i < 3; i++) await server.rename(`Shop ${i}`);
  await loop;
  assert.deepEqual(got, range(start + 1, start + 3));
});
