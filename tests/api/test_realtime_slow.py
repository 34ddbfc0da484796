"""Clients that are slow, silent or broken: they are told, and cost the others nothing."""

import contextlib
import json
import os
import socket
import struct
import threading

from conftest import Server, running
from realtime import HANDSHAKE, with_key
from test_imports import until_ended, upload
from test_realtime import rename
from test_realtime_door import figures


class Bare:
    """A WebSocket client on a bare socket that does only what it is told: no pongs, no reading by itself."""

    def __init__(self, server, key, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(90)
        self.socket.connect((server.address.hostname, server.address.port))
        head = "".join(f"{name}: {value}\r\n" for name, value in (HANDSHAKE | {"Host": server.address.netloc, "X-API-Key": key}).items())
        self.socket.sendall(f"GET /ws HTTP/1.1\r\n{head}\r\n".encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.socket.recv(4096)
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head

    @staticmethod
    def frame(opcode, payload=b"", fin=True, masked=True, rsv=0):
        size = len(payload)
        mask = os.urandom(4)
        length = bytes([size]) if size < 126 else bytes([126]) + struct.pack("!H", size) if size < 65536 else bytes([127]) + struct.pack("!Q", size)
        head = bytes([fin << 7 | rsv << 4 | opcode, length[0] | (masked << 7)]) + length[1:]
        if not masked:
            return head + payload
        return head + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))

    def send(self, data):
        self.socket.sendall(data)

    def say(self, **frame):
        self.send(self.frame(1, json.dumps(frame).encode()))

    def take(self, count):
        while len(self.buffer) < count:
            got = self.socket.recv(65536)
            if not got:
                raise EOFError
            self.buffer += got
        out, self.buffer = self.buffer[:count], self.buffer[count:]
        return out

    def read(self):
        """(opcode, payload) of the next frame; EOFError at the end."""
        first, second = self.take(2)
        assert not second & 128, "servers do not mask"
        size = second & 127
        if size > 125:
            size = struct.unpack("!H" if size == 126 else "!Q", self.take(2 if size == 126 else 8))[0]
        return first & 15, self.take(size)

    def until_closed(self):
        """Text frames, then the code and reason of the close frame; (None, "") when the connection just ended."""
        texts = []
        with contextlib.suppress(EOFError, ConnectionError):
            while True:
                opcode, payload = self.read()
                if opcode == 8:
                    return texts, struct.unpack("!H", payload[:2])[0], payload[2:].decode()
                if opcode == 1:
                    texts.append(json.loads(payload))
        return texts, None, ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def send_all(client, data):
    with contextlib.suppress(OSError):
        client.send(data)


def queued_in_kernel(port, client_port):
    """Bytes the kernel holds for the client on the server's side."""
    for line in open("/proc/net/tcp").readlines()[1:]:
        fields = line.split()
        if int(fields[1].split(":")[1], 16) == port and int(fields[2].split(":")[1], 16) == client_port:
            return int(fields[4].split(":")[0], 16)
    raise AssertionError("no such connection")


def test_who_does_not_read_is_told_from_where_to_go_on(folder):
    limits = ["--realtime-buffered-bytes", "65536", "--realtime-messages-per-second", "10000", "--realtime-burst", "100000"]
    with running(Server(folder, limits)) as house:
        house.make_owner()
        key = house.make_key("events_read", "metrics_read")
        with Bare(house, key, receive_buffer=4096) as stopped, with_key(house, key) as healthy:
            healthy.ask("subscribe", topics=["system"])
            stopped.say(type="subscribe", topics=["system"])
            heard = rename(house, "Heard")
            assert healthy.events(heard)[-1] == heard
            # Answers fill what may wait for it: nothing of them is read.
            stopped.send(b"".join(Bare.frame(1, json.dumps({"type": "ping", "id": f"{number:064d}"}).encode()) for number in range(6000)))
            while figures(house, key)["slow_closed_total"] == 0:
                pass
            port = stopped.socket.getsockname()[1]
            assert queued_in_kernel(house.address.port, port) <= 256 * 1024 + 4096
            missed = rename(house, "Missed")
            assert healthy.events(missed)[-1] == missed, "the others notice nothing"
            texts, code, reason = stopped.until_closed()
            assert code == 1013 and reason.startswith("too slow; resume after ")
            after = int(reason.rpartition(" ")[2])
            told = [text for text in texts if text["type"] == "slow"]
            assert [text["data"]["resumeAfter"] for text in told] == [after] and texts[-1] == told[0]
            seen = [text["seq"] for text in texts if "seq" in text]
            assert seen == ([heard] if after >= heard else []), "everything up to there, and nothing after"
        with with_key(house, key) as again:
            again.ask("resume", after=after)
            again.ask("subscribe", topics=["system"])
            assert again.events(missed) == list(range(after + 1, missed + 1))


def fill(client, server, key, wanted):
    """Answers it does not read, until so many bytes wait for it in the server."""
    number = 0
    while figures(server, key)["buffered_bytes"] < wanted:
        client.send(b"".join(Bare.frame(1, json.dumps({"type": "ping", "id": f"{number + more:064d}"}).encode()) for more in range(500)))
        number += 500


def test_of_progress_a_client_that_reads_slowly_gets_the_latest_only(folder):
    with running(Server(folder, ["--realtime-messages-per-second", "10000", "--realtime-burst", "100000"])) as house:
        house.make_owner()
        key = house.make_key("events_read", "metrics_read")
        with Bare(house, key, receive_buffer=4096) as slow, with_key(house, key) as quick:
            slow.say(type="subscribe", events=["contact.imported", "settings.*"])
            quick.ask("subscribe", events=["contact.imported", "settings.*"])
            fill(slow, house, key, 64 * 1024)
            made = upload(house, "phone,name\n+15550101,Amal\n")
            for action in ("start", "undo"):
                assert house.call("POST", f"/api/contacts/imports/{made['id']}/{action}", {}, token=house.owner).status == 202
                until_ended(house, made)
            end = rename(house, "The last of all")
            quick.events(end)
            seen = []
            while not seen or seen[-1]["type"] != "settings.updated":
                opcode, payload = slow.read()
                if opcode == 1 and "seq" in (frame := json.loads(payload)):
                    seen.append(frame)
            assert [frame["type"] for frame in seen] == ["contact.imported", "settings.updated"] and seen[-1]["seq"] == end
            assert seen[0]["data"]["state"] == "undone" and figures(house, key)["collapsed_total"] >= 1


def test_who_answers_no_ping_is_told_and_dropped_and_who_answers_stays(folder):
    # An answer may take as long as a heartbeat here, which must be enough for the healthy one on a busy machine.
    with running(Server(folder, ["--realtime-heartbeat-ms", "4000"])) as house:
        house.make_owner()
        key = house.make_key("events_read", "metrics_read")
        with Bare(house, key) as silent, with_key(house, key) as healthy:
            healthy.receive()
            texts, code, reason = silent.until_closed()
            assert [text["type"] for text in texts] == ["welcome", "slow"]
            assert (code, reason) == (1013, f"no answer to a ping; resume after {texts[0]['data']['seq']}")
            assert figures(house, key)["dead_total"] >= 1
            assert healthy.ask("ping")["type"] == "pong"


def test_who_is_stopped_is_told_when_it_goes_on(folder):
    with running(Server(folder, ["--realtime-heartbeat-ms", "2000"])) as house:
        house.make_owner()
        key = house.make_key("events_read", "metrics_read")
        with Bare(house, key, receive_buffer=4096) as stopped:
            stopped.say(type="subscribe", topics=["system"])
            while json.loads(stopped.read()[1]).get("type") != "ack":
                pass
            while figures(house, key)["dead_total"] == 0:
                pass
            missed = rename(house, "Missed")
            # Its late answers to pings must not cost it what it has not read.
            stopped.send(Bare.frame(10, b"12345678") * 50)
            texts, code, reason = stopped.until_closed()
            assert code == 1013 and reason.startswith("no answer to a ping; resume after ")
            after = int(reason.rpartition(" ")[2])
            assert after < missed and texts[-1]["data"] == {"resumeAfter": after}
        with with_key(house, key) as again:
            again.ask("resume", after=after)
            again.ask("subscribe", topics=["system"])
            assert again.events(missed) == list(range(after + 1, missed + 1))


def test_a_goodbye_is_not_behind_what_waits(folder):
    with running(Server(folder, ["--realtime-messages-per-second", "10000", "--realtime-burst", "100000"])) as house:
        house.make_owner()
        key = house.make_key("events_read", "metrics_read")
        with Bare(house, key, receive_buffer=4096) as stopped:
            id = json.loads(stopped.read()[1])["data"]["client"]
            fill(stopped, house, key, 64 * 1024)
            assert house.call("DELETE", f"/api/ws-clients/{id}", token=house.owner).status == 200
            assert figures(house, key)["buffered_bytes"] == 0, "its last words are with the kernel"
            _, code, reason = stopped.until_closed()
            assert (code, reason) == (1008, "ended by an administrator")


BROKEN = {
    "unmasked": (Bare.frame(1, b"{}", masked=False), 1002),
    "reserved bit": (Bare.frame(1, b"{}", rsv=2), 1002),
    "compressed without agreement": (Bare.frame(1, b"{}", rsv=4), 1002),
    "unknown opcode": (Bare.frame(3, b""), 1002),
    "fragmented ping": (Bare.frame(9, b"", fin=False), 1002),
    "ping of 126 bytes": (Bare.frame(9, b"x" * 126), 1002),
    "continuation of nothing": (Bare.frame(0, b"x"), 1002),
    "text within text": (Bare.frame(1, b"{", fin=False) + Bare.frame(1, b"}"), 1002),
    "close of one byte": (Bare.frame(8, b"\x03"), 1002),
    "close with 1006": (Bare.frame(8, struct.pack("!H", 1006)), 1002),
    "bad utf-8": (Bare.frame(1, b'"\xed\xa0\x80"'), 1007),
    "bad utf-8 in a close": (Bare.frame(8, struct.pack("!H", 1000) + b"\xff"), 1007),
    "binary": (Bare.frame(2, b"x"), 1003),
    "too big": (Bare.frame(1, b"x" * 70000), 1009),
    "too big by its head alone": (b"\x81\xff" + struct.pack("!Q", 1 << 62) + b"abcd", 1009),
    "garbage": (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 1002),
    "pings without end": (Bare.frame(9, b"x") * 2000, 1008),
    "fragments without end": (Bare.frame(1, b" ", fin=False) + Bare.frame(0, b" ", fin=False) * 20000, None),
}


def test_broken_clients_get_their_code_are_counted_and_cost_others_nothing(folder):
    with running(Server(folder, ["--realtime-payload-bytes", "65536"])) as house:
        house.make_owner()
        key = house.make_key("events_read", "metrics_read")
        with with_key(house, key) as healthy:
            healthy.ask("subscribe", topics=["system"])
            for name, (data, expected) in BROKEN.items():
                before = figures(house, key)
                with Bare(house, key) as broken:
                    # The server may close before it has read everything.
                    sending = threading.Thread(target=send_all, args=(broken, data))
                    sending.start()
                    texts, code, reason = broken.until_closed()
                    sending.join()
                assert [text["type"] for text in texts][:1] == ["welcome"], name
                if expected is None:
                    assert code in (1002, 1008, 1009), (name, code)
                else:
                    assert code == expected and (reason or code == 1000), (name, code, reason)
                after = figures(house, key)
                counted = [counter for counter in ("violations_total", "oversized_total", "rate_limited_total") if after[counter] > before[counter]]
                assert counted or name == "binary", name
            end = rename(house, "Still here")
            assert healthy.events(end)[-1] == end


def test_a_decompression_bomb_ends_at_the_limit(folder):
    with running(Server(folder, ["--realtime-payload-bytes", "65536"])) as house:
        house.make_owner()
        key = house.make_key("events_read")
        with with_key(house, key) as client:
            client.receive()
            assert "permessage-deflate" in client.raw.response.headers["Sec-WebSocket-Extensions"]
            client.raw.send(" " * 20_000_000)   # 20 KB on the wire
            assert client.closed()[0] == 1009


def test_a_drain_gives_everybody_another_time_to_come_back(folder):
    server = Server(folder)
    server.start()
    server.make_owner()
    key = server.make_key("events_read")
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(with_key(server, key)) for _ in range(20)]
        for client in clients:
            client.receive()
        assert server.stop() == 0
        ends = [client.closed() for client in clients]
    assert {code for code, _ in ends} == {1012}
    waits = [int(reason.removeprefix("restart; retry in ").removesuffix(" ms")) for _, reason in ends]
    assert all(0 <= wait < 5000 for wait in waits) and len(set(waits)) > 10
