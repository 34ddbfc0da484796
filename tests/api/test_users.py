"""People of a workspace: invitations, roles, and what must not be possible."""

from conftest import PASSWORD


def invite(server, email, role, token=None):
    return server.call("POST", "/api/invitations", {"email": email, "role": role}, token=token or server.owner)


def join(server, email, role):
    token = invite(server, email, role).data["token"]
    joined = server.register(email, invitationToken=token)
    assert joined.status == 201, joined.body
    return joined.data


def test_an_invitation_works_once_and_for_its_address(owned):
    made = invite(owned, "agent@example.com", "agent")
    assert made.status == 201
    token = made.data["token"]
    assert owned.register("else@example.com", invitationToken=token).status == 403
    assert owned.register("agent@example.com", invitationToken=token).data["user"]["role"] == "agent"
    assert owned.register("agent@example.com", invitationToken=token).status in (403, 409)
    assert owned.call("GET", "/api/invitations", token=owned.owner).data == []
    assert invite(owned, "agent@example.com", "agent").status == 409


def test_an_invitation_can_be_taken_back(owned):
    made = invite(owned, "agent@example.com", "agent").data
    listed = owned.call("GET", "/api/invitations", token=owned.owner)
    assert [one["email"] for one in listed.data] == ["agent@example.com"]
    assert "token" not in listed.data[0]
    assert owned.call("DELETE", f"/api/invitations/{made['id']}", token=owned.owner).status == 200
    assert owned.register("agent@example.com", invitationToken=made["token"]).status == 403


def test_an_invitation_ends_with_the_right_of_who_sent_it(owned):
    admin = join(owned, "admin@example.com", "admin")
    tokens = [invite(owned, f"{name}@example.com", "admin", admin["token"]).data["token"] for name in ("first", "second")]
    assert owned.call("PUT", f"/api/users/{admin['user']['id']}", {"role": "agent"}, token=owned.owner).status == 200
    assert owned.register("first@example.com", invitationToken=tokens[0]).status == 403
    assert owned.call("PUT", f"/api/users/{admin['user']['id']}", {"role": "admin"}, token=owned.owner).status == 200
    assert owned.register("first@example.com", invitationToken=tokens[0]).status == 201
    assert owned.call("DELETE", f"/api/users/{admin['user']['id']}", token=owned.owner).status == 200
    refused = owned.register("second@example.com", invitationToken=tokens[1])
    assert refused.status == 403 and "may not invite" in refused.body


def test_roles_limit_what_people_may_do(owned):
    admin = join(owned, "admin@example.com", "admin")
    agent = join(owned, "agent@example.com", "agent")
    viewer = join(owned, "viewer@example.com", "viewer")
    table = [
        # who, method, path, body, status
        (viewer, "GET", "/api/users", None, 403),
        (agent, "GET", "/api/users", None, 200),
        (agent, "POST", "/api/keys", {"name": "x", "scopes": ["events_read"]}, 403),
        (admin, "POST", "/api/keys", {"name": "x", "scopes": ["events_read"]}, 201),
        (admin, "PUT", "/api/settings", {"language": "ar"}, 403),
        (admin, "PUT", f"/api/users/{agent['user']['id']}", {"role": "viewer"}, 200),
        (admin, "PUT", f"/api/users/{agent['user']['id']}", {"role": "owner"}, 403),
        (viewer, "GET", "/api/events", None, 200),
    ]
    for who, method, path, body, status in table:
        answer = owned.call(method, path, body, token=who["token"])
        assert answer.status == status, (who["user"]["role"], method, path, answer.body)
    owner = owned.call("GET", "/api/auth/me", token=owned.owner).data["user"]
    for method, body in (("PUT", {"isActive": False}), ("DELETE", None)):
        assert owned.call(method, f"/api/users/{owner['id']}", body, token=admin["token"]).status == 403


def test_switching_off_ends_logins_at_once(owned):
    agent = join(owned, "agent@example.com", "agent")
    path = f"/api/users/{agent['user']['id']}"
    assert owned.call("PUT", path, {"isActive": False}, token=owned.owner).data["isActive"] is False
    assert owned.call("GET", "/api/auth/me", token=agent["token"]).status == 401
    assert owned.log_in("agent@example.com").status == 401
    assert owned.call("PUT", path, {"isActive": True}, token=owned.owner).status == 200
    assert owned.log_in("agent@example.com").status == 200


def test_the_last_owner_stays(owned):
    owner = owned.call("GET", "/api/auth/me", token=owned.owner).data["user"]
    path = f"/api/users/{owner['id']}"
    assert owned.call("DELETE", path, token=owned.owner).status == 409
    assert owned.call("PUT", path, {"role": "admin"}, token=owned.owner).status == 409
    assert owned.call("PUT", path, {"isActive": False}, token=owned.owner).status == 409
    assert owned.call("GET", path, token=owned.owner).data["role"] == "owner"


def test_a_removed_person_is_gone_with_logins_and_keys(owned):
    admin = join(owned, "admin@example.com", "admin")
    key = owned.call("POST", "/api/keys", {"name": "x", "scopes": ["events_read"]}, token=admin["token"]).data["key"]
    assert owned.call("GET", "/api/events", key=key).status == 200
    assert owned.call("DELETE", f"/api/users/{admin['user']['id']}", token=owned.owner).status == 200
    assert owned.call("GET", "/api/auth/me", token=admin["token"]).status == 401
    assert owned.call("GET", "/api/events", key=key).status == 401
    assert owned.call("GET", f"/api/users/{admin['user']['id']}", token=owned.owner).status == 404


def test_a_workspace_sees_nothing_of_another(owned):
    owned.run("user", "create", "--email", "rival@example.com", "--workspace", "Rival", stdin=PASSWORD + "\n")
    rival = owned.log_in("rival@example.com").data
    ours = owned.call("GET", "/api/auth/me", token=owned.owner).data["user"]["id"]
    key = owned.call("POST", "/api/keys", {"name": "x", "scopes": ["events_read"]}, token=owned.owner).data["id"]
    invitation = invite(owned, "agent@example.com", "agent").data["id"]
    table = [
        ("GET", f"/api/users/{ours}", None),
        ("PUT", f"/api/users/{ours}", {"name": "x"}),
        ("DELETE", f"/api/users/{ours}", None),
        ("GET", f"/api/keys/{key}", None),
        ("DELETE", f"/api/keys/{key}", None),
        ("DELETE", f"/api/invitations/{invitation}", None),
    ]
    for method, path, body in table:
        assert owned.call(method, path, body, token=rival["token"]).status == 404, (method, path)
    for path in ("/api/users", "/api/keys", "/api/invitations"):
        assert all(one.get("email") == "rival@example.com" for one in owned.call("GET", path, token=rival["token"]).data), path
    theirs = owned.call("GET", "/api/events", token=rival["token"]).data
    assert [event["seq"] for event in theirs] == list(range(1, len(theirs) + 1))
    assert "key.created" not in [event["type"] for event in theirs]
