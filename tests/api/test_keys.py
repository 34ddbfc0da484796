"""API keys: shown once, limited, revoked at once."""

import datetime


def test_a_key_is_shown_once_and_does_what_its_scopes_say(owned):
    made = owned.call("POST", "/api/keys", {"name": "reader", "scopes": ["events_read"]}, token=owned.owner)
    assert made.status == 201
    key = made.data["key"]
    assert key.startswith(made.data["prefix"])
    listed = owned.call("GET", "/api/keys", token=owned.owner)
    assert key not in listed.body
    assert listed.json["pagination"] == {"total": 1, "limit": 50, "offset": 0, "hasMore": False}
    assert owned.call("GET", "/api/events", key=key).status == 200
    assert owned.call("GET", "/api/events", headers={"Authorization": f"Bearer {key}"}).status == 200
    assert owned.call("GET", "/api/users", key=key).status == 403
    assert owned.call("GET", "/api/auth/me", key=key).status == 403, "a key is nobody's login"
    assert owned.call("GET", "/api/keys", token=owned.owner).data[0]["lastUsedAt"]


def test_revoking_works_at_once(owned):
    made = owned.call("POST", "/api/keys", {"name": "reader", "scopes": ["events_read"]}, token=owned.owner).data
    assert owned.call("GET", "/api/events", key=made["key"]).status == 200
    revoked = owned.call("DELETE", f"/api/keys/{made['id']}", token=owned.owner)
    assert revoked.data["revokedAt"]
    assert owned.call("GET", "/api/events", key=made["key"]).status == 401
    assert owned.call("DELETE", f"/api/keys/{made['id']}", token=owned.owner).data["revokedAt"] == revoked.data["revokedAt"]


def test_addresses_and_expiry_are_kept_to(owned):
    elsewhere = owned.make_key("events_read", addresses=["192.0.2.0/24"])
    here = owned.make_key("events_read", addresses=["192.0.2.0/24", "127.0.0.0/8"])
    assert owned.call("GET", "/api/events", key=elsewhere).status == 403
    assert owned.call("GET", "/api/events", key=here).status == 200
    past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=1)
    refused = owned.call("POST", "/api/keys", {"name": "x", "scopes": ["events_read"], "expiresAt": past.isoformat()}, token=owned.owner)
    assert refused.status == 422
    assert refused.problems["expiresAt"] == "must be in the future"


def test_a_key_cannot_make_a_stronger_key(owned):
    maker = owned.make_key("keys_write", "events_read")
    assert owned.call("POST", "/api/keys", {"name": "x", "scopes": ["events_read"]}, key=maker).status == 201
    assert owned.call("POST", "/api/keys", {"name": "x", "scopes": ["users_write"]}, key=maker).status == 403


def test_a_key_made_with_a_key_ends_no_later_and_works_from_nowhere_else(owned):
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
    maker = owned.make_key("keys_write", "events_read", addresses=["127.0.0.0/8"], expiresAt=end.isoformat())
    wish = {"name": "x", "scopes": ["events_read"]}
    made = owned.call("POST", "/api/keys", wish, key=maker).data
    assert made["addresses"] == ["127.0.0.0/8"]
    assert datetime.datetime.fromisoformat(made["expiresAt"]) - end < datetime.timedelta(seconds=1)
    later = (end + datetime.timedelta(hours=1)).isoformat()
    assert owned.call("POST", "/api/keys", {**wish, "expiresAt": later}, key=maker).status == 403
    assert owned.call("POST", "/api/keys", {**wish, "addresses": ["0.0.0.0/0"]}, key=maker).status == 403


def test_the_fixed_key_of_23_works_when_it_is_set(folder):
    from conftest import Server, running

    key = "a-fixed-key-of-24-characters"
    with running(Server(folder, environment={"API_KEY": key})) as server:
        assert server.call("GET", "/api/events", key=key).status == 401, "there is no workspace yet"
        server.make_owner()
        assert server.call("GET", "/api/events", key=key).status == 200
        assert server.call("GET", "/api/events", key=key + "x").status == 401
        assert server.call("POST", "/api/keys", {"name": "x", "scopes": ["events_read"]}, key=key).status == 403, "nobody made it"
