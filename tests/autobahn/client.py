"""A WebSocket client that does what a case says, right or wrong. It shares no code with the server."""

import base64
import hashlib
import os
import socket
import zlib

from cases import CLOSE, Frame, PING, message

TIMEOUT = 120


class Ended(Exception):
    """The server ended the TCP connection."""


class Client:
    def __init__(self, port, path="/", offer="", headers=()):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                 f"Sec-WebSocket-Key: {key}", *([f"Sec-WebSocket-Extensions: {offer}"] if offer else []), *headers]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        while b"\r\n\r\n" not in self.buffer:
            self.fill()
        head, _, rest = bytes(self.buffer).partition(b"\r\n\r\n")
        self.buffer = bytearray(rest)
        status, *fields = head.decode().split("\r\n")
        assert status.split()[1] == "101", head
        self.headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        accept = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
        assert self.headers["sec-websocket-accept"] == accept
        self.agree(offer)

    def agree(self, offer):
        """Takes what the server made of an offer, which must be something that was offered (RFC 7692 §7.1)."""
        answer = self.headers.get("sec-websocket-extensions", "")
        self.packs = bool(answer)
        if not answer:
            return
        name, *parameters = [part.strip() for part in answer.split(";")]
        assert name == "permessage-deflate" and offer, answer
        agreed = dict((part.partition("=")[0], part.partition("=")[2]) for part in parameters)
        assert len(agreed) == len(parameters) and agreed.keys() <= {"server_no_context_takeover", "client_no_context_takeover", "server_max_window_bits",
                                                                    "client_max_window_bits"}, answer
        assert "client_max_window_bits" not in agreed or "client_max_window_bits" in offer
        if "server_max_window_bits=9" in offer and "," not in offer:
            assert agreed.get("server_max_window_bits") == "9", answer
        self.forgets = "client_no_context_takeover" in agreed
        self.server_forgets = "server_no_context_takeover" in agreed
        self.bits = -int(agreed.get("client_max_window_bits") or 15)
        self.server_bits = -int(agreed.get("server_max_window_bits") or 15)
        self.packer = zlib.compressobj(6, zlib.DEFLATED, self.bits)
        self.unpacker = zlib.decompressobj(self.server_bits)

    def fill(self):
        try:
            got = self.socket.recv(1 << 18)
        except ConnectionError:
            got = b""
        if not got:
            raise Ended
        self.buffer += got

    def take(self, size):
        while len(self.buffer) < size:
            self.fill()
        out = bytes(self.buffer[:size])
        del self.buffer[:size]
        return out

    def send(self, frame):
        size = len(frame.payload)
        head = bytes([frame.fin << 7 | frame.rsv << 4 | frame.opcode])
        head += bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big") if size < 65536 else b"\xff" + size.to_bytes(8, "big")
        mask = os.urandom(4)
        pad = (mask * (size // 4 + 1))[:size]
        body = (int.from_bytes(frame.payload, "big") ^ int.from_bytes(pad, "big")).to_bytes(size, "big")
        data = head + mask + (body[:frame.sends] if frame.sends else body)
        step = frame.chop or len(data)
        for at in range(0, len(data), step):
            self.socket.sendall(data[at:at + step])

    def frame(self):
        first, second = self.take(2)
        assert not second & 0x80, "a server's frame is masked"
        size = second if second < 126 else int.from_bytes(self.take(2 if second == 126 else 8), "big")
        return first >> 7, first >> 4 & 7, first & 15, self.take(size)

    def answer(self):
        """The next message or control frame. The server's pings are none."""
        opcode, parts, packed = 0, [], False
        while True:
            fin, rsv, kind, payload = self.frame()
            if kind == PING:
                continue
            if kind >= 8:
                assert fin and not rsv and not parts, "a control frame in the middle of one of our server's messages"
                return kind, payload
            assert (kind == 0) == bool(parts) and rsv in ((0, 4) if self.packs and not parts else (0,))
            if not parts:
                opcode, packed = kind, rsv == 4
            parts.append(payload)
            if fin:
                whole = b"".join(parts)
                return opcode, self.unpack(whole) if packed else whole

    def pack(self, payload):
        if self.forgets:
            self.packer = zlib.compressobj(6, zlib.DEFLATED, self.bits)
        out = self.packer.compress(payload) + self.packer.flush(zlib.Z_SYNC_FLUSH)
        return out[:-4] or b"\x00"

    def unpack(self, payload):
        if self.server_forgets:
            self.unpacker = zlib.decompressobj(self.server_bits)
        return self.unpacker.decompress(payload + b"\x00\x00\xff\xff")

    def end(self):
        """Answers still to come, and how the connection ended: the close frame's code, None for one without, "dropped" for none."""
        rest = []
        while True:
            try:
                opcode, payload = self.answer()
            except Ended:
                return rest, "dropped"
            if opcode == CLOSE:
                code = int.from_bytes(payload[:2], "big") if payload else None
                self.only_silence()
                return rest, code
            rest.append((opcode, payload))

    def only_silence(self):
        """After its close frame a server sends nothing more, and ends the connection."""
        try:
            assert not self.buffer
            self.fill()
        except Ended:
            return
        raise AssertionError(f"after the close frame came {bytes(self.buffer)!r}")


def play(client, case, expected):
    """(answers, how it ended). `expected`: how many answers are due before we close, or before a frame that waits."""
    answers = []
    try:
        for frame in case.frames:
            client.send(frame)
            while frame.answered and not answers:
                answers.append(client.answer())
        while case.we_close and len(answers) < expected:
            answers.append(client.answer())
            if answers[-1][0] == CLOSE:
                return answers[:-1], int.from_bytes(answers[-1][1][:2], "big")
        if case.we_close:
            client.send(Frame(CLOSE, (1000).to_bytes(2, "big")))
    except (ConnectionError, Ended):
        pass   # the server was quicker; what it said is still to be read
    rest, code = client.end()
    return tuple(answers + rest), code


def converse(client, exchange):
    """None when every message came back as it went, else what was different."""
    for opcode, payload in exchange.messages:
        body = client.pack(payload) if client.packs else payload
        frames = message(opcode, body, exchange.fragment or max(len(body), 1), exchange.chop)
        for i, frame in enumerate(frames):
            client.send(Frame(frame.opcode, frame.payload, frame.fin, 4 if client.packs and i == 0 else 0, frame.chop))
        back = client.answer()
        if back != (opcode, payload):
            return f"sent {opcode} of {len(payload)} bytes, got {back[0]} of {len(back[1])}: {back[1][:40]!r}"
    client.send(Frame(CLOSE, (1000).to_bytes(2, "big")))
    rest, code = client.end()
    return None if not rest and code == 1000 else f"ended with {rest} {code}"
