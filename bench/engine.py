"""Our engine beside whatsmeow, baileys and zapo in the same sandbox and the same run: each in a process of its own, rounds alternate. What counts
is the CPU of the client's process, from /proc. Exits 1 when a target is missed.

    .venv/bin/python bench/engine.py [--only memory,work,group,reconnect] [--sessions 1000] [--rounds 3] [--messages 500]

What a session has: a phone with 50 contacts in its address book and 10 groups. Contacts and members have phones that send no receipts, so
that a send is one message out and one acknowledgement in."""
import argparse
import concurrent.futures
import http.client
import json
import os
import pathlib
import queue
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import whole

from ground import PATIENCE, Sandbox   # noqa: E402  (whole knows where it is)

ROOT = whole.HERE.parent
OURS, WHATSMEOW, BAILEYS, ZAPO = "waqtor", "whatsmeow", "baileys", "zapo"
COMMANDS = {OURS: [ROOT / "build/release/bench/engine_load"], WHATSMEOW: [ROOT / "build/release/bench/whatsmeow_load"],
            BAILEYS: ["node", "--expose-gc", ROOT / "tests/interop/baileys_load.mjs"],
            ZAPO: ["node", "--expose-gc", "--experimental-websocket", ROOT / "tests/interop/zapo_load.mjs"]}
CONTACTS, GROUPS, KNOWN, MEMBERS = 50, 10, 100, 256
TOGETHER = 16   # requests to send under way at once, of every library alike, beside the measure of one at a time
WRITERS = 8     # people who write at once, beside one after the other; the sandbox's control API serves 16 connections
PEOPLE, FIRST = 966500000000, 966510000000   # contacts and members; the sessions' own numbers
SILENT = {"delivered": False}
KEEPALIVE = 35   # seconds: idle is a session that has asked for nothing but keepalives; ours drops its caches with the first one
TARGETS = {
    "memory_kib": ("<=", 200), "memory_of_whatsmeow": ("<=", 1 / 3), "memory_of_baileys": ("<=", 0.1),
    "send_times_whatsmeow": (">=", 3), "send_times_baileys": (">=", 10), "receive_times_whatsmeow": (">=", 3),
    "receives_together_times_whatsmeow": (">=", 3),
    "sends_together_times_whatsmeow": (">=", 3), "sends_together_times_baileys": (">=", 10),
    "group_of_whatsmeow": ("<=", 1 / 3), "reconnect_seconds": ("<=", 30),
}


class Control:
    """The sandbox's control API over one connection."""

    def __init__(self, sandbox):
        address = urllib.parse.urlsplit(sandbox.control)
        self.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE)

    def call(self, method, path, body=None):
        self.connection.request(method, path, None if body is None else json.dumps(body))
        answer = self.connection.getresponse()
        told = json.loads(answer.read())
        assert answer.status == 200, (path, told)
        return told.get("data")

    def post(self, path, body=None):
        return self.call("POST", path, body or {})


def sandbox_root(sandbox):
    told = sandbox.settings["WAQTOR_WHATSAPP_NOISE_ROOT"]
    return pathlib.Path(told).read_text().strip() if os.path.exists(told) else told


class Load:
    """One library's process with any number of sessions."""

    def __init__(self, library, sandbox, folder, cached=False):
        self.library, self.sandbox, self.control, self.numbers, self.last = library, sandbox, Control(sandbox), [], 0
        self.said, self.answers = queue.Queue(), queue.Queue()
        folder = folder / f"{library}-{time.monotonic_ns()}"
        folder.mkdir()
        environment = {**os.environ, "NODE_EXTRA_CA_CERTS": sandbox.settings["WAQTOR_WHATSAPP_TLS_ROOT"], "NODE_NO_WARNINGS": "1"}
        self.process = subprocess.Popen(COMMANDS[library], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        threading.Thread(target=self._listen, daemon=True).start()
        self.call("start", url=sandbox.url, ca=sandbox.settings["WAQTOR_WHATSAPP_TLS_ROOT"],
                  root=sandbox_root(sandbox), folder=str(folder), cached=cached)

    def _listen(self):
        for line in self.process.stdout:
            told = json.loads(line)
            (self.answers if "id" in told else self.said).put(told)

    def call(self, op, **fields):
        self.last += 1
        self.process.stdin.write(json.dumps({"id": self.last, "op": op, **fields}) + "\n")
        self.process.stdin.flush()
        answer = self.answers.get(timeout=PATIENCE)
        assert answer.get("ok") and answer["id"] == self.last, (self.library, op, answer)
        return answer

    def link(self, numbers, together=25):
        """New sessions of these numbers; each phone scans the first code that its session shows."""
        for at in range(0, len(numbers), together):
            wave = numbers[at:at + together]
            offset = len(self.numbers)
            self.numbers += wave
            self.call("add", count=len(wave))
            scanned, opened = set(), set()
            while len(opened) < len(wave):
                told = self.said.get(timeout=PATIENCE)
                assert told["event"] != "fault", told
                which = told["session"]
                if told["event"] == "qr" and which not in scanned:
                    scanned.add(which)
                    self.control.post(f"/v1/phones/{self.numbers[which]}/scan", {"qr": told["qr"]})
                if told["event"] == "open" and which >= offset:
                    opened.add(which)
        return self

    def until(self, what, good):
        end = time.monotonic() + PATIENCE
        while not good(found := self.call("counts")):
            assert time.monotonic() < end, f"{self.library}: waited until {what}; it is {found}"
            time.sleep(0.02)
        return found

    def cpu(self):
        """Seconds of all its threads; those that have ended are in the process's own count only, which is in ticks."""
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task")
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e9

    def settle(self):
        """Until it does nothing for two seconds but keep its connections."""
        end, quiet = time.monotonic() + PATIENCE, 0
        while quiet < 2:
            before = self.cpu()
            time.sleep(1)
            quiet = quiet + 1 if self.cpu() - before < 0.05 else 0
            assert time.monotonic() < end, f"{self.library} never becomes idle"

    def anonymous_kib(self):
        self.settle()
        time.sleep(KEEPALIVE)
        if self.library != OURS:   # what their collectors keep for later is not held against them
            self.call("trim")
        return whole.rss_mib(self.process, "RssAnon") * 1024

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)


def numbers_of(first, count):
    return [str(first + i) for i in range(count)]


def people_with_groups(control, numbers):
    """Phones for sessions, with an address book; ten of them share ten groups."""
    for at in range(0, len(numbers), 10):
        block = numbers[at:at + 10]
        contacts = [{"number": str(PEOPLE + i), "name": f"Person {i}"} for i in range(CONTACTS)]
        groups = [{"subject": f"Group {i}", "creator": block[0], "members": block[1:] + [str(PEOPLE + i)]} for i in range(GROUPS)]
        control.post("/v1/world", {"phones": [{"number": number, "name": f"Shop {number}", "contacts": contacts, "behaviour": SILENT} for number in block],
                                   "groups": groups})


def memory(control, sandbox, folder, figures, sessions):
    first = FIRST
    for library, few, many in ((OURS, sessions // 10, sessions), (WHATSMEOW, 10, 60), (BAILEYS, 4, 16), (ZAPO, 4, 16)):
        numbers = numbers_of(first, many)
        first += 10_000
        people_with_groups(control, numbers)
        load = Load(library, sandbox, folder)
        try:
            found = {}
            for count in (few, many):
                load.link(numbers[len(load.numbers):count])
                if library in (OURS, WHATSMEOW):   # the others fetch app state from a fixed host, or never tell, and go on without
                    load.until("all contacts are there", lambda told: told["contacts"] >= CONTACTS * count)
                found[count] = load.anonymous_kib()
                print(f"  {library}: {count} sessions, {found[count] / 1024:.1f} MiB RssAnon", flush=True)
            figures[f"memory_kib{'' if library == OURS else '_' + library}"] = (found[many] - found[few]) / (many - few)
            figures[f"memory_sessions_{library}"] = many
            if library == OURS:
                reconnect(control, load, figures)
        finally:
            load.stop()
    for peer in (WHATSMEOW, BAILEYS):   # one that gave memory back between its two counts shows nothing: measure again
        theirs = figures[f"memory_kib_{peer}"]
        figures[f"memory_of_{peer}"] = figures["memory_kib"] / theirs if theirs > 0 else float("inf")


def reconnect(control, load, figures):
    """The service goes away and comes back on the same port; everything it knew is still there."""
    before = len(control.call("GET", "/v1/connections"))
    cpu = load.cpu()
    control.post("/v1/down")
    load.until("all have noticed", lambda told: told["working"] == 0)
    control.post("/v1/up")
    began = time.monotonic()
    load.until("all work again", lambda told: told["working"] == len(load.numbers))
    figures["reconnect_seconds"] = time.monotonic() - began
    figures["reconnect_cpu_ms"] = (load.cpu() - cpu) * 1000 / len(load.numbers)
    connections = control.call("GET", "/v1/connections")[before:]
    figures["reconnect_attempts"] = len(connections)
    seconds = [one["opened"][:19] for one in connections]
    figures["reconnect_most_in_a_second"] = max(map(seconds.count, set(seconds)))


def taken(control):
    return len({(one["from"], one["message"]) for one in control.call("GET", "/v1/deliveries") if one["taken"]})


def cpu_of_sends(load, control, to, count, **more):
    """Seconds of CPU per message, from the request until the service has acknowledged them all."""
    wanted = taken(control) + count
    before = load.cpu()
    load.call("send", session=0, to=to, count=count, **more)
    end = time.monotonic() + PATIENCE
    while taken(control) < wanted:   # baileys' promise is kept before the acknowledgement
        assert time.monotonic() < end, f"{load.library}: not everything arrived"
        time.sleep(0.02)
    return (load.cpu() - before) / count


def cpu_of_receives(load, control, count, writers=1):
    """Seconds of CPU per message; so many people write at a time."""
    controls = queue.SimpleQueue()
    for _ in range(writers):
        controls.put(Control(load.sandbox) if writers > 1 else control)

    def write(i):
        mine = controls.get()
        mine.post(f"/v1/phones/{PEOPLE + i % KNOWN}/send", {"to": load.numbers[0], "text": f"When does order number {i} come?"})
        controls.put(mine)

    wanted = load.call("counts")["received"] + count
    before = load.cpu()
    with concurrent.futures.ThreadPoolExecutor(writers) as people:
        for _ in people.map(write, range(count)):
            pass
    load.until("all have arrived", lambda told: told["received"] >= wanted)
    used = (load.cpu() - before) / count
    while writers > 1 and not controls.empty():
        controls.get().connection.close()
    return used


def work(control, sandbox, folder, figures, rounds, messages):
    loads = {}
    try:
        for i, library in enumerate(COMMANDS):
            loads[library] = Load(library, sandbox, folder, cached=True)
            number = str(FIRST + 100_000 + i)
            people_with_groups(control, [number])
            loads[library].link([number])
            cpu_of_receives(loads[library], control, KNOWN)   # everybody has written once: sessions are there
        to = [f"{PEOPLE + i}@s.whatsapp.net" for i in range(KNOWN)]
        send, together, receive, received_together = ({library: [] for library in loads} for _ in range(4))
        for library, load in loads.items():   # addresses and device lists are known before it counts
            cpu_of_sends(load, control, to, KNOWN)
        for _ in range(rounds):
            for library, load in loads.items():
                send[library].append(cpu_of_sends(load, control, to, messages))
                together[library].append(cpu_of_sends(load, control, to, messages, window=TOGETHER))
                receive[library].append(cpu_of_receives(load, control, messages))
                received_together[library].append(cpu_of_receives(load, control, messages, writers=WRITERS))
        for library in loads:
            figures[f"send_us_{library}"] = statistics.median(send[library]) * 1e6
            figures[f"sends_together_us_{library}"] = statistics.median(together[library]) * 1e6
            figures[f"receive_us_{library}"] = statistics.median(receive[library]) * 1e6
            figures[f"receives_together_us_{library}"] = statistics.median(received_together[library]) * 1e6
        for what in ("send", "sends_together", "receive", "receives_together"):
            for peer in (WHATSMEOW, BAILEYS, ZAPO):
                figures[f"{what}_times_{peer}"] = figures[f"{what}_us_{peer}"] / figures[f"{what}_us_{OURS}"]
    finally:
        for load in loads.values():
            load.stop()


def group(control, sandbox, folder, figures, rounds):
    """256 members, each with a phone and a linked device. The linked devices are sessions of ours in another process, which is stopped while
    somebody sends: their receipts are no part of a send."""
    members = numbers_of(PEOPLE + 1000, MEMBERS - 1)
    companions = Load(OURS, sandbox, folder)
    loads = {}
    try:
        companions.link(members)
        for i, library in enumerate(COMMANDS):
            number = str(FIRST + 200_000 + i)
            control.post("/v1/world", {"phones": [{"number": number, "name": "Shop", "behaviour": SILENT}]})
            loads[library] = Load(library, sandbox, folder, cached=True).link([number])
            loads[library].group = control.post("/v1/groups", {"subject": "All", "creator": number, "members": members})["group"]
        companions.settle()
        companions.process.send_signal(signal.SIGSTOP)
        later = {library: [] for library in loads}
        for library, load in loads.items():
            load.settle()
            figures[f"group_first_ms_{library}"] = cpu_of_sends(load, control, [load.group], 1) * 1000
        for _ in range(rounds):
            for library, load in loads.items():
                later[library].append(cpu_of_sends(load, control, [load.group], 10))
        for library in loads:
            figures[f"group_ms_{library}"] = statistics.median(later[library]) * 1000
        figures["group_of_whatsmeow"] = figures["group_ms_waqtor"] / figures["group_ms_whatsmeow"]
        figures["group_first_of_whatsmeow"] = figures["group_first_ms_waqtor"] / figures["group_first_ms_whatsmeow"]
    finally:
        companions.process.send_signal(signal.SIGCONT)
        for load in [companions, *loads.values()]:
            load.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="memory,work,group")
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--messages", type=int, default=500)
    wanted = parser.parse_args()
    only = wanted.only.split(",")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    figures = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with Sandbox(folder, {"ranges": [{"first": str(PEOPLE), "count": 2000, "behaviour": SILENT}]}) as sandbox:
            control = Control(sandbox)
            if "work" in only:
                work(control, sandbox, folder, figures, wanted.rounds, wanted.messages)
            if "group" in only:
                group(control, sandbox, folder, figures, wanted.rounds)
            print({key: round(value, 1) for key, value in figures.items()}, flush=True)   # the next part takes the longest
            if "memory" in only:
                memory(control, sandbox, folder, figures, wanted.sessions)
    targets = {key: target for key, target in TARGETS.items() if key in figures}
    return whole.tell("engine", "our engine beside whatsmeow, baileys and zapo, CPU and memory of the client's process", figures, targets)


if __name__ == "__main__":
    sys.exit(main())
