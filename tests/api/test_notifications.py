"""Notifications: one's own list, what events make of them, and the push to the right person only."""

from conftest import Server, running
from realtime import Socket
from test_imports import upload
from test_users import join


def note(server, token, title="Call Amal", **more):
    return server.call("POST", "/api/notifications", {"title": title, "message": "About the order"} | more, token=token)


def counts(server, token):
    return server.call("GET", "/api/notifications/count", token=token).data


def test_the_list_its_pages_and_what_may_be_done_with_it(owned):
    for title in ["One", "Two", "Three"]:
        made = note(owned, owned.owner, title, type="warning", link="/campaigns", icon="bell")
        assert made.status == 200 and made.data["notification"]["title"] == title
    assert made.data["counts"] == {"unread": 3, "total": 3}
    answer = owned.call("GET", "/api/notifications?limit=2", token=owned.owner)
    assert [one["title"] for one in answer.data] == ["Three", "Two"]
    assert answer.json["pagination"] == {"total": 3, "limit": 2, "offset": 0, "hasMore": True}
    one = answer.data[0]
    assert one["type"] == "warning" and one["event"] == "custom" and one["link"] == "/campaigns" and one["icon"] == "bell"
    assert one["read"] is False and one["userId"] and one["times"] == 1
    read = owned.call("PATCH", f"/api/notifications/{one['id']}", {"read": True}, token=owned.owner)
    assert read.status == 200 and read.data["read"] is True
    unread = owned.call("GET", "/api/notifications?filter=unread", token=owned.owner)
    assert [one["title"] for one in unread.data] == ["Two", "One"] and unread.json["pagination"]["total"] == 2
    assert owned.call("DELETE", f"/api/notifications/{one['id']}", token=owned.owner).data == {"unread": 2, "total": 2}
    assert owned.call("DELETE", f"/api/notifications/{one['id']}", token=owned.owner).status == 404
    done = owned.call("POST", "/api/notifications", {"action": "mark-all-read"}, token=owned.owner)
    assert done.data == {"counts": {"unread": 0, "total": 2}}
    assert owned.call("POST", "/api/notifications/read-all", {}, token=owned.owner).data == {"unread": 0, "total": 2}
    assert owned.call("DELETE", "/api/notifications", token=owned.owner).data == {"unread": 0, "total": 0}


def test_what_is_wrong_is_named(house):
    for body, field in [({}, "title"), ({"title": "x"}, "message"), ({"title": "", "message": "x"}, "title"),
                        ({"title": "x", "message": "x", "type": "loud"}, "type"), ({"action": "explode"}, "action"),
                        ({"title": "x", "message": "x" * 2001}, "message"), ({"title": "x\ny", "message": "x"}, "title")]:
        answer = house.call("POST", "/api/notifications", body, token=house.owner)
        assert answer.status == 422 and field in answer.problems, (body, answer.body)
    assert house.call("GET", "/api/notifications?filter=some", token=house.owner).status == 422
    assert house.call("GET", "/api/notifications").status == 401
    assert house.call("PATCH", "/api/notifications/x", {"read": True}, token=house.owner).status in (404, 422)


def test_everybody_has_their_own(owned):
    agent = join(owned, "agent@example.com", "agent")
    mine = note(owned, owned.owner).data["notification"]
    assert counts(owned, agent["token"]) == {"unread": 0, "total": 0}
    for method, path, body in [("PATCH", f"/api/notifications/{mine['id']}", {"read": True}), ("DELETE", f"/api/notifications/{mine['id']}", None)]:
        assert owned.call(method, path, body, token=agent["token"]).status == 404
    assert owned.call("DELETE", "/api/notifications", token=agent["token"]).status == 200
    assert counts(owned, owned.owner) == {"unread": 1, "total": 1}


def test_preferences_are_one_for_each_event(owned):
    path = "/api/notifications/preferences"
    standard = owned.call("GET", path, token=owned.owner).data["preferences"]
    assert len(standard) == 10 and all(one["inbox"] and one["realtime"] for one in standard)
    changed = owned.call("PUT", path, {"preferences": [{"event": "campaign_completed", "inbox": True, "realtime": False}]}, token=owned.owner)
    assert changed.status == 200
    quiet = [one for one in changed.data["preferences"] if not one["realtime"]]
    assert quiet == [{"event": "campaign_completed", "inbox": True, "realtime": False}]
    assert owned.call("GET", path, token=owned.owner).data == changed.data
    assert owned.call("PUT", path, {"preferences": [{"event": "rain", "inbox": True, "realtime": False}]}, token=owned.owner).status == 422


def test_new_ones_and_counts_are_pushed_to_their_person_only(owned):
    agent = join(owned, "agent@example.com", "agent")
    bearer = lambda token: {"Authorization": f"Bearer {token}"}
    with Socket(owned, headers=bearer(owned.owner)) as mine, Socket(owned, headers=bearer(agent["token"])) as theirs:
        for client in (mine, theirs):
            assert client.ask("subscribe", topics=["notifications"])["type"] == "ack"
        made = note(owned, owned.owner).data["notification"]
        assert mine.next("notification:new")["data"]["notification"] == made
        assert mine.next("notification:count")["data"] == {"userId": made["userId"], "unread": 1, "total": 1}
        owned.call("PATCH", f"/api/notifications/{made['id']}", {"read": True}, token=owned.owner)
        assert mine.next("notification:count")["data"]["unread"] == 0
        # What is theirs comes after all that was not.
        other = note(owned, agent["token"], "For the agent").data["notification"]
        assert theirs.next("notification:new")["data"]["notification"] == other
        assert theirs.next("notification:count")["data"]["userId"] == other["userId"]
        assert not [frame for frame in theirs.waiting if frame["type"].startswith("notification")]
        assert mine.ask("get_state")["data"]["notifications"] == {"unread": 0, "total": 1}


def test_an_event_makes_one_in_both_languages(folder):
    with running(Server(folder)) as house:
        house.make_owner()
        viewer = join(house, "viewer@example.com", "viewer")
        with Socket(house, headers={"Authorization": f"Bearer {house.owner}"}) as client:
            client.ask("subscribe", topics=["notifications"])
            seen = upload(house, "phone,name\n+15550101,Amal\n")
            assert house.call("POST", f"/api/contacts/imports/{seen['id']}/start", {}, token=house.owner).status == 202
            told = client.next("notification:new")["data"]["notification"]
            assert told["event"] == "import_finished" and told["type"] == "success"
            assert told["title"] == "The import is done" and told["titleAr"] == "اكتمل الاستيراد"
            assert client.next("notification:count")["data"]["unread"] == 1
        assert counts(house, viewer["token"]) == {"unread": 0, "total": 0}


def test_a_key_speaks_for_who_made_it_and_the_fixed_key_for_nobody(folder):
    with running(Server(folder, environment={"API_KEY": "a-fixed-key-of-this-server"})) as house:
        house.make_owner()
        key = house.make_key("events_read")
        assert house.call("POST", "/api/notifications", {"title": "x", "message": "x"}, key=key).status == 200
        assert counts(house, house.owner)["total"] == 1
        fixed = "a-fixed-key-of-this-server"
        assert house.call("GET", "/api/notifications", key=fixed).data == []
        assert house.call("POST", "/api/notifications", {"title": "x", "message": "x"}, key=fixed).status == 403
        assert house.call("PUT", "/api/notifications/preferences", {"preferences": []}, key=fixed).status == 403
        assert house.call("GET", "/api/notifications", key=house.make_key("metrics_read")).status == 403
