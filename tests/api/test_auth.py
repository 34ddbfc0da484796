"""Registering, logins, refresh and logout: WaQtor 2.3's routes, done properly."""

import concurrent.futures

from conftest import PASSWORD


def me(server, token):
    return server.call("GET", "/api/auth/me", token=token)


def test_the_setup_token_makes_one_owner(server):
    assert server.register().status == 403
    assert server.register(setupToken="wqs_wrong").status == 403
    made = server.register(setupToken=server.setup_token, name="Sara", workspaceName="متجر")
    assert made.status == 201
    assert made.data["user"]["role"] == "owner"
    assert me(server, made.data["token"]).data["user"]["email"] == "owner@example.com"
    assert server.register("other@example.com", setupToken=server.setup_token).status == 403
    assert server.call("GET", "/api/settings", token=made.data["token"]).data["name"] == "متجر"


def test_weak_passwords_are_refused_by_name_of_the_field(server):
    for password, problem in [("short", "at least 8"), ("password123", "most used"), ("owner@example.com", "e-mail")]:
        refused = server.register(password=password, setupToken=server.setup_token)
        assert refused.status == 422
        assert problem in refused.problems["password"]
    assert server.register(setupToken=server.setup_token).status == 201


def test_wrong_password_and_unknown_user_look_alike(owned):
    wrong = owned.log_in(password="not the password")
    unknown = owned.log_in("nobody@example.com")
    assert wrong.status == unknown.status == 401
    assert wrong.json["error"] == unknown.json["error"]
    assert owned.log_in("OWNER@Example.com").status == 200


def test_profile_routes_answer_as_23_did(owned):
    for path in ("/api/auth/me", "/api/auth/verify", "/api/auth/profile"):
        answer = owned.call("GET", path, token=owned.owner)
        assert answer.status == 200
        assert answer.data["user"] == answer.json["user"]
    changed = owned.call("PUT", "/api/auth/profile", {"name": "سارة"}, token=owned.owner)
    assert changed.data["user"]["name"] == "سارة"
    assert owned.call("GET", "/api/auth/me").status == 401
    assert owned.call("GET", "/api/auth/me", token="wql_nonsense").status == 401


def test_refresh_rotates_and_a_copied_token_ends_the_login(owned):
    first = owned.log_in().data
    second = owned.call("POST", "/api/auth/refresh", {"refreshToken": first["refreshToken"]})
    assert second.status == 200
    assert me(owned, first["token"]).status == 401, "the replaced token must not work"
    assert me(owned, second.data["token"]).status == 200
    assert owned.call("POST", "/api/auth/refresh", {"refreshToken": first["refreshToken"]}).status == 401
    assert me(owned, second.data["token"]).status == 401, "using a refresh token twice must end the login"
    assert owned.call("POST", "/api/auth/refresh", {"refreshToken": second.data["refreshToken"]}).status == 401
    ended = [event for event in events(owned) if event["type"] == "login.ended"]
    assert [event["data"]["reason"] for event in ended] == ["refresh_reused"]


def events(server):
    return server.call("GET", "/api/events?limit=1000", token=server.owner).data


def test_logout_really_ends_the_token(owned):
    login = owned.log_in().data
    assert owned.call("POST", "/api/auth/logout", token=login["token"]).status == 200
    assert me(owned, login["token"]).status == 401
    assert owned.call("POST", "/api/auth/refresh", {"refreshToken": login["refreshToken"]}).status == 401
    assert me(owned, owned.owner).status == 200, "other logins go on"


def test_logout_all_ends_every_login(owned):
    other = owned.log_in().data["token"]
    assert owned.call("POST", "/api/auth/logout-all", token=other).status == 200
    assert me(owned, other).status == me(owned, owned.owner).status == 401


def test_logins_are_listed_and_revoked_one_by_one(owned):
    other = owned.log_in().data["token"]
    logins = owned.call("GET", "/api/auth/logins", token=owned.owner).data
    assert [login["current"] for login in logins] == [False, True]
    assert owned.call("DELETE", f"/api/auth/logins/{logins[0]['id']}", token=owned.owner).status == 200
    assert me(owned, other).status == 401
    assert owned.call("DELETE", "/api/auth/logins/not-an-id", token=owned.owner).status == 404


def test_a_new_password_ends_the_other_logins(owned):
    other = owned.log_in().data["token"]
    change = {"currentPassword": "wrong", "newPassword": "a much better one"}
    assert owned.call("PUT", "/api/auth/password", change, token=owned.owner).status == 403
    change["currentPassword"] = PASSWORD
    assert owned.call("PUT", "/api/auth/password", {**change, "newPassword": "password"}, token=owned.owner).status == 422
    assert owned.call("PUT", "/api/auth/password", change, token=owned.owner).status == 200
    assert me(owned, owned.owner).status == 200
    assert me(owned, other).status == 401
    assert owned.log_in().status == 401
    assert owned.log_in(password="a much better one").status == 200


def test_failed_logins_are_limited_per_account(owned):
    for _ in range(10):
        assert owned.log_in("victim@example.com", "guess").status == 401
    limited = owned.log_in("victim@example.com", "guess")
    assert limited.status == 429
    assert 0 < int(limited.headers["Retry-After"]) <= 900
    assert owned.log_in().status == 200, "other accounts are not affected"


def test_guesses_at_once_are_not_more_than_one_by_one(owned):
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        statuses = list(pool.map(lambda _: owned.log_in("victim@example.com", "guess").status, range(40)))
    assert statuses.count(401) <= 10 and set(statuses) <= {401, 429, 503}, statuses
    for _ in range(10 - statuses.count(401)):   # what was too much at once was not looked at, and does not count
        assert owned.log_in("victim@example.com", "guess").status == 401
    assert owned.log_in("victim@example.com", "guess").status == 429


def test_guesses_at_the_current_password_are_limited_too(owned):
    change = {"currentPassword": "wrong", "newPassword": "a much better one"}
    for _ in range(10):
        assert owned.call("PUT", "/api/auth/password", change, token=owned.owner).status == 403
    limited = owned.call("PUT", "/api/auth/password", {**change, "currentPassword": PASSWORD}, token=owned.owner)
    assert limited.status == 429 and int(limited.headers["Retry-After"]) > 0


def test_a_cookie_login_changes_things_only_from_our_own_pages(owned):
    login = owned.log_in(kind="cookie")
    assert "token" not in login.data
    cookie = login.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    cookie = cookie.split(";")[0]
    assert owned.call("GET", "/api/auth/me", cookie=cookie).status == 200
    rename = {"name": "Eve"}
    ours = {"Origin": owned.url, "X-Waqtor-Request": "1"}
    for headers in ({}, {"Origin": owned.url}, {"X-Waqtor-Request": "1"}, {**ours, "Origin": "https://evil.example"}):
        assert owned.call("PUT", "/api/auth/profile", rename, cookie=cookie, headers=headers).status == 403, headers
    assert owned.call("PUT", "/api/auth/profile", rename, cookie=cookie, headers=ours).status == 200
    out = owned.call("POST", "/api/auth/logout", cookie=cookie, headers=ours)
    assert "Max-Age=0" in out.headers["Set-Cookie"]
    assert owned.call("GET", "/api/auth/me", cookie=cookie).status == 401


def test_behind_a_trusted_proxy_the_cookie_is_for_tls_only(folder):
    from conftest import Server, running

    with running(Server(folder, ["--server-trusted-proxies", "127.0.0.1"])) as server:
        server.make_owner()
        login = server.call("POST", "/api/auth/login", {"email": "owner@example.com", "password": PASSWORD, "kind": "cookie"},
                            headers={"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"})
        assert login.headers["Set-Cookie"].startswith("__Host-waqtor_login=")
        assert "; Secure" in login.headers["Set-Cookie"]
        logins = server.call("GET", "/api/auth/logins", token=server.owner).data
        assert logins[0]["address"] == "192.0.2.7"
