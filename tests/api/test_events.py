"""The event log over HTTP: order, filters, paging, and the long-poll."""

import threading
import time


def rename(server, name):
    assert server.call("PUT", "/api/settings", {"name": name}, token=server.owner).status == 200


def test_events_are_numbered_without_gaps_and_filtered(owned):
    key = owned.make_key("events_read")
    for number in range(5):
        rename(owned, f"Shop {number}")
    everything = owned.call("GET", "/api/events", key=key)
    assert [event["seq"] for event in everything.data] == list(range(1, len(everything.data) + 1))
    assert everything.json["last"] == everything.data[-1]["seq"]
    some = owned.call("GET", "/api/events?types=user.*,key.created", key=key).data
    assert [event["type"] for event in some] == ["user.created", "key.created"]
    page = owned.call("GET", "/api/events?after=2&limit=3", key=key)
    assert [event["seq"] for event in page.data] == [3, 4, 5]
    assert page.json["hasMore"] is True
    ahead = owned.call("GET", "/api/events?after=1000000&wait=60", key=key)   # as after a restore: it does not wait
    assert (ahead.data, ahead.json["last"]) == ([], owned.call("GET", "/api/events?limit=1000", key=key).json["last"])


def test_a_long_poll_answers_when_something_happens(owned):
    key = owned.make_key("events_read")
    last = owned.call("GET", "/api/events", key=key).json["last"]
    answers = []
    waiting = [threading.Thread(target=lambda: answers.append(owned.call("GET", f"/api/events?after={last}&wait=60", key=key))) for _ in range(5)]
    for thread in waiting:
        thread.start()
    rename(owned, "Woken")
    for thread in waiting:
        thread.join()
    assert [[event["type"] for event in answer.data] for answer in answers] == [["settings.updated"]] * 5


def test_a_long_poll_sees_what_another_process_writes(owned):
    key = owned.make_key("events_read")
    last = owned.call("GET", "/api/events", key=key).json["last"]
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(owned.call("GET", f"/api/events?after={last}&wait=60", key=key)))
    waiting.start()
    owned.run("settings", "language=ar")
    waiting.join()
    assert answers[0].data[0]["data"] == {"changed": ["language"]}


def test_a_long_poll_ends_empty_when_nothing_happens(owned):
    key = owned.make_key("events_read")
    last = owned.call("GET", "/api/events", key=key).json["last"]
    before = time.monotonic()
    answer = owned.call("GET", f"/api/events?after={last}&wait=1", key=key)
    assert time.monotonic() - before >= 1
    assert answer.data == [] and answer.json["last"] == last


def test_a_long_poll_is_woken_when_the_server_stops(house):
    key = house.make_key("events_read")
    last = house.call("GET", "/api/events", key=key).json["last"]
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(house.call("GET", f"/api/events?after={last}&wait=60", key=key)))
    waiting.start()
    while waiting.is_alive() and not in_flight(house):
        pass
    assert house.stop() == 0
    waiting.join()
    assert answers[0].status == 200 and answers[0].data == []


def in_flight(server):
    """The waiting request and the one that asks."""
    for line in server.call("GET", "/metrics").body.splitlines():
        if "in_flight" in line and not line.startswith("#"):
            return float(line.split()[-1]) >= 2
    return False
