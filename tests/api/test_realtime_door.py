"""Who gets into /ws: tickets, signed handshakes, origins, addresses, and how many. Refusals come before the upgrade."""

import contextlib
import hashlib
import hmac
import json
import time
import urllib.parse

import pytest

from conftest import ROOT, Server, running
from realtime import Socket, refusal, with_key

SECRET = "a-secret-of-the-server"


def sign(secret, *parts):
    return hmac.new(secret.encode(), "".join(parts).encode(), hashlib.sha256).hexdigest()


def signed(key, ts, nonce="", address="", secret=SECRET, sig=None):
    query = {"apiKey": key, "ts": ts, "sig": sig or sign(secret, key, ts, address, nonce)} | ({"nonce": nonce} if nonce else {})
    return "/ws?" + urllib.parse.urlencode(query)


def now(shift=0):
    return str(int(time.time() * 1000) + shift)


def figures(server, key):
    """What the server counted, by the short name."""
    lines = server.call("GET", "/metrics", key=key).body.splitlines()
    return {name.removeprefix("waqtor_ws_"): float(value) for name, value in (line.split(" ") for line in lines if line.startswith("waqtor_ws_"))}


def test_nobody_comes_in_without_a_proof(house):
    assert refusal(house) == (401, "unauthenticated")
    assert refusal(house, X_API_Key="wqk_wrong") == (401, "unauthenticated")
    assert refusal(house, "/ws?ticket=wrong") == (401, "unauthenticated")
    key = house.make_key("events_read")
    assert refusal(house, f"/ws?apiKey={key}") == (401, "unauthenticated")   # a key in an address ends up in logs
    assert refusal(house, X_API_Key=key) == (101, None)
    for header, value in [("Upgrade", "h2c"), ("Sec_WebSocket_Version", "12"), ("Sec_WebSocket_Key", "short"), ("Connection", "close")]:
        assert refusal(house, X_API_Key=key, **{header: value})[0] == 400, header


def test_a_ticket_works_once_and_may_do_what_its_asker_may(house):
    key = house.make_key("events_read")
    ticket = house.call("POST", "/api/ws/ticket", key=key).data["ticket"]
    with Socket(house, f"/ws?ticket={ticket}") as client:
        assert "audit" in client.receive()["data"]["topics"]
    assert refusal(house, f"/ws?ticket={ticket}") == (401, "unauthenticated")
    assert house.call("POST", "/api/ws/ticket").status == 401
    ticket = house.call("POST", "/api/ws/ticket", key=key).data["ticket"]
    with Socket(house, subprotocols=["waqtor.v1", f"waqtor.ticket.{ticket}"]) as client:
        assert client.raw.subprotocol == "waqtor.v1"   # the ticket is not repeated
        assert client.receive()["type"] == "welcome"


def test_a_ticket_ends_with_the_key_it_came_from(house):
    made = house.call("POST", "/api/keys", {"name": "k", "scopes": ["events_read"]}, token=house.owner).data
    ticket = house.call("POST", "/api/ws/ticket", key=made["key"]).data["ticket"]
    with Socket(house, f"/ws?ticket={ticket}") as client:
        client.receive()
        assert house.call("DELETE", f"/api/keys/{made['id']}", token=house.owner).status == 200
        assert client.closed() == (1008, "the login or key has ended")


def test_a_ticket_of_a_key_that_ended_meanwhile_opens_nothing(house):
    made = house.call("POST", "/api/keys", {"name": "k", "scopes": ["events_read"]}, token=house.owner).data
    ticket = house.call("POST", "/api/ws/ticket", key=made["key"]).data["ticket"]
    assert house.call("DELETE", f"/api/keys/{made['id']}", token=house.owner).status == 200
    assert refusal(house, f"/ws?ticket={ticket}") == (401, "unauthenticated")


def test_the_signature_vectors_are_those_of_the_sdk():
    cases = json.loads((ROOT / "tests/vectors/handshake.json").read_text())
    assert len(cases) >= 4
    for case in cases:
        assert sign(case["secret"], case["apiKey"], str(case["ts"]), case["address"], case["nonce"]) == case["sig"], case["name"]


def test_a_signed_handshake_works_once_in_its_time(folder):
    with running(Server(folder, environment={"SERVER_SECRET": SECRET})) as house:
        house.make_owner()
        key = house.make_key("events_read", "metrics_read")
        for nonce in ("", "n-1", "n-2"):
            path = signed(key, now(), nonce)
            with Socket(house, path) as client:
                assert client.receive()["type"] == "welcome"
            assert refusal(house, path) == (401, "unauthenticated"), "a copy comes too late"
        before = figures(house, key)
        for path in [signed(key, now(-301_000)), signed(key, now(301_000)), signed(key, "soon"), signed(key, "")]:
            assert refusal(house, path) == (401, "unauthenticated"), path
        after = figures(house, key)
        assert after["expired_handshakes_total"] - before["expired_handshakes_total"] == 4
        good = now()
        for path in [signed(key, good, sig="0" * 64), signed(key, good, sig="x"), signed(key, good, secret="another"),
                     signed(key, good, "n-3") + "4", signed(key, good, sig=sign(SECRET, key, good).upper())]:
            assert refusal(house, path) == (401, "unauthenticated"), path
        assert refusal(house, signed("wqk_wrong", now())) == (401, "unauthenticated"), "a good signature of a wrong key"
        assert figures(house, key)["bad_signatures_total"] - after["bad_signatures_total"] == 5


@pytest.mark.parametrize("address", ["127.0.0.1", "192.0.2.7"])
def test_a_signature_may_be_bound_to_the_address(folder, address):
    arguments = ["--realtime-handshake-address", "true", "--server-trusted-proxies", "127.0.0.1"]
    with running(Server(folder, arguments, environment={"SERVER_SECRET": SECRET})) as house:
        house.make_owner()
        key = house.make_key("events_read")
        headers = {} if address == "127.0.0.1" else {"X_Forwarded_For": address}
        assert refusal(house, signed(key, now()), **headers) == (401, "unauthenticated")
        assert refusal(house, signed(key, now(), address=address), **headers) == (101, None)


def test_without_a_secret_there_are_no_signed_handshakes(house):
    assert refusal(house, signed(house.make_key("events_read"), now())) == (401, "unauthenticated")


def test_pages_of_other_sites_do_not_come_in(folder):
    with running(Server(folder, ["--server-allowed-origins", "https://crm.example"])) as house:
        house.make_owner()
        key = house.make_key("events_read")
        for origin, status in [("https://evil.example", 403), ("null", 403), ("https://crm.example.evil.example", 403),
                               ("http://crm.example", 403), ("https://crm.example", 101), (house.url, 101), (None, 101)]:
            assert refusal(house, X_API_Key=key, Origin=origin)[0] == status, origin


def test_the_login_cookie_needs_our_own_page(house):
    cookie = house.log_in(kind="cookie").headers["Set-Cookie"].split(";")[0]
    assert refusal(house, Cookie=cookie, Origin=house.url) == (101, None)
    assert refusal(house, Cookie=cookie) == (403, "forbidden")
    assert refusal(house, Cookie=cookie, Origin="https://evil.example") == (403, "forbidden")


def test_only_allowed_addresses_come_in_also_behind_a_proxy(folder):
    arguments = ["--realtime-allowed-addresses", "192.0.2.0/24,2001:db8::/32", "--server-trusted-proxies", "127.0.0.1"]
    with running(Server(folder, arguments)) as house:
        house.make_owner()
        key = house.make_key("events_read", "metrics_read")
        for address, status in [(None, 403), ("192.0.2.9", 101), ("192.0.3.9", 403), ("2001:db8::1", 101), ("2001:db9::1", 403),
                                ("192.0.2.9, 198.51.100.1", 403)]:   # who the last proxy saw counts
            assert refusal(house, X_API_Key=key, X_Forwarded_For=address)[0] == status, address
        assert figures(house, key)["blocked_addresses_total"] == 4


@pytest.mark.parametrize("what, cap", [("address", 3), ("key", 2), ("workspace", 4)])
def test_connections_are_capped(folder, what, cap):
    with running(Server(folder, [f"--realtime-connections-per-{what}", str(cap)])) as house:
        house.make_owner()
        keys = [house.make_key("events_read") for _ in range(cap + 1)]
        key = lambda number: keys[0 if what == "key" else number]
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(with_key(house, key(number))) for number in range(cap)]
            for client in clients:
                client.receive()
            assert refusal(house, X_API_Key=key(cap)) == (429, "rate_limited")
            if what == "key":
                assert refusal(house, X_API_Key=keys[1]) == (101, None)
            clients[0].close()
            # The place is given back when the server has seen the end, which may be a moment later.
            while (status := refusal(house, X_API_Key=key(cap))[0]) == 429:
                pass
            assert status == 101


def test_the_caps_count_an_ipv6_customer_as_one(folder):
    arguments = ["--realtime-connections-per-address", "1", "--server-trusted-proxies", "127.0.0.1"]
    with running(Server(folder, arguments)) as house:
        house.make_owner()
        key = house.make_key("events_read")
        with Socket(house, headers={"X-API-Key": key, "X-Forwarded-For": "2001:db8:1:1::5"}) as client:
            client.receive()
            assert refusal(house, X_API_Key=key, X_Forwarded_For="2001:db8:1:1:ffff::9") == (429, "rate_limited")
            assert refusal(house, X_API_Key=key, X_Forwarded_For="2001:db8:1:2::5") == (101, None)


def test_connecting_anew_does_not_fill_the_wider_bucket(folder):
    """A connection has 10 at once, its key ten times that: connections one after another share what the key has."""
    with running(Server(folder, ["--realtime-messages-per-second", "1", "--realtime-burst", "10"])) as house:
        house.make_owner()
        key = house.make_key("events_read")
        answered = 0
        for _ in range(30):
            with with_key(house, key) as client:
                client.receive()
                client.send_at_once(*[{"type": "ping", "id": str(number)} for number in range(10)])
                answers = [client.next("pong", "rate_limit_warning") for _ in range(2)]
                answered += sum(answer["type"] == "pong" for answer in answers)
                if any(answer["type"] == "rate_limit_warning" for answer in answers):
                    break
        else:
            raise AssertionError(f"300 messages and no warning; {answered} pongs seen")
