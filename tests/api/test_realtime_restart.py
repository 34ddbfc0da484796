"""A server that is killed and one that drains, under load: after resume every client has every event, once.

The clients and the load are the program tests/fleet. WAQTOR_CLIENTS, WAQTOR_RATE and WAQTOR_SECONDS make it larger: the long suite runs 1,000
clients and 200 events a second, and there the rate must be reached."""

import json
import os
import pathlib
import resource
import signal
import subprocess

import conftest
from conftest import Server
from test_realtime import last

FLEET = pathlib.Path(conftest.BINARY).with_name("fleet")
CLIENTS = int(os.environ.get("WAQTOR_CLIENTS", "60"))
RATE = int(os.environ.get("WAQTOR_RATE", "40"))
SECONDS = float(os.environ.get("WAQTOR_SECONDS", "1"))
LONG = CLIENTS >= 1000
LIMITS = ["--realtime-connections-per-address", "5000", "--realtime-connections-per-key", "5000", "--server-connections-per-address", "5000"]


class Fleet:
    """The running program. Each command is answered when what it says is so."""

    def __init__(self, server, key):
        self.start = last(server)
        self.process = subprocess.Popen([FLEET, f"port={server.address.port}", f"key={key}", f"token={server.owner}", f"clients={CLIENTS}",
                                         f"rate={RATE}", f"after={self.start}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        assert answer, f"the fleet ended with {self.process.wait()}"
        return json.loads(answer)

    def end(self):
        self.process.stdin.close()
        assert self.process.wait() == 0


def scene(server, fleet):
    load, rates = round(RATE * SECONDS), []
    fleet.ask("ready", 1)
    fleet.ask("write")
    for restarts, how in enumerate((signal.SIGKILL, signal.SIGTERM), 1):
        rates.append(fleet.ask("written", load)["rate"])
        assert server.stop(how) == (-9 if how == signal.SIGKILL else 0)
        server.start()
        fleet.ask("ready", restarts + 1)
    rates.append(fleet.ask("written", load)["rate"])
    fleet.ask("pause")
    end = last(server)
    return fleet.ask("until", end), end, [round(rate, 1) for rate in rates]


def test_a_kill_and_a_drain_under_load_lose_and_double_nothing(folder, capsys):
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    server = Server(folder, LIMITS)
    server.start()
    try:
        server.make_owner()
        server.listen = server.address.netloc   # the next ones are found where the first was
        fleet = Fleet(server, server.make_key("events_read"))
        try:
            report, end, rates = scene(server, fleet)
        finally:
            fleet.end()
    finally:
        if server.process.poll() is None:
            assert server.stop() == 0
    events = end - fleet.start
    assert report["trouble"] == "" and set(report["refusals"]) <= {"503"}, report
    assert events >= report["written"] >= 3 * round(RATE * SECONDS), "what was acknowledged is in the log"
    assert (report["leastEvents"], report["mostEvents"], report["gaps"], report["repeats"]) == (events, events, 0, 0), report
    assert report["clientsClosedWith"]["1012"] == CLIENTS, "everybody was told of the restart"
    with capsys.disabled():
        print(f"\n{CLIENTS} clients, {events} events, {rates} acknowledged a second (wanted {RATE}), all complete; closed: {report['clientsClosedWith']}")
    if LONG:
        assert min(rates) >= 0.95 * RATE
