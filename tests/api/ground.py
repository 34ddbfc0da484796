"""A sandbox as its own process, and servers whose numbers are linked in it."""

import json
import os
import signal
import subprocess
import time
import urllib.request

import conftest

SHOP = "15550100000"
PATIENCE = int(os.environ.get("TEST_PATIENCE", "600"))   # seconds: a test that waits longer says what for, instead of being ended by ctest


class Sandbox:
    """`waqtor sandbox` on a free port."""

    def __init__(self, folder, world=None):
        self.files = folder / "sandbox"
        self.files.mkdir(parents=True)
        self.process = subprocess.Popen([conftest.BINARY, "sandbox", "--json", "--files", str(self.files)], stdout=subprocess.PIPE, text=True)
        told = json.loads(self.process.stdout.readline())["data"]
        self.url, self.control = told["url"], told["control"]
        self.settings = {"WAQTOR_WHATSAPP_URL": self.url, "WAQTOR_WHATSAPP_TLS_ROOT": told["ca"], "WAQTOR_WHATSAPP_NOISE_ROOT": told["noiseRoot"],
                         "WAQTOR_GOVERNOR_PACING": "false"}
        if world:
            self.post("/v1/world", world)

    def _call(self, method, path, body=None):
        request = urllib.request.Request(self.control + path, method=method, data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)["data"]

    def get(self, path):
        return self._call("GET", path)

    def post(self, path, body=None):
        return self._call("POST", path, body or {})

    def deliveries(self):
        """{phone: [delivery, …]} of all that linked devices sent."""
        out = {}
        for one in self.get("/v1/deliveries"):
            out.setdefault(one["phone"], []).append(one)
        return out

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=60) == 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()


class Shop(conftest.Server):
    """A server whose WhatsApp is the sandbox."""

    def __init__(self, data, sandbox, arguments=(), environment=None):
        super().__init__(data, arguments, sandbox.settings | (environment or {}))
        self.sandbox = sandbox

    def get(self, path):
        answer = self.call("GET", path, token=self.owner)
        assert answer.status == 200, answer.body
        return answer.data

    def post(self, path, body=None, status=200):
        answer = self.call("POST", path, body or {}, token=self.owner)
        assert answer.status == status, answer.body
        return answer.data

    def report(self):
        return self.call("GET", "/api/reports", token=self.owner).json

    def until(self, what, ask, good):
        """Asks again after each event."""
        end = time.monotonic() + PATIENCE
        last = 0
        while not good(found := ask()):
            assert time.monotonic() < end, f"waited {PATIENCE} s until {what}; it is {found}\n{self.log[-3000:]}"
            last = self.call("GET", f"/api/events?after={last}&wait=2&limit=1000", token=self.owner).json["last"]
        return found

    def events(self, types):
        """All of them, however many."""
        out, last = [], 0
        while True:
            page = self.call("GET", f"/api/events?after={last}&limit=1000&types={types}", token=self.owner).json
            out += page["data"]
            if not page["hasMore"]:
                return out
            last = page["last"]

    def session(self, which="shop"):
        return self.get(f"/api/sessions/{which}")

    def working(self, which="shop"):
        return self.until(f"{which} works", lambda: self.session(which), lambda found: found["state"] == "WORKING")

    def link(self, number=SHOP, which="shop"):
        """A new session, linked by QR."""
        self.post("/api/sessions", {"clientId": which}, 201)
        self.until("there is a QR code", lambda: self.session(which), lambda found: found["hasQr"])
        self.sandbox.post(f"/v1/phones/{number}/scan", {"qr": self.get(f"/api/sessions/{which}/qr")["qr"]})
        return self.working(which)["id"]
