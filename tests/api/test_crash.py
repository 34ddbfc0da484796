"""kill -9 of the whole server, at random moments and at every named point (core/base/crash_point.hpp), while a campaign runs, people
write 20 messages a second to the bot, and a client sends through the API. Afterwards the sandbox, which was never down, and the server
must agree: every message once at its recipient, every counter right.

TEST_LONG=1 is the form of the acceptance: 5,000 recipients, 200 kills; TEST_SEED repeats a run's moments."""

import itertools
import json
import os
import pathlib
import random
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import uuid
from http.client import HTTPException

import conftest
import pytest
from ground import SHOP, Sandbox, Shop

LONG = bool(os.environ.get("TEST_LONG"))
RECIPIENTS, KILLS = (5000, 200) if LONG else (250, 8)
UNREGISTERED = RECIPIENTS // 50
CUSTOMER, WRITER, CALLED, EXTRA = 15551000000, 15552000000, 15553000000, 15554000000
CRASHING = pathlib.Path(conftest.BINARY).with_name("waqtor_crashing")
EVERY_SECONDS = 1 / 20


def world():
    reads = {"readsAfterMs": 20}
    return {"phones": [{"number": SHOP, "name": "Shop"}],
            "ranges": [{"first": str(CUSTOMER), "count": RECIPIENTS - UNREGISTERED, "behaviour": reads},
                       {"first": str(WRITER), "count": 50_000, "behaviour": reads},
                       {"first": str(CALLED), "count": 50_000, "behaviour": reads},
                       {"first": str(EXTRA), "count": 100, "behaviour": reads}]}


class Outside:
    """What goes on whether the server lives or not, and what it must answer for: kept here, apart from it."""

    def __init__(self, shop):
        self.shop = shop
        self.written = {}    # id of a message that a person wrote → that person's number
        self.accepted = {}   # id of a message that the API accepted → whom it is for
        self.asked = 0
        self.failures = []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._guarded, args=(work,)) for work in (self._write, self._call)]
        for thread in self.threads:
            thread.start()

    def _guarded(self, work):
        try:
            work()
        except Exception as failure:   # noqa: BLE001 - the test shows it
            self.failures.append(failure)

    def _write(self):
        for number in itertools.count(WRITER):
            if self.over.wait(EVERY_SECONDS):
                return
            sent = self.shop.sandbox.post(f"/v1/phones/{number}/send", {"to": SHOP, "text": f"What is the price of {number}?"})
            self.written[sent["message"]] = str(number)

    def _call(self):
        """One message after the other; a request that was cut is made again with its key until it is answered."""
        for number in itertools.count(CALLED):
            key = str(uuid.uuid4())
            self.asked += 1
            while True:
                try:
                    answer = self.shop.call("POST", "/api/messages", {"to": f"+{number}", "text": "Your order"}, token=self.shop.owner, headers={"Idempotency-Key": key})
                except (OSError, HTTPException):
                    if self.over.wait(0.01):   # the last one stays open: nobody was promised anything
                        return
                    continue
                assert answer.status == 202, answer.body
                self.accepted[answer.data["id"]] = str(number)
                break
            if self.over.wait(EVERY_SECONDS):
                return

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join()
        assert not self.failures, self.failures


class Fragile(Shop):
    """A server that is expected to be killed, from its first moment on. Its listening socket is ours, as a service manager's would be:
    who comes while nobody serves waits."""

    def __init__(self, data, sandbox):
        super().__init__(data, sandbox, environment={"LISTEN_FDS": "1"})
        self.listener = socket.create_server(("127.0.0.1", 0))

    def begin(self, crash_at=None):
        """Does not wait until it serves."""
        self.log_file = tempfile.TemporaryFile("w+")
        environment = self.environment | ({"WAQTOR_CRASH_AT": crash_at} if crash_at else {})
        program = CRASHING if crash_at else conftest.BINARY
        adopt = 'exec 3<&"$0"; LISTEN_PID=$$ exec "$@"'
        self.process = subprocess.Popen(["bash", "-c", adopt, str(self.listener.fileno()), program, "serve", "--json", "--data", str(self.data)],
                                        stdout=subprocess.PIPE, stderr=self.log_file, text=True, env=environment, pass_fds=[self.listener.fileno()])
        return self

    def served(self):
        """Waits until it serves, or has died."""
        line = self.process.stdout.readline()
        if line:
            self.listening(json.loads(line))
        return self

    def end(self):
        """Of kill -9, ours or its own: anything else is a fault of the server."""
        code = self.process.wait()
        self.process.stdout.close()
        assert code == -signal.SIGKILL, f"it ended by itself with {code}\n{self.log[-3000:]}"


def campaign_to(shop, phones):
    made = shop.post("/api/campaigns", {"name": "Eid", "content": {"type": "text", "text": "Salam"}, "audience": {"phones": phones}}, 201)
    return f"/api/campaigns/{made['id']}"


@pytest.fixture
def ground(tmp_path):
    with Sandbox(tmp_path, world()) as sandbox:
        shop = Fragile(tmp_path / "data", sandbox).begin().served().make_owner()
        shop.link()
        shop.post("/api/smartbot/rules", {"name": "Price", "keywords": ["price"], "replyMessage": "It is 10"}, 201)
        shop.campaign = campaign_to(shop, [f"+{CUSTOMER + i}" for i in range(RECIPIENTS)])   # the last of them are on no phone
        shop.post(f"{shop.campaign}/start")
        outside = Outside(shop)
        yield shop, outside
        outside.over.set()
        shop.listener.close()
        if shop.process.poll() is None:
            shop.stop(signal.SIGKILL)


def settle(shop, outside):
    """Everything goes on without a person: wait until all of it has ended."""
    shop.until("the campaign is over", lambda: shop.get(shop.campaign), lambda found: found["status"] != "running")
    outside.stop()
    shop.until("every message was answered and read", shop.report,
               lambda found: found["receivedMessages"] == len(outside.written) and found["totalMessages"] == found["readMessages"] + found["failedMessages"]
               and found["readMessages"] >= RECIPIENTS - UNREGISTERED + len(outside.written) + len(outside.accepted))
    return shop.get(shop.campaign), shop.report(), shop.events("message.*")


def rows(shop):
    """The server's own records, read from the file once it has stopped."""
    assert shop.stop() == 0, shop.log[-3000:]
    with sqlite3.connect(shop.data / "waqtor.db") as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute("SELECT m.*, c.address FROM message m JOIN chat c ON c.id = m.chat")]


def verify(shop, outside, extra=()):
    campaign, report, events = settle(shop, outside)
    stored = rows(shop)
    sent = [row for row in stored if row["outgoing"] and row["state"] != "failed"]
    deliveries = shop.sandbox.deliveries()
    own = deliveries.pop(SHOP, []) + deliveries.pop("", [])
    assert not own, own

    # The ledger against the records: each message once, at the right phone, and nothing else anywhere.
    seen = [(phone, one["message"]) for phone, all_of in deliveries.items() for one in all_of]
    assert len(seen) == len(set(seen))
    assert all(one["read"] == 1 for all_of in deliveries.values() for one in all_of), [one for all_of in deliveries.values() for one in all_of if one["read"] != 1]
    by_id = {row["whatsapp_id"]: row for row in sent}
    assert len(by_id) == len(sent)
    assert {message for _, message in seen} == set(by_id), "lost or unknown messages"
    assert {row["state"] for row in sent} == {"read"}

    # What outsiders were promised: nobody is left out, nobody is written to twice.
    expected = {str(CUSTOMER + i): 1 for i in range(RECIPIENTS - UNREGISTERED)}
    for number in [*outside.written.values(), *outside.accepted.values(), *extra]:
        expected[number] = expected.get(number, 0) + 1
    got = {phone: len(all_of) for phone, all_of in deliveries.items()}
    open_requests = outside.asked - len(outside.accepted)   # cut, and not made again: each may have been accepted or not
    more = {phone: count for phone, count in got.items() if count != expected.get(phone)}
    assert len(more) <= open_requests and all(CALLED <= int(phone) < EXTRA for phone in more), more
    assert not set(expected) - set(got), "somebody got nothing"

    # What people wrote: stored once, told once, answered once.
    received = [row["whatsapp_id"] for row in stored if not row["outgoing"]]
    assert sorted(received) == sorted(outside.written)
    told = [event for event in events if event["type"] == "message.received"]
    assert len(told) == len({event["data"]["message"] for event in told}) == len(received)
    assert sum(row["origin"] == "bot" for row in sent) == len(received)

    # Each step of each message was told once, and in order.
    steps = {}
    for event in events:
        if event["type"] != "message.received":
            steps.setdefault(event["data"]["message"], []).append(event["type"].removeprefix("message."))
    for row in sent:
        assert steps[row["id"]] == ["accepted", "queued", "sent", "delivered", "read"], (row, steps[row["id"]])

    # The counters.
    reached = RECIPIENTS - UNREGISTERED
    assert campaign["status"] == "completed"
    counters = {name: campaign[f"{name}Count"] for name in ("pending", "accepted", "sent", "delivered", "read", "failed", "cancelled", "skipped")}
    assert counters == {"pending": 0, "accepted": 0, "sent": reached, "delivered": reached, "read": reached, "failed": UNREGISTERED, "cancelled": 0, "skipped": 0}
    assert campaign["totalRecipients"] == RECIPIENTS
    assert report["readMessages"] == report["deliveredMessages"] == report["sentMessages"] == len(seen)
    assert report["failedMessages"] == UNREGISTERED
    return len(seen), len(received)


def test_random_kills_lose_and_double_nothing(ground):
    shop, outside = ground
    seed = int(os.environ.get("TEST_SEED", random.SystemRandom().randrange(1 << 32)))
    moments = random.Random(seed)
    print(f"TEST_SEED={seed}")
    for _ in range(KILLS):
        time.sleep(moments.uniform(0, 1.2))   # the kill comes whenever it comes: while it starts, logs in or works
        shop.process.send_signal(signal.SIGKILL)
        shop.end()
        shop.begin()
    sent, received = verify(shop.served(), outside)
    print(f"{KILLS} kills, {sent} messages out and {received} in: 0 lost, 0 twice")


def test_a_kill_at_every_named_point_loses_and_doubles_nothing(ground):
    shop, outside = ground
    points = subprocess.run([CRASHING], env={"WAQTOR_CRASH_AT": "list"}, capture_output=True, text=True, check=True).stdout.split()
    assert points
    # A campaign has one beginning and one end: a small one for each of its points.
    own = [point for point in points if point.startswith("campaign_")]
    extra = [str(EXTRA + i) for i in range(3 * len(own))]
    small = {point: campaign_to(shop, [f"+{number}" for number in extra[3 * i:3 * i + 3]]) for i, point in enumerate(own)}
    shop.stop(signal.SIGKILL)
    starts = []   # each is answered by this server or, when it dies of it, perhaps by the next
    for point in points:
        print(point, flush=True)
        once = point in small or point == "session_claimed"
        shop.begin(point if once else f"{point}:{random.randint(1, 20 if LONG else 5)}")
        if point in small:
            starts.append(threading.Thread(target=start, args=(shop.served(), small[point])))
            starts[-1].start()
        shop.end()
    shop.begin().served()
    for one in starts:
        one.join()
    for campaign in small.values():
        if shop.get(campaign)["status"] == "draft":   # it died of the large one's
            start(shop, campaign)
    for campaign in small.values():
        shop.until("a small campaign is over", lambda path=campaign: shop.get(path), lambda found: found["status"] == "completed" and found["readCount"] == 3)
    sent, received = verify(shop, outside, extra)
    print(f"{len(points)} points, {sent} messages out and {received} in: 0 lost, 0 twice")


def start(shop, campaign):
    try:
        shop.call("POST", f"{campaign}/start", {}, token=shop.owner)
    except (OSError, HTTPException):
        pass   # it died of it; what became of the campaign is looked at in the end
