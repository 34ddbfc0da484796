"""Every numbered point of the real-time layer with three makes of client: Python's `websockets`, npm `ws`, and Chromium.

Point 6, the client side, is an SDK with tests of its own: packages/sdk-node/test in Node, tests/browser/test_sdk.py in Chromium."""

import contextlib
import json
import signal

import pytest

from conftest import Server, running
from talkers import MAKES, Makers, chromium
from test_notifications import counts, note
from test_realtime import last, rename
from test_realtime_door import SECRET, figures, now, signed
from test_realtime_monitor import monitor
from test_users import join


@pytest.fixture(scope="module")
def browser():
    with chromium() as running_browser:
        yield running_browser


@pytest.fixture(params=MAKES)
def make(request):
    browser = request.getfixturevalue("browser") if request.param == "chromium" else None
    with Makers(request.param, browser) as makers:
        yield makers


@contextlib.contextmanager
def owned_house(folder, *arguments, **more):
    with running(Server(folder, list(arguments), **more)) as house:
        yield house.make_owner()


def comes_in(make, server, path="/ws", headers=None, protocols=(), origin=None):
    """None when it does; else the status, where the make of client can tell it. Who was refused tries again as the next."""
    talker = make.refused.pop(origin, None) or make.talker(server, origin)
    status = talker.open(server, path, headers, protocols)
    if status is not None:
        make.refused[origin] = talker
    return status


def test_1_one_event_is_the_same_text_for_everybody_and_frames_have_limits(make, folder):
    with owned_house(folder, "--realtime-compression-threshold", "64", "--realtime-payload-bytes", "65536") as house:
        key = house.make_key("events_read")
        clients = [make.connected(house, key) for _ in range(3)]
        for client in clients:
            assert "permessage-deflate" in client.opened["extensions"]
            client.ask("subscribe", topics=["*"])
        start = last(house)
        for number in range(20):
            end = rename(house, f"Shop {number} of Amal")
        heard = []
        for client in clients:
            texts = []
            while not texts or json.loads(texts[-1])["seq"] < end:
                texts.append(client.receive_text())
            heard.append(texts)
        assert heard[0] == heard[1] == heard[2] and [json.loads(text)["seq"] for text in heard[0]] == list(range(start + 1, end + 1))
        clients[0].do("binary")
        assert clients[0].closed() == (1003, "messages are JSON in text frames")
        clients[1].send_text('"' + "x" * 70000 + '"')
        assert clients[1].closed()[0] == 1009
        assert clients[2].ask("ping")["type"] == "pong", "what others do costs nothing"


def test_2_a_client_is_welcomed_subscribes_and_is_told_what_is_wrong(make, house):
    session, other = (house.call("POST", "/api/sessions", {"clientId": name, "start": False}, token=house.owner).data["id"] for name in ("one", "two"))
    client = make.connected(house, house.make_key("events_read"))
    welcome = client.next("welcome")["data"]
    assert welcome["version"] and welcome["heartbeatMs"] == 30000 and welcome["seq"] == last(house) and welcome["limits"]["payloadBytes"] == 1048576
    for sent, code, field in [({"type": "fly"}, "invalid", "type"), ({"type": "subscribe", "topics": ["weather"]}, "invalid", "topics[0]"),
                              ({"type": "subscribe", "events": ["Message"]}, "invalid", "events[0]"), ({"type": "resume"}, "invalid", "after")]:
        client.send(id="q", **sent)
        error = client.next("error")
        assert (error["id"], error["data"]["code"], error["data"]["field"]) == ("q", code, field), sent
    # Only one session's events, by topic; and a pattern of others.
    assert client.ask("subscribe", topics=["session"], sessions=[session])["data"]["topics"] == ["session"]
    assert client.ask("subscribe", events=["settings.*"])["data"]["events"] == ["settings.*"]
    for which in (other, session):
        assert house.call("DELETE", f"/api/sessions/{which}", token=house.owner).status in (200, 204)
    end = rename(house)
    heard = [client.receive() for _ in range(2)]
    assert [(frame["type"], frame["data"].get("session")) for frame in heard] == [("session.removed", session), ("settings.updated", None)]
    assert heard[-1]["seq"] == end and {"type", "data", "timestamp", "seq"} == set(heard[0])
    assert client.ask("get_state")["seq"] == end and client.ask("ping", timestamp=7)["data"] == {"timestamp": 7}
    assert client.ask("unsubscribe", topics=["session"], events=["settings.*"])["data"]["topics"] == []


def test_2_rights_decide_also_when_they_are_taken_away(make, house):
    deaf = make.connected(house, house.make_key("metrics_read"))
    assert deaf.next("welcome")["data"]["topics"] == []
    assert deaf.ask("subscribe", topics=["system"])["data"]["code"] == "forbidden"
    session = house.call("POST", "/api/sessions", {"clientId": "one", "start": False}, token=house.owner).data["id"]
    bound = make.connected(house, house.make_key("events_read", sessions=[session]))
    bound.ask("subscribe", topics=["*"])
    agent = join(house, "agent@example.com", "agent")
    client = make.connected(house, token=agent["token"])
    assert client.ask("subscribe", topics=["audit"])["data"]["code"] == "forbidden"
    client.ask("subscribe", topics=["system"])
    rename(house, "Heard")
    client.next("settings.updated")
    assert house.call("PUT", f"/api/users/{agent['user']['id']}", {"role": "viewer"}, token=house.owner).status == 200
    assert client.next("unsubscribed")["data"] == {"topics": ["system"], "reason": "forbidden"}
    assert house.call("DELETE", f"/api/sessions/{session}", token=house.owner).status in (200, 204)
    assert [bound.next("welcome", "session.removed", "settings.updated")["type"] for _ in range(2)] == ["welcome", "session.removed"]
    assert house.call("DELETE", f"/api/users/{agent['user']['id']}", token=house.owner).status in (200, 204)
    assert client.closed() == (1008, "the login or key has ended")


def test_3_a_client_that_was_away_gets_what_it_missed_once(make, folder):
    with owned_house(folder, "--realtime-resume-events", "20") as house:
        key = house.make_key("events_read")
        start = last(house)
        for number in range(10):
            missed = rename(house, f"Shop {number}")
        client = make.connected(house, key)
        client.ask("resume", after=start)
        client.ask("subscribe", topics=["system"])
        assert client.events(missed) == list(range(start + 1, missed + 1))
        assert client.next("resumed")["data"] == {"after": start, "upTo": missed, "events": missed - start}
        end = rename(house, "Live")
        assert client.events(end) == [end]
        for number in range(25):
            newest = rename(house, f"More {number}")
        late = make.connected(house, key)
        late.ask("resume", after=start)
        late.ask("subscribe", topics=["system"])
        reset = late.next("reset")["data"]
        assert (reset["reason"], reset["after"], reset["seq"]) == ("too_old", start, newest) and reset["reload"] == ["get_state", "/api/events"]
        state = late.ask("get_state")
        assert state["seq"] == newest
        assert late.events(rename(house, "After the state")) == [newest + 1]


def test_4_answers_are_measured_and_who_is_stopped_is_told(make, folder):
    with owned_house(folder, "--realtime-heartbeat-ms", "3000") as house:
        key = house.make_key("events_read", "metrics_read")
        client = make.connected(house, key)
        client.ask("subscribe", topics=["system"])
        have = client.events(rename(house, "Heard"))[-1]
        while not (measured := [one for one in monitor(house)["clients"] if "rttMs" in one]):
            pass
        assert measured[0]["rttMs"] > 0 and measured[0]["lastPing"] >= 0 and measured[0]["isAlive"]
        client.freeze()
        try:
            while figures(house, key)["dead_total"] == 0:
                pass
            missed = rename(house, "Missed")
        finally:
            client.thaw()
        code, reason = client.closed()
        assert (code, reason) == (1013, f"no answer to a ping; resume after {have}")
        assert client.waiting[-1]["type"] == "slow" and client.waiting[-1]["data"] == {"resumeAfter": have}
        again = make.connected(house, key)
        again.ask("resume", after=have)
        again.ask("subscribe", topics=["system"])
        assert again.events(missed) == list(range(have + 1, missed + 1))


def test_5_who_comes_in_and_how_often(make, folder):
    told = lambda status, seen: seen in (status, 0)   # a browser does not say why
    limits = ["--realtime-connections-per-key", "2", "--server-allowed-origins", "https://crm.example"]
    with owned_house(folder, *limits, environment={"SERVER_SECRET": SECRET}) as house:
        key, counting = house.make_key("events_read"), house.make_key("metrics_read")
        assert told(401, comes_in(make, house)) and told(401, comes_in(make, house, "/ws?ticket=wrong"))
        assert told(401, comes_in(make, house, signed(key, now(-301_000)))) and told(401, comes_in(make, house, signed(key, now(), sig="0" * 64)))
        assert told(401, comes_in(make, house, f"/ws?apiKey={key}"))
        ticket = house.call("POST", "/api/ws/ticket", {}, key=key).data["ticket"]
        assert comes_in(make, house, protocols=["waqtor.v1", f"waqtor.ticket.{ticket}"]) is None
        assert [talker.opened.get("protocol") for talker in make.talkers] == ["waqtor.v1"]
        assert told(401, comes_in(make, house, f"/ws?ticket={ticket}")), "a ticket works once"
        path = signed(key, now(), "n-1")
        assert comes_in(make, house, path) is None
        assert told(401, comes_in(make, house, path)), "and a signature"
        assert told(429, comes_in(make, house, signed(key, now(), "n-2"))), "the key has its two"
        security = monitor(house)["security"]
        assert security == security | {"unauthorizedAttempts": 7, "expiredHandshakes": 1, "invalidSignatures": 2, "tooManyConnections": 1}
        # Pages of other sites.
        foreign = signed(counting, now(), "n-3")
        assert told(403, comes_in(make, house, foreign, {"Origin": "https://evil.example"}, origin=house.url.replace("127.0.0.1", "localhost")))
        assert monitor(house)["security"]["invalidOrigins"] == 1


def test_5_the_login_cookie_works_for_our_own_pages(make, house):
    client = make.talker(house)
    if client.origin:
        cookie = {}
        client.page.evaluate("""(password) => fetch("/api/auth/login", { method: "POST", headers: { "Content-Type": "application/json", "X-Waqtor-Request": "1" },
            body: JSON.stringify({ email: "owner@example.com", password, kind: "cookie" }) }).then((answer) => answer.json())""", "correct horse battery")
    else:
        cookie = {"Cookie": house.log_in(kind="cookie").headers["Set-Cookie"].split(";")[0]}
        assert comes_in(make, house, headers=cookie) == 403, "a cookie needs an origin"
    assert client.open(house, headers=cookie | {"Origin": house.url}) is None
    assert client.ask("subscribe", topics=["audit"])["type"] == "ack"
    assert monitor(house)["clients"][0]["proof"] == "cookie"


def test_5_who_sends_too_much_is_warned_then_ended(make, folder):
    with owned_house(folder, "--realtime-messages-per-second", "1", "--realtime-burst", "10") as house:
        client = make.connected(house, house.make_key("events_read"))
        for number in range(100):
            client.send(type="ping", timestamp=number)
        assert client.closed() == (1008, "rate limit exceeded")
        assert [frame["data"]["warningsLeft"] for frame in client.waiting if frame["type"] == "rate_limit_warning"] == [4, 3, 2, 1]


def test_7_notifications_reach_their_person_only_and_as_wished(make, house):
    agent = join(house, "agent@example.com", "agent")
    mine, theirs = make.connected(house, token=house.owner), make.connected(house, token=agent["token"])
    for client in (mine, theirs):
        client.ask("subscribe", topics=["notifications"])
    made = note(house, house.owner).data["notification"]
    assert mine.next("notification:new")["data"]["notification"] == made
    assert mine.next("notification:count")["data"] == {"userId": made["userId"], "unread": 1, "total": 1}
    quiet = {"preferences": [{"event": "custom", "inbox": True, "realtime": False}]}
    assert house.call("PUT", "/api/notifications/preferences", quiet, token=house.owner).status == 200
    note(house, house.owner, "Kept, not pushed")
    assert mine.next("notification:count")["data"]["unread"] == 2
    house.call("POST", "/api/notifications/read-all", {}, token=house.owner)
    assert mine.next("notification:count")["data"]["unread"] == 0
    assert not [frame for frame in mine.waiting if frame["type"] == "notification:new"]
    # What is theirs comes after all that was not.
    other = note(house, agent["token"], "For the agent").data["notification"]
    assert theirs.next("notification:new")["data"]["notification"] == other
    assert theirs.next("notification:count")["data"]["userId"] == other["userId"]
    assert not [frame for frame in theirs.waiting if frame["type"].startswith("notification")]
    assert mine.ask("get_state")["data"]["notifications"] == counts(house, house.owner) == {"unread": 0, "total": 2}


def test_8_the_monitor_knows_its_clients_and_can_end_them(make, folder):
    with owned_house(folder, "--realtime-heartbeat-ms", "3600000") as house:   # no ping changes a figure while it is compared
        the_monitor_and_an_end(make, house)


def the_monitor_and_an_end(make, house):
    watching, client = make.connected(house, token=house.owner), make.connected(house, house.make_key("events_read"))
    client.ask("subscribe", topics=["system"], events=["message.*"])
    assert client.ask("get_monitor")["data"]["code"] == "forbidden"
    shown = watching.ask("get_monitor", history=True)["data"]
    found = monitor(house)
    steady = ["connections", "topics", "security", "errors", "alerts"]
    assert {name: shown[name] for name in steady} == {name: found[name] for name in steady}
    row = next(one for one in found["clients"] if "system" in one["subscriptions"])
    assert row == next(one for one in shown["clients"] if one["id"] == row["id"]) | {name: row[name] for name in ("connected", "lastPing", "rttMs", "sent", "sentBytes") if name in row}
    assert (row["ip"], row["proof"], row["received"], row["sent"], row["buffered"], row["violations"]) == ("127.0.0.1", "key", 2, 3, 0, 0)
    assert row["subscriptions"] == ["message.*", "system"]
    assert house.call("DELETE", f"/api/ws-clients/{row['id']}", token=house.owner).status == 200
    assert client.closed() == (1008, "ended by an administrator")
    entry = monitor(house)["securityLog"][0]
    assert (entry["what"], entry["address"]) == ("kicked", "127.0.0.1")


def test_9_a_drain_says_when_to_come_back_and_a_kill_loses_nothing(make, folder):
    house = Server(folder)
    with running(house):
        house.make_owner()
        house.listen = house.address.netloc
        key = house.make_key("events_read")
        client = make.connected(house, key)
        client.ask("subscribe", topics=["system"])
        have = client.events(rename(house, "One"))[-1]
        for how in (signal.SIGTERM, signal.SIGKILL):
            unread = rename(house, "Perhaps not heard")
            house.stop(how)
            ended = client.closed()
            assert ended[0] in ([1012] if how == signal.SIGTERM else [1006, None]) and ended[1].startswith("restart; retry in ") == (how == signal.SIGTERM)
            seen = [have, *(frame["seq"] for frame in client.waiting if "seq" in frame)]
            assert seen == list(range(have, seen[-1] + 1))
            house.start()
            end = rename(house, "Written meanwhile")
            client = make.connected(house, key)
            client.ask("resume", after=seen[-1])
            client.ask("subscribe", topics=["system"])
            assert client.events(end) == list(range(seen[-1] + 1, end + 1)) and end == unread + 1
            have = end
