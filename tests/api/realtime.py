"""A WebSocket client of `websockets` for the scenarios, and a plain HTTP upgrade for what is refused before there is one."""

import http.client
import itertools
import json

from websockets.sync.client import connect

TIMEOUT = 60


class Talk:
    """What a client says and hears, whichever program it is. `next(type)` gives the next frame of that type and keeps the others for later."""

    def __init__(self):
        self.waiting = []
        self.ids = itertools.count(1)

    def receive_text(self):
        raise NotImplementedError

    def send_text(self, text):
        raise NotImplementedError

    def receive(self):
        return json.loads(self.receive_text())

    def next(self, *types):
        for index, frame in enumerate(self.waiting):
            if frame["type"] in types:
                return self.waiting.pop(index)
        while True:
            frame = self.receive()
            if frame["type"] in types:
                return frame
            self.waiting.append(frame)

    def send(self, **frame):
        self.send_text(json.dumps(frame))

    def ask(self, type, **more):
        """Sends a request and returns its answer."""
        id = str(next(self.ids))
        self.send(type=type, id=id, **more)
        while True:
            for index, frame in enumerate(self.waiting):
                if frame.get("id") == id:
                    return self.waiting.pop(index)
            self.waiting.append(self.receive())

    def events(self, upto):
        """The seqs of all events received until one with the seq `upto` has come."""
        seqs = [frame["seq"] for frame in self.waiting if "seq" in frame and frame["type"] != "state"]
        self.waiting = [frame for frame in self.waiting if "seq" not in frame or frame["type"] == "state"]
        while not seqs or seqs[-1] < upto:
            frame = self.receive()
            if "seq" in frame and frame["type"] != "state":
                seqs.append(frame["seq"])
            else:
                self.waiting.append(frame)
        return seqs

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Socket(Talk):
    """One connection of `websockets`."""

    def __init__(self, server, path="/ws", headers=None, **more):
        super().__init__()
        self.context = connect(f"ws://{server.address.netloc}{path}", additional_headers=headers or {}, max_size=None, **more)
        self.raw = self.context.__enter__()

    def receive_text(self):
        return self.raw.recv(timeout=TIMEOUT)

    def send_text(self, text):
        self.raw.send(text)

    def send_at_once(self, *frames):
        """All frames in one piece, so that the server reads them together."""
        with self.raw.protocol_mutex:
            for frame in frames:
                self.raw.protocol.send_text(json.dumps(frame).encode())
            self.raw.socket.sendall(b"".join(self.raw.protocol.data_to_send()))

    def closed(self):
        """Reads to the end; the code and reason the server gave."""
        try:
            while True:
                self.waiting.append(self.receive())
        except TimeoutError:
            raise
        except Exception:
            return self.raw.protocol.close_code, self.raw.protocol.close_reason

    def close(self):
        self.context.__exit__(None, None, None)


def with_key(server, key, **more):
    return Socket(server, headers={"X-API-Key": key}, **more)


HANDSHAKE = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}


def refusal(server, path="/ws", **headers):
    """Status and error code of an upgrade that is refused; (101, None) when it is not."""
    connection = http.client.HTTPConnection(server.address.hostname, server.address.port, timeout=TIMEOUT)
    connection.request("GET", path, headers=HANDSHAKE | {name.replace("_", "-"): value for name, value in headers.items() if value is not None})
    response = connection.getresponse()
    if response.status == 101:
        connection.close()
        return 101, None
    body = json.loads(response.read())
    connection.close()
    return response.status, body["error"]["code"]
