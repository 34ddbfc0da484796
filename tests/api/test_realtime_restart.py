"""A server that is killed and one that drains, under load: after resume every client has every event, once.

WAQTOR_CLIENTS, WAQTOR_RATE and WAQTOR_SECONDS make it larger: the long suite runs 1,000 clients and 200 events a second."""

import asyncio
import json
import os
import random
import re
import resource
import signal
import struct
import time

from conftest import Server
from realtime import HANDSHAKE
from test_realtime import last

CLIENTS = int(os.environ.get("WAQTOR_CLIENTS", "60"))
RATE = int(os.environ.get("WAQTOR_RATE", "40"))
SECONDS = float(os.environ.get("WAQTOR_SECONDS", "3"))
EVENT = re.compile(rb'\{"type":"settings\.updated","timestamp":\d+,"seq":(\d+),')


def masked(text):
    payload = json.dumps(text).encode()
    assert len(payload) < 126
    return bytes([0x81, 0x80 | len(payload)]) + b"\0\0\0\0" + payload   # a mask of zeroes changes nothing


class Client(asyncio.Protocol):
    """Reads frames from what the socket gives: thousands of them in one Python process. Reconnects when cut off and goes on."""

    def __init__(self, fleet):
        self.fleet = fleet
        self.seen = []
        self.connects = 0
        self.code = None
        self.codes = []

    def connection_made(self, transport):
        self.transport = transport
        self.connects += 1
        self.code = None
        self.buffer = b""
        self.upgraded = False
        head = "".join(f"{name}: {value}\r\n" for name, value in (HANDSHAKE | {"Host": "localhost", "X-API-Key": self.fleet.key}).items())
        # What is wanted goes along at once: the server reads it when it has switched.
        transport.write(f"GET /ws HTTP/1.1\r\n{head}\r\n".encode() + masked({"type": "resume", "after": self.seen[-1] if self.seen else self.fleet.start})
                        + masked({"type": "subscribe", "topics": ["system"]}))

    def data_received(self, data):
        self.buffer += data
        if not self.upgraded:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self.buffer.startswith(b"HTTP/1.1 101"):
                return self.transport.abort()   # too early or too late: once more
            self.upgraded = True
            self.buffer = self.buffer[end + 4:]
        self.take_frames()

    def take_frames(self):
        at = 0
        buffer = self.buffer
        while len(buffer) - at >= 2:
            size = buffer[at + 1]
            head = 2
            if size == 126:
                if len(buffer) - at < 4:
                    break
                size, head = struct.unpack_from("!H", buffer, at + 2)[0], 4
            assert size != 127, "no frame here is that long"
            if len(buffer) - at < head + size:
                break
            self.take_frame(buffer[at] & 15, buffer[at + head:at + head + size])
            at += head + size
        self.buffer = buffer[at:]

    def take_frame(self, opcode, payload):
        if opcode == 1:
            if event := EVENT.match(payload):
                self.seen.append(int(event[1]))
            elif b'"type":"reset"' in payload or b'"type":"error"' in payload:
                raise AssertionError(payload)
        elif opcode == 9:
            self.transport.write(bytes([0x8A, 0x80 | len(payload)]) + b"\0\0\0\0" + payload)
        elif opcode == 8:
            self.code = struct.unpack("!H", payload[:2])[0]
            self.transport.write(b"\x88\x82\0\0\0\0" + payload[:2])

    def connection_lost(self, _):
        self.codes.append(self.code)
        if self.fleet.running:
            asyncio.get_running_loop().create_task(self.fleet.connect(self))


class Fleet:
    def __init__(self, server, key):
        self.server = server
        self.key = key
        self.start = last(server)
        self.running = True
        self.clients = [Client(self) for _ in range(CLIENTS)]

    async def connect(self, client):
        loop = asyncio.get_running_loop()
        while self.running:
            await asyncio.sleep(random.uniform(0, 0.5))   # as the SDK does: not all at once
            try:
                return await loop.create_connection(lambda: client, self.server.address.hostname, self.server.address.port)
            except OSError:
                continue

    async def until(self, done, what):
        """Waits until it is so for every client; the test's own time limit ends a wait that is in vain."""
        while late := [client for client in self.clients if not done(client)]:
            await asyncio.sleep(0.05)
            self.late = f"{len(late)} clients: {what}"


class Writer:
    """Makes events at the wanted rate, or as fast as the machine does. Counts those the server said are written."""

    def __init__(self, server):
        self.server = server
        self.made = 0

    def write_for(self, seconds):
        """Runs on a thread. Stops early when the server is gone."""
        begin = time.monotonic()
        count = 0
        while (now := time.monotonic() - begin) < seconds:
            if count > now * RATE:
                time.sleep(min(count / RATE - now, 0.05))
                continue
            try:
                answer = self.server.call("PUT", "/api/settings", {"name": f"Shop {self.made}"}, token=self.server.owner)
            except OSError:
                break
            except Exception:   # the answer was cut off
                break
            if answer.status != 200:
                break
            count += 1
            self.made += 1
        return count / max(now, 0.001)


async def scene(server, key, report):
    fleet = Fleet(server, key)
    writer = Writer(server)
    for client in fleet.clients:
        asyncio.get_running_loop().create_task(fleet.connect(client))
    await fleet.until(lambda client: client.connects > 0, "connected")
    rates = []
    for how in (signal.SIGKILL, signal.SIGTERM):
        writing = asyncio.create_task(asyncio.to_thread(writer.write_for, 2 * SECONDS))
        await asyncio.sleep(SECONDS)
        connects = {client: client.connects for client in fleet.clients}
        assert await asyncio.to_thread(server.stop, how) == (-9 if how == signal.SIGKILL else 0)
        rates.append(await writing)
        await asyncio.to_thread(server.start)
        rates.append(await asyncio.to_thread(writer.write_for, SECONDS))
        await fleet.until(lambda client: client.connects > connects[client], "connected again")
    end = await asyncio.to_thread(last, server)
    await fleet.until(lambda client: client.seen and client.seen[-1] >= end, f"at {end}")
    fleet.running = False
    for client in fleet.clients:
        client.transport.abort()
    report["rates"] = [round(rate) for rate in rates]
    report["events"] = end - fleet.start
    report["made"] = writer.made
    return fleet, end


def test_a_kill_and_a_drain_under_load_lose_and_double_nothing(folder, capsys):
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    limits = ["--realtime-connections-per-address", "5000", "--realtime-connections-per-key", "5000", "--server-connections-per-address", "5000"]
    server = Server(folder, limits)
    server.start()
    report = {}
    try:
        server.make_owner()
        server.listen = server.address.netloc   # the next ones are found where the first was
        fleet, end = asyncio.run(scene(server, server.make_key("events_read"), report))
        expected = list(range(fleet.start + 1, end + 1))
        assert report["events"] >= report["made"] > 0, "what was acknowledged is in the log"
        for client in fleet.clients:
            assert client.seen == expected
            assert client.connects >= 3
        drained = sum(1012 in client.codes for client in fleet.clients)
        assert drained == len(fleet.clients), "everybody was told of the restart"
    finally:
        if server.process.poll() is None:
            assert server.stop() == 0
    with capsys.disabled():
        print(f"\n{CLIENTS} clients, {report['events']} events, {report['rates']} a second (wanted {RATE}), all complete")
