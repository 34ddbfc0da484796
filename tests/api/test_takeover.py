"""Two servers on one PostgreSQL: one of them runs a number, and the other takes over when it dies or hangs. Never are both connected."""

import signal
import time
from datetime import datetime, timedelta

import pytest
from ground import SHOP, Sandbox, Shop

WITHIN = 15   # seconds from the kill until the other one has the session working
CUSTOMER = 15551000000
RECIPIENTS = 300


@pytest.fixture
def two(tmp_path, postgres):
    """(owner of the session, the other, sandbox)"""
    world = {"phones": [{"number": SHOP, "name": "Shop"}], "ranges": [{"first": str(CUSTOMER), "count": RECIPIENTS, "behaviour": {"readsAfterMs": 20}}]}
    with Sandbox(tmp_path, world) as sandbox:
        arguments = ["--database-url", postgres.database()]
        one = Shop(tmp_path / "one", sandbox, arguments).start().make_owner()
        (tmp_path / "two").mkdir()
        (tmp_path / "two" / "master.key").write_bytes((tmp_path / "one" / "master.key").read_bytes())
        (tmp_path / "two" / "master.key").chmod(0o400)
        other = Shop(tmp_path / "two", sandbox, arguments).start()
        other.owner = one.owner
        try:
            one.link()
            yield one, other, sandbox
        finally:
            for server in (one, other):
                if server.process.poll() is None:
                    server.process.send_signal(signal.SIGCONT)
                    server.stop(signal.SIGKILL)


def visits(sandbox):
    """The logins of the linked device: (from, until or None)."""
    when = datetime.fromisoformat
    return [(when(one["opened"]), one["ended"] and when(one["ended"])) for one in sandbox.get("/v1/connections") if one["how"] == "login"]


def taken_over(other, sandbox, before, since):
    """Waits until the device has connected once more and the session works there; seconds since the kill."""
    other.until("the other one is connected", lambda: len(visits(sandbox)), lambda found: found > before)
    other.working()
    return time.monotonic() - since


def never_both(sandbox, cut=timedelta()):
    """`cut`: the old connection's owner hangs and cannot close it; the service does, so long after the new login at most."""
    all_of = visits(sandbox)
    for (_, ended), (opened, _) in zip(all_of, all_of[1:], strict=False):
        assert ended and ended <= opened + cut, f"both were connected: {all_of}"


def campaign(server):
    phones = [f"+{CUSTOMER + i}" for i in range(RECIPIENTS)]
    made = server.post("/api/campaigns", {"name": "Eid", "content": {"type": "text", "text": "Salam"}, "audience": {"phones": phones}}, 201)
    server.post(f"/api/campaigns/{made['id']}/start")
    return f"/api/campaigns/{made['id']}"


def everybody_once(server, sandbox, path):
    done = server.until("the campaign is read by all", lambda: server.get(path), lambda found: found["readCount"] == RECIPIENTS and found["status"] == "completed")
    assert done["sentCount"] == done["totalRecipients"] == RECIPIENTS
    ledger = sandbox.deliveries()
    assert len(ledger) == RECIPIENTS
    assert all(len(all_of) == 1 and all_of[0]["read"] == 1 for all_of in ledger.values()), [all_of for all_of in ledger.values() if len(all_of) != 1]


def test_the_other_one_takes_over_when_the_owner_is_killed(two):
    one, other, sandbox = two
    path = campaign(one)
    one.until("some were sent", lambda: one.get(path), lambda found: found["sentCount"] > 10)
    before = len(visits(sandbox))
    killed = time.monotonic()
    one.stop(signal.SIGKILL)
    took = taken_over(other, sandbox, before, killed)
    print(f"taken over after {took:.1f} s")
    assert took <= WITHIN
    never_both(sandbox)
    everybody_once(other, sandbox, path)


def test_an_owner_that_hung_does_not_come_between(two):
    one, other, sandbox = two
    path = campaign(one)
    one.until("some were sent", lambda: one.get(path), lambda found: found["sentCount"] > 10)
    before = len(visits(sandbox))
    hung = time.monotonic()
    one.process.send_signal(signal.SIGSTOP)
    took = taken_over(other, sandbox, before, hung)
    assert took <= WITHIN
    one.process.send_signal(signal.SIGCONT)   # its connection was replaced meanwhile, and the lease is gone
    everybody_once(other, sandbox, path)
    assert one.call("GET", "/health").status == 200
    # What it learns of its loss is not what the session is, and it does not fight for it.
    states = [event["data"] for event in other.events("session.state_changed")]
    assert "FAILED" not in {state["state"] for state in states}, states
    assert one.session()["state"] == other.session()["state"] == "WORKING"
    assert len(visits(sandbox)) == before + 1
    # And when the second one goes as well, the first takes it again.
    assert other.stop() == 0
    one.working()
    never_both(sandbox, cut=timedelta(seconds=1))
