"""/ws: welcome, subscriptions, events, resume, state, limits, and the ways a connection ends."""

import contextlib
import json
import signal
import sqlite3

import pytest
from websockets.exceptions import ConnectionClosed

from conftest import running, Server
from realtime import Socket, with_key
from test_users import join


def rename(server, name="Shop"):
    """One event of the topic `system`; returns its seq."""
    assert server.call("PUT", "/api/settings", {"name": name}, token=server.owner).status == 200
    return last(server)


def last(server):
    """The seq of the newest event. An answer holds so many and says how far it got."""
    seq = 0
    while True:
        page = server.call("GET", f"/api/events?limit=1000&after={seq}", token=server.owner).json
        if page["last"] == seq:
            return seq
        seq = page["last"]


def test_a_client_is_welcomed_and_hears_what_it_subscribed_to(owned):
    with with_key(owned, owned.make_key("events_read")) as client:
        welcome = client.receive()
        assert welcome["type"] == "welcome"
        assert welcome["data"]["seq"] == last(owned)
        assert welcome["data"]["heartbeatMs"] == 30000 and welcome["data"]["limits"]["payloadBytes"] == 1048576
        assert "system" in welcome["data"]["topics"]
        unheard = rename(owned, "Nobody hears this")
        assert client.ask("get_state")["seq"] == unheard   # the hub is past it
        answer = client.ask("subscribe", topics=["system"], events=["message.*"])
        assert answer["type"] == "ack" and answer["data"]["topics"] == ["system"] and answer["data"]["events"] == ["message.*"]
        seq = rename(owned, "Heard")
        assert seq == unheard + 1
        # The hub may read what was written before only now: the answer says which events are to come.
        assert answer["data"]["seq"] in (unheard - 1, unheard)
        expected = list(range(answer["data"]["seq"] + 1, seq + 1))
        heard = [client.next("settings.updated") for _ in expected]
        assert [event["seq"] for event in heard] == expected
        event = heard[-1]
        assert event["data"] == {"changed": ["name"]}
        assert abs(event["timestamp"] - welcome["timestamp"]) < 600_000
        left = client.ask("unsubscribe", topics=["system"])["data"]
        assert left == {"topics": [], "events": ["message.*"], "seq": seq}
        assert client.ask("ping", timestamp=7)["data"] == {"timestamp": 7}


def test_errors_name_the_field_and_leave_the_connection_open(house):
    with with_key(house, house.make_key("events_read")) as client:
        for sent, code, field in [
            ({"type": "fly"}, "invalid", "type"),
            ({"kind": "ping"}, "invalid", "type"),
            ({"type": "subscribe"}, "invalid", "topics"),
            ({"type": "subscribe", "topics": ["weather"]}, "invalid", "topics[0]"),
            ({"type": "subscribe", "topics": "system"}, "invalid", "topics"),
            ({"type": "subscribe", "events": ["Message"]}, "invalid", "events[0]"),
            ({"type": "subscribe", "topics": ["system"], "sessions": ["x"]}, "invalid", "sessions[0]"),
            ({"type": "resume"}, "invalid", "after"),
            ({"type": "resume", "after": -1}, "invalid", "after"),
            ({"type": "ping", "surprise": 1}, "invalid", "surprise"),
        ]:
            client.send(id="q", **sent)
            error = client.next("error")
            assert (error["id"], error["data"]["code"], error["data"]["field"]) == ("q", code, field), sent
        for text in ["no json", "[1]", "[" * 40 + "]" * 40, '{"type":"ping","type":"ping"}']:
            client.raw.send(text)
            assert client.next("error")["data"]["code"] in ("malformed", "invalid"), text
        client.raw.send(json.dumps({"type": "ping", "id": "x" * 11000}))
        assert client.next("error")["data"]["code"] == "too_large"
        assert client.ask("ping")["type"] == "pong"


def test_resume_gives_exactly_what_was_missed(owned):
    key = owned.make_key("events_read")
    start = last(owned)
    for number in range(5):
        end = rename(owned, f"Shop {number}")
    with with_key(owned, key) as client:
        assert client.ask("resume", after=start)["type"] == "ack"
        client.ask("subscribe", topics=["*"])
        assert client.events(end) == list(range(start + 1, end + 1))
        assert client.next("resumed")["data"] == {"after": start, "upTo": end, "events": end - start}
        assert client.events(rename(owned, "Live again")) == [end + 1]


def test_resume_and_subscribe_may_come_in_one_go(owned):
    """Both frames reach the server in one read; nothing may be forgotten between them."""
    key = owned.make_key("events_read")
    start = last(owned)
    end = rename(owned, "Missed")
    with with_key(owned, key) as client:
        client.receive()
        client.send_at_once({"type": "resume", "id": "r", "after": start}, {"type": "subscribe", "id": "s", "topics": ["system"]},
                            {"type": "get_state", "id": "g"})
        assert client.events(end) == list(range(start + 1, end + 1))
        assert client.next("resumed")["data"]["upTo"] == end
        assert client.next("state")["id"] == "g"
        assert client.events(rename(owned, "Live again")) == [end + 1]


def test_a_client_that_cuts_again_and_again_gets_every_event_once(house):
    key = house.make_key("events_read")
    have = start = last(house)
    seen = []
    for number in range(30):
        end = rename(house, f"Shop {number}")
        with with_key(house, key) as client:
            client.ask("resume", after=have)
            client.ask("subscribe", topics=["system"])
            if number % 3:
                end = rename(house, f"Shop {number} and one")
            seen += client.events(end)
            have = seen[-1]
    assert seen == list(range(start + 1, have + 1))


def test_who_missed_too_much_or_comes_from_elsewhere_is_told_to_reload(folder):
    with running(Server(folder, ["--realtime-resume-events", "2"])) as house:
        house.make_owner()
        key = house.make_key("events_read")
        start = last(house)
        for number in range(3):
            end = rename(house, f"Shop {number}")
        for after, reason in [(start, "too_old"), (end + 1000, "unknown")]:
            with with_key(house, key) as client:
                client.ask("resume", after=after)
                client.ask("subscribe", topics=["system"])
                reset = client.next("reset")["data"]
                assert (reset["reason"], reset["after"], reset["seq"]) == (reason, after, end)
                end = rename(house, f"After {reason}")
                assert client.events(end) == [end]


def test_who_missed_events_that_were_removed_is_told_too(folder):
    server = Server(folder)
    with running(server):
        server.make_owner()
        key = server.make_key("events_read")
        start = last(server)
        for number in range(4):
            end = rename(server, f"Shop {number}")
    for kept in (f"seq > {start + 1}", "seq > 1000000"):   # the first missed one is gone; all are
        with contextlib.closing(sqlite3.connect(folder / "waqtor.db")) as database, database:
            database.execute(f"DELETE FROM event WHERE NOT ({kept})")
        with running(Server(folder)) as again, with_key(again, key) as client:
            client.ask("resume", after=start)
            client.ask("subscribe", topics=["system"])
            reset = client.next("reset")["data"]
            assert (reset["reason"], reset["after"]) == ("too_old", start) and reset["seq"] >= end


def test_the_state_stands_where_it_belongs_among_the_events(owned):
    with with_key(owned, owned.make_key("events_read")) as client:
        client.ask("subscribe", topics=["system"])
        seq = rename(owned, "Before")
        state = client.ask("get_state")
        assert state["type"] == "state" and state["seq"] == seq
        assert client.next("settings.updated")["seq"] == seq
        assert client.events(rename(owned, "After")) == [seq + 1]


def test_events_of_another_process_arrive_too(house):
    with with_key(house, house.make_key("events_read")) as client:
        client.ask("subscribe", events=["settings.*"])
        house.run("settings", "language=ar")
        assert client.next("settings.updated")["data"] == {"changed": ["language"]}


def test_compressed_and_plain_clients_read_the_same(folder):
    with running(Server(folder, ["--realtime-compression-threshold", "64"])) as house:
        house.make_owner()
        key = house.make_key("events_read")
        with with_key(house, key) as packed, with_key(house, key, compression=None) as plain:
            assert "permessage-deflate" in packed.raw.response.headers.get("Sec-WebSocket-Extensions", "")
            assert "Sec-WebSocket-Extensions" not in plain.raw.response.headers
            for client in (packed, plain):
                client.ask("subscribe", topics=["*"])
            rename(house, "Both hear")
            assert packed.next("settings.updated") == plain.next("settings.updated")


def test_a_right_that_is_taken_away_ends_what_it_allowed(owned):
    made = owned.call("POST", "/api/keys", {"name": "k", "scopes": ["events_read"]}, token=owned.owner).data
    with with_key(owned, made["key"]) as client:
        client.ask("subscribe", topics=["*"])
        rename(owned, "Heard")
        assert owned.call("DELETE", f"/api/keys/{made['id']}", token=owned.owner).status == 200
        rename(owned, "Not heard")
        assert client.closed() == (1008, "the login or key has ended")
        assert [frame["type"] for frame in client.waiting if "seq" in frame] == ["settings.updated"]


def test_a_person_with_fewer_rights_loses_the_topics_but_not_the_connection(owned):
    agent = join(owned, "agent@example.com", "agent")
    with Socket(owned, headers={"Authorization": f"Bearer {agent['token']}"}) as client:
        assert client.ask("subscribe", topics=["audit"])["data"]["code"] == "forbidden"
        client.ask("subscribe", topics=["system", "session"])
        rename(owned, "Heard")
        client.next("settings.updated")
        user = agent["user"]["id"]
        assert owned.call("PUT", f"/api/users/{user}", {"role": "viewer"}, token=owned.owner).status == 200
        assert client.next("unsubscribed")["data"] == {"topics": ["system"], "reason": "forbidden"}
        rename(owned, "Not heard")
        assert client.ask("ping")["type"] == "pong"
        assert not [frame for frame in client.waiting if "seq" in frame]


def test_workspaces_do_not_hear_each_other(house):
    house.run("user", "create", "--email", "other@example.com", "--workspace", "Other", stdin="correct horse battery\n")
    other = house.log_in("other@example.com").data["token"]
    with with_key(house, house.make_key("events_read")) as here, Socket(house, headers={"Authorization": f"Bearer {other}"}) as there:
        for client in (here, there):
            client.ask("subscribe", topics=["*"])
        assert house.call("PUT", "/api/settings", {"name": "There"}, token=other).status == 200
        assert there.next("settings.updated")["data"] == {"changed": ["name"]}
        rename(house, "Here")
        here.next("settings.updated")
        assert here.ask("ping")["type"] == "pong" and not [frame for frame in here.waiting if "seq" in frame]


def test_a_client_that_sends_too_much_is_warned_then_closed(folder):
    with running(Server(folder, ["--realtime-messages-per-second", "1", "--realtime-burst", "10"])) as house:
        house.make_owner()
        with with_key(house, house.make_key("events_read")) as client:
            client.receive()
            # In one go: the bucket fills by one a second, and how long the sending takes must not matter.
            client.send_at_once(*[{"type": "ping", "timestamp": number} for number in range(100)])
            assert client.closed() == (1008, "rate limit exceeded")
            warnings = [frame for frame in client.waiting if frame["type"] == "rate_limit_warning"]
            assert [frame["data"]["warningsLeft"] for frame in warnings] == [4, 3, 2, 1]
            assert all(1 <= frame["data"]["retryAfterMs"] <= 1000 for frame in warnings)
            pongs = [frame["data"]["timestamp"] for frame in client.waiting if frame["type"] == "pong"]
            assert pongs[:10] == list(range(10)) and len(pongs) < 95


def test_binary_and_oversized_messages_end_the_connection(house):
    key = house.make_key("events_read")
    with with_key(house, key) as client:
        client.raw.send(b"\x00")
        assert client.closed()[0] == 1003
    with with_key(house, key, compression=None) as client:
        with contextlib.suppress(ConnectionClosed):   # the end may come before the last of it is sent
            client.raw.send("x" * 1048577)
        assert client.closed()[0] == 1009
    with with_key(house, key) as client:
        client.raw.close(4001, "bye")
        assert client.closed()[0] == 4001


def test_a_stopping_server_says_goodbye_and_the_next_one_goes_on(folder):
    server = Server(folder)
    with running(server):
        server.make_owner()
        key = server.make_key("events_read")
        client = with_key(server, key)
        client.ask("subscribe", topics=["system"])
        seen = client.events(rename(server, "One"))
        assert server.stop() == 0
        code, reason = client.closed()
        assert code == 1012 and reason.startswith("restart; retry in ")
    with running(Server(folder, environment={})) as again:
        again.owner = again.log_in().data["token"]
        end = rename(again, "Two")
        with with_key(again, key) as client:
            client.ask("resume", after=seen[-1])
            client.ask("subscribe", topics=["system"])
            assert client.events(end)[-1] == end


def test_a_killed_server_loses_nothing_that_was_written(folder):
    server = Server(folder)
    server.start()
    server.make_owner()
    key = server.make_key("events_read")
    client = with_key(server, key)
    client.ask("subscribe", topics=["system"])
    have = client.events(rename(server, "One"))[-1]
    rename(server, "Two")
    server.stop(signal.SIGKILL)
    assert client.closed()[0] in (None, 1006)
    with running(Server(folder)) as again:
        again.owner = again.log_in().data["token"]
        end = rename(again, "Three")
        with with_key(again, key) as client:
            client.ask("resume", after=have)
            client.ask("subscribe", topics=["system"])
            assert client.events(end) == list(range(have + 1, end + 1))


def test_a_server_that_cannot_read_its_log_says_so_with_1011(folder):
    """What stands in for a damaged database: its table is gone for a while."""
    with running(Server(folder)) as server, contextlib.closing(sqlite3.connect(folder / "waqtor.db", isolation_level=None)) as database:
        server.make_owner()
        key = server.make_key("events_read")
        seq = rename(server)
        with with_key(server, key) as client:
            client.next("welcome")
            database.execute("ALTER TABLE event RENAME TO event_away")
            client.send(type="resume", after=0)
            client.send(type="subscribe", topics=["system"])
            with pytest.raises(ConnectionClosed) as closed:
                client.events(seq)
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1011, "the event log cannot be read now; resume after 0")
        database.execute("ALTER TABLE event_away RENAME TO event")
        with with_key(server, key) as client:
            client.ask("resume", after=0)
            client.ask("subscribe", topics=["system"])
            assert client.events(seq)[-1] == seq
