// When the client tries again, measured with a clock of our own and sockets that do what the test says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync } from "node:fs";
import { Realtime, signHandshake } from "../dist/esm/node.js";
import { delayOf, retryHint } from "../dist/esm/backoff.js";

class FakeSocket {
  static all = [];
  constructor(url, protocols) {
    Object.assign(this, { url, protocols, sent: [] });
    FakeSocket.all.push(this);
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close(code) {
    this.closedWith = code;
  }
  say(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }
  welcome(seq = 10) {
    this.say({ type: "welcome", data: { topics: ["system", "messages"], seq, heartbeatMs: 30_000 }, timestamp: 1 });
  }
  end(code = 1006, reason = "") {
    this.onclose?.({ code, reason });
  }
}

const steps = () => new Promise((resolve) => setImmediate(resolve));

/** A client whose timers only run when the test says so; polls are answered with nothing. */
function offline(t, options = {}) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  FakeSocket.all = [];
  const polls = [];
  const fetch = async (url) => {
    polls.push(url);
    return Response.json({ data: [], last: Number(new URL(url).searchParams.get("after")), hasMore: false });
  };
  const client = new Realtime({ baseURL: "http://127.0.0.1:1", after: 10, WebSocket: FakeSocket, fetch, backoff: { random: () => 1 }, ...options });
  t.after(() => client.close());
  client.on("error", () => undefined);
  return { client, polls };
}

test("5 quick attempts that wait twice as long each, then polls every 30 s with a slow lane that never gives up", async (t) => {
  const { client, polls } = offline(t);
  client.connect();
  await steps();
  for (const delay of [1000, 2000, 4000, 8000, 16000]) {
    FakeSocket.all.at(-1).end();
    assert.equal(client.state, "waiting");
    const before = FakeSocket.all.length;
    t.mock.timers.tick(delay - 1);
    await steps();
    assert.equal(FakeSocket.all.length, before);
    t.mock.timers.tick(1);
    await steps();
    assert.equal(FakeSocket.all.length, before + 1);
  }
  for (let round = 1; round <= 50; round++) {
    FakeSocket.all.at(-1).end();
    assert.equal(client.state, "polling");
    await steps();
    for (let tick = 0; tick < 3; tick++) {
      t.mock.timers.tick(30_000);
      await steps();
    }
    assert.equal(FakeSocket.all.length, 6 + round);
  }
  assert.equal(polls.length, 151);
  FakeSocket.all.at(-1).welcome();
  assert.equal(client.state, "open");
  for (const { id } of FakeSocket.all.at(-1).sent) FakeSocket.all.at(-1).say({ type: "ack", id, data: {} });
  t.mock.timers.tick(35_000);
  await steps();
  assert.equal(polls.length, 151, "an open client does not poll");
});

test("full jitter spreads over the whole time, up to the cap", () => {
  for (const [random, delays] of [[0, [0, 0, 0]], [0.5, [500, 1000, 15_000]], [1, [1000, 2000, 30_000]]])
    assert.deepEqual([0, 1, 9].map((attempt) => delayOf(attempt, { base: 1000, cap: 30_000, random: () => random })), delays);
});

test("a restarting server says when to come back", async (t) => {
  assert.equal(retryHint("restart; retry in 1234 ms"), 1234);
  assert.equal(retryHint("going away"), undefined);
  const { client } = offline(t);
  client.connect();
  await steps();
  FakeSocket.all[0].welcome();
  FakeSocket.all[0].end(1012, "restart; retry in 77 ms");
  t.mock.timers.tick(76);
  await steps();
  assert.equal(FakeSocket.all.length, 1);
  t.mock.timers.tick(1);
  await steps();
  assert.equal(FakeSocket.all.length, 2);
});

test("after 1000 the client stays away, whoever said it", async (t) => {
  const { client } = offline(t);
  client.connect();
  await steps();
  FakeSocket.all[0].welcome();
  FakeSocket.all[0].end(1000, "bye");
  assert.equal(client.state, "closed");
  client.connect();
  await steps();
  assert.equal(FakeSocket.all.length, 2);
  FakeSocket.all[1].welcome();
  client.close();
  assert.deepEqual([client.state, FakeSocket.all[1].closedWith], ["closed", 1000]);
  t.mock.timers.tick(10 * 60_000);
  await steps();
  assert.equal(FakeSocket.all.length, 2);
});

test("subscriptions are restored in one go, and what comes before the resumption is not taken", async (t) => {
  const { client } = offline(t);
  const seen = [];
  client.on("*", (event) => seen.push(event.seq));
  client.subscribe({ topics: ["messages"] });
  client.subscribe({ topics: ["system"], events: ["message.*"] });
  client.subscribe({ topics: ["messages"], sessions: ["s1"] });
  client.connect();
  await steps();
  const [socket] = FakeSocket.all;
  socket.welcome();
  const [subscribe, resume] = socket.sent;
  assert.deepEqual(subscribe, { type: "subscribe", id: "1", topics: ["messages", "system"], events: ["message.*"] });
  assert.deepEqual(resume, { type: "resume", id: "2", after: 10 });
  const event = (seq) => socket.say({ type: "settings.updated", data: {}, timestamp: 1, seq });
  event(15);
  socket.say({ type: "ack", id: "2", data: {} });
  for (const seq of [11, 12, 12, 11, 15]) event(seq);
  assert.deepEqual(seen, [11, 12, 15]);
  assert.equal(client.position, 15);
});

test("a request that the server dropped for its rate is asked again", async (t) => {
  const { client } = offline(t);
  client.connect();
  await steps();
  const [socket] = FakeSocket.all;
  socket.welcome();
  for (const { id } of socket.sent) socket.say({ type: "ack", id, data: {} });
  const { ready } = client.subscribe({ topics: ["system"] });
  const [asked] = socket.sent.slice(-1);
  const before = socket.sent.length;
  socket.say({ type: "rate_limit_warning", data: { retryAfterMs: 100, warningsLeft: 4 } });
  t.mock.timers.tick(499);
  assert.equal(socket.sent.length, before);
  t.mock.timers.tick(501);
  assert.deepEqual(socket.sent.slice(before), [asked]);
  socket.say({ type: "ack", id: asked.id, data: {} });
  await ready;
});

test("the signature is the one the server computes", async () => {
  const vectors = JSON.parse(readFileSync(new URL("../../../tests/vectors/handshake.json", import.meta.url), "utf8"));
  for (const { name, sig, ...signing } of vectors) assert.equal(await signHandshake(signing), sig, name);
  assert.equal(vectors.length, 7);
});
