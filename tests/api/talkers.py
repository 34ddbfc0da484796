"""The same client in three makes: Python's `websockets` and npm `ws`, each a process of its own, and Chromium's own."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys

from playwright.sync_api import sync_playwright

from realtime import Talk

HERE = pathlib.Path(__file__).parent
PROGRAMS = {"websockets": [sys.executable, str(HERE / "talker.py")], "ws": ["node", str(HERE / "talker.cjs")]}
# The other files are all of `websockets`: only the long suite runs these with it too.
MAKES = ["ws", "chromium", *(["websockets"] if "WAQTOR_ALL_MAKES" in os.environ else [])]
PAGE = """<!doctype html><link rel="icon" href="data:,"><script>
const records = [], waiting = [];
function say(record) { const next = waiting.shift(); if (next) next(record); else records.push(record); }
function next() { return records.length ? records.shift() : new Promise((resolve) => waiting.push(resolve)); }
function open_socket({ url, protocols }) {
  window.socket = new WebSocket(url, protocols);
  socket.onopen = () => say({ got: "open", protocol: socket.protocol, extensions: socket.extensions });
  socket.onmessage = ({ data }) => say(typeof data === "string" ? { got: "text", text: data } : { got: "binary" });
  socket.onclose = ({ code, reason }) => say({ got: "closed", code, reason });
}
</script>"""


class Ended(Exception):
    """The connection has ended: code and reason."""


class Talker(Talk):
    """A client that has not connected yet. `open` connects; None when it was let in, else the status (a browser does not say which: 0)."""

    def do(self, wish, **more):
        raise NotImplementedError

    def record(self):
        raise NotImplementedError

    def open(self, server, path="/ws", headers=None, protocols=()):
        self.do("open", url=f"ws://{server.address.netloc}{path}", headers=headers or {}, protocols=list(protocols))
        self.opened = self.record()
        return {"open": None, "closed": 0}.get(self.opened["got"], self.opened.get("status"))

    def receive_text(self):
        record = self.record()
        if record["got"] == "closed":
            raise Ended(record["code"], record["reason"])
        assert record["got"] == "text", record
        return record["text"]

    def send_text(self, text):
        self.do("send", text=text)

    def closed(self):
        """Reads to the end; its code and reason."""
        try:
            while True:
                self.waiting.append(self.receive())
        except Ended as end:
            return end.args


class Program(Talker):
    origin = None

    def __init__(self, make):
        super().__init__()
        self.process = subprocess.Popen(PROGRAMS[make], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def do(self, wish, **more):
        print(json.dumps({"do": wish} | more), file=self.process.stdin, flush=True)

    def record(self):
        line = self.process.stdout.readline()
        assert line, "the client's program has ended"
        return json.loads(line)

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Page(Talker):
    def __init__(self, browser, origin):
        super().__init__()
        self.browser = browser
        self.origin = origin
        self.context = browser.new_context()
        self.page = self.context.new_page()
        # A page that a test fulfils counts as one from the internet, which may not connect to this machine.
        self.context.grant_permissions(["local-network-access"], origin=origin)
        self.page.route(f"{origin}/a-page-of-the-test", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
        self.page.goto(f"{origin}/a-page-of-the-test")

    def do(self, wish, **more):
        self.page.evaluate({"open": "(wish) => open_socket(wish)", "send": "({ text }) => socket.send(text)", "close": "({ code, reason }) => socket.close(code, reason)",
                            "binary": "() => socket.send(new Uint8Array(1))"}[wish], more)

    def record(self):
        return self.page.evaluate("next()")

    def network(self):
        """Chromium's processes that hold its sockets."""
        with_processes = self.browser.new_browser_cdp_session()
        found = with_processes.send("SystemInfo.getProcessInfo")["processInfo"]
        with_processes.detach()
        sockets = [one["id"] for one in found if "NetworkService" in one["type"]]
        assert sockets, found
        return sockets

    def freeze(self):
        for process in self.network():
            os.kill(process, signal.SIGSTOP)

    def thaw(self):
        for process in self.network():
            os.kill(process, signal.SIGCONT)

    def close(self):
        self.context.close()


@contextlib.contextmanager
def chromium():
    with sync_playwright() as playwright:
        # Chromium's own sandbox does not work for root; what is opened is only ours.
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"] if os.getuid() == 0 else [])
        yield browser
        browser.close()


class Makers:
    """Makes clients of one make; `with` ends what was started for them."""

    def __init__(self, make, browser=None):
        self.make = make
        self.browser = browser
        self.talkers = []
        self.refused = {}   # by origin: those that may try again

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for talker in self.talkers:
            talker.close()

    def talker(self, server, origin=None):
        """One that is not connected. `origin` is whose page it is."""
        made = Page(self.browser, origin or server.url) if self.make == "chromium" else Program(self.make)
        self.talkers.append(made)
        return made

    def connected(self, server, key=None, token=None):
        """One that has come in with the key or login: as a header where the make can send one, by ticket where not."""
        made = self.talker(server)
        if self.make == "chromium":
            path = f"/ws?ticket={server.call('POST', '/api/ws/ticket', {}, key=key, token=token).data['ticket']}"
            assert made.open(server, path) is None
        else:
            assert made.open(server, headers={"X-API-Key": key} if key else {"Authorization": f"Bearer {token}"}) is None
        return made
