"""Clients that are cut off at random moments, for a while: after each cut they resume, and in the end each has every event once. The server
keeps no descriptor of those that went, and the memory it needed at first is enough.

WAQTOR_SOAK_SECONDS makes it longer: the long suite runs 20 minutes with more than 10,000 cuts."""

import asyncio
import contextlib
import json
import os
import random
import re
import struct
import time

from conftest import running, Server
from realtime import HANDSHAKE
from test_realtime import last
from test_realtime_door import figures

CLIENTS = 60
RATE = int(os.environ.get("WAQTOR_RATE", "40"))
SECONDS = float(os.environ.get("WAQTOR_SOAK_SECONDS", "3"))
LONG = SECONDS >= 60
CUTS_PER_SECOND = 12
EVENT = re.compile(rb'\{"type":"settings\.updated","timestamp":\d+,"seq":(\d+),')


def masked(text):
    payload = json.dumps(text).encode()
    assert len(payload) < 126
    return bytes([0x81, 0x80 | len(payload)]) + b"\0\0\0\0" + payload   # a mask of zeroes changes nothing


class Client(asyncio.Protocol):
    """Reads frames from what the socket gives. Reconnects when cut off and goes on."""

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


def descriptors(server):
    """Open ones, and how many of them are the database's."""
    folder = f"/proc/{server.process.pid}/fd"
    names = []
    for one in os.listdir(folder):
        with contextlib.suppress(FileNotFoundError):   # closed since
            names.append(os.readlink(f"{folder}/{one}"))
    files = sum("waqtor.db" in name for name in names)
    return len(names) - files, files


def resident_kib(server):
    return int(re.search(r"^VmRSS:\s+(\d+) kB", open(f"/proc/{server.process.pid}/status").read(), re.M)[1])


async def scene(server, key, report):
    fleet = Fleet(server, key)
    for client in fleet.clients:
        asyncio.get_running_loop().create_task(fleet.connect(client))
    await fleet.until(lambda client: client.connects > 0 and client.upgraded, "connected")
    loop = asyncio.get_running_loop()
    writing = asyncio.create_task(asyncio.to_thread(Writer(server).write_for, SECONDS))
    begin = loop.time()
    cuts, memory = 0, []
    while not writing.done():
        await asyncio.sleep(0.02)
        while cuts < (loop.time() - begin) * CUTS_PER_SECOND:
            # One in the middle of its handshake or of a resume is as good as any other.
            client = random.choice(fleet.clients)
            if not client.transport.is_closing():
                client.transport.abort()
            cuts += 1
        if (loop.time() - begin) > len(memory) * SECONDS / 40:
            memory.append(resident_kib(server))
    await writing
    end = await asyncio.to_thread(last, server)
    await fleet.until(lambda client: client.seen and client.seen[-1] >= end, f"at {end}")
    fleet.running = False
    for client in fleet.clients:
        client.transport.abort()
    report |= {"cuts": sum(client.connects for client in fleet.clients) - len(fleet.clients), "events": end - fleet.start, "memory": memory}
    return fleet, list(range(fleet.start + 1, end + 1))


def test_random_cuts_lose_and_double_nothing_and_leave_nothing_behind(folder, capsys):
    with running(Server(folder, ["--realtime-connections-per-address", "5000", "--realtime-connections-per-key", "5000"])) as house:
        house.make_owner()
        key = house.make_key("events_read", "metrics_read")
        figures(house, key)
        before = descriptors(house)
        report = {}
        fleet, expected = asyncio.run(scene(house, key, report))
        assert len(expected) > 0 and report["cuts"] > SECONDS * CUTS_PER_SECOND / 4
        for client in fleet.clients:
            assert client.seen == expected
        while figures(house, key)["connections"] > 0 or descriptors(house)[0] > before[0]:   # the test's own time limit ends a wait that is in vain
            pass
        # The thread of the checkpoints opens its own (the file and its log) when the first is due.
        assert descriptors(house)[1] <= before[1] + 2
        memory = report.pop("memory")
        if LONG:
            early, late = memory[4:len(memory) // 2], memory[len(memory) // 2:]
            assert max(late) <= max(early) * 1.05 + 2048, memory
        with capsys.disabled():
            print(f"\n{report['cuts']} cuts, {report['events']} events, {min(memory)} to {max(memory)} KiB, {sum(before)} descriptors")
