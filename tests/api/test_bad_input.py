"""Bad input: each answers its 4xx in the pinned shape, names the field, and leaves no row behind."""

import http.client
import socket

import pytest

from conftest import Server, running


def rows(server):
    """Everything bad input could have made."""
    lists = [server.call("GET", path, token=server.owner).json["pagination"]["total"] for path in ("/api/users", "/api/keys", "/api/invitations")]
    return lists, server.call("GET", "/api/events?limit=1000", token=server.owner).json["last"]


def test_a_large_body_of_a_stranger_is_refused_before_any_of_it_is_read(house):
    head = "POST /api/messages/upload HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 60000000\r\n"
    for proof, status in (("", 401), ("X-API-Key: wqk_nobody\r\n", 401), (f"X-API-Key: {house.make_key('events_read')}\r\n", 403)):
        with socket.create_connection((house.address.hostname, house.address.port)) as connection:
            connection.sendall(f"{head}{proof}\r\n".encode())   # and none of the body
            assert connection.makefile().readline().split()[1] == str(status)


def key(**changes):
    return {"name": "x", "scopes": ["events_read"], **changes}


BODIES = [
    # body, status, field or code
    (b"", 422, "name"),
    (b"{", 400, "malformed"),
    (b"{} {}", 400, "malformed"),
    (b'{"name":"\xff","scopes":["events_read"]}', 400, "malformed"),
    (b'{"name":"\\u0000","scopes":["events_read"]}', 400, "malformed"),
    (b'{"name":"\\ud800","scopes":["events_read"]}', 400, "malformed"),
    (b'{"name":"a","name":"b","scopes":["events_read"]}', 400, "malformed"),
    (b"[" * 5000, 400, "malformed"),
    (b"[]", 422, "body"),
    (b"null", 422, "body"),
    (b'{"name":1e999,"scopes":["events_read"]}', (400, 422), None),
    (b'{"name":123456789012345678901234567890,"scopes":["events_read"]}', 422, "name"),
    (key(name=""), 422, "name"),
    (key(name="x" * 81), 422, "name"),
    (key(name="two\nlines"), 422, "name"),
    (key(name=None), 422, "name"),
    (key(name=["x"]), 422, "name"),
    (key(scopes=[]), 422, "scopes"),
    (key(scopes="events_read"), 422, "scopes"),
    (key(scopes=["everything"]), 422, "scopes[0]"),
    (key(scopes=["events_read", 7]), 422, "scopes[1]"),
    (key(scopes=["events_read"] * 33), 422, "scopes"),
    (key(sessions=["not-an-id"]), 422, "sessions[0]"),
    (key(addresses=["300.1.1.1"]), 422, "addresses[0]"),
    (key(addresses=["192.0.2.0/33"]), 422, "addresses[0]"),
    (key(expiresAt="tomorrow"), 422, "expiresAt"),
    (key(expiresAt="2026-02-30T00:00:00Z"), 422, "expiresAt"),
    (key(expiresAt=1795377578), 422, "expiresAt"),
    (key(colour="red"), 422, "colour"),
    (key(__proto__={}), 422, "__proto__"),
]


def test_bad_bodies_are_refused_and_leave_nothing(house):
    before = rows(house)
    for body, status, names in BODIES:
        sent = {"raw": body} if isinstance(body, bytes) else {"body": body}
        answer = house.call("POST", "/api/keys", token=house.owner, **sent)
        shown = str(body)[:60]
        assert answer.status in (status if isinstance(status, tuple) else (status,)), (shown, answer.body)
        assert answer.json["success"] is False and answer.json["requestId"], shown
        if names:
            assert names == answer.code or names in answer.problems, (shown, answer.body)
    assert rows(house) == before


def test_bad_addresses_methods_and_types(house):
    token = house.owner
    table = [
        # method, path, headers, body, status, code or field
        ("GET", "/api/users?limit=abc", {}, None, 422, "limit"),
        ("GET", "/api/users?limit=0", {}, None, 422, "limit"),
        ("GET", "/api/users?limit=99999999999999999999", {}, None, 422, "limit"),
        ("GET", "/api/users?limit=1&limit=2", {}, None, 422, "limit"),
        ("GET", "/api/users?colour=red", {}, None, 422, "colour"),
        ("GET", "/api/events?after=-1", {}, None, 422, "after"),
        ("GET", "/api/events?wait=61", {}, None, 422, "wait"),
        ("GET", "/api/events?types=DROP%20TABLE", {}, None, 422, "types[0]"),
        ("GET", "/api/users/1", {}, None, 404, "not_found"),
        ("GET", "/api/users/00000000-0000-0000-0000-000000000000", {}, None, 404, "not_found"),
        ("GET", "/api/users/%00", {}, None, (400, 404), None),
        ("GET", "/api/users/%ff", {}, None, (400, 404), None),
        ("GET", "/api/users/../../etc/passwd", {}, None, (400, 404), None),
        ("GET", "/api/users/..%2f..%2fetc%2fpasswd", {}, None, (400, 404), None),
        ("GET", "/api/users/' OR 1=1 --".replace(" ", "%20"), {}, None, 404, "not_found"),
        ("GET", "/" + "a" * 9000, {}, None, 414, "uri_too_long"),
        ("GET", "/api/nothing", {}, None, 404, "not_found"),
        ("PATCH", "/api/keys", {}, {}, 405, "method_not_allowed"),
        ("BREW", "/api/keys", {}, None, (405, 501), None),
        ("POST", "/api/keys", {"Content-Type": "text/plain"}, {}, 415, "unsupported_media"),
        ("POST", "/api/keys", {"Content-Type": "application/x-www-form-urlencoded"}, {}, 415, "unsupported_media"),
        ("GET", "/api/users", {"X-Long": "a" * 20000}, None, 431, "headers_too_large"),
    ]
    before = rows(house)
    for method, path, headers, body, status, names in table:
        answer = house.call(method, path, body, token=token, headers=headers)
        assert answer.status in (status if isinstance(status, tuple) else (status,)), (method, path[:60], answer.body)
        assert answer.json["success"] is False, (method, path[:60])
        if names:
            assert names == answer.code or names in answer.problems, (method, path[:60], answer.body)
    assert rows(house) == before


def test_a_body_over_the_limit_is_refused_before_it_is_read(house):
    answer = house.call("POST", "/api/keys", token=house.owner, raw=b'{"name":"' + b"x" * (2 << 20) + b'"}')
    assert (answer.status, answer.code) == (413, "too_large")


SMUGGLED = [
    b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
    b"GET /health HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    b"GET /health HTTP/1.1\r\n\r\n",
    b"GET /health HTTP/1.1\r\nHost: x\r\nX : y\r\n\r\n",
    b"GET /health HTTP/1.1\r\nHost: x\r\nX: a\r\n folded\r\n\r\n",
    b"GET /health HTTP/1.1\nHost: x\n\n",
    b"GET /health HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
    b"GET /health HTTP/3.0\r\nHost: x\r\n\r\n",
    b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
]


@pytest.mark.parametrize("request_bytes", SMUGGLED, ids=range(len(SMUGGLED)))
def test_ambiguous_requests_are_refused_and_the_connection_closed(house, request_bytes):
    with socket.create_connection((house.address.hostname, house.address.port), timeout=60) as connection:
        connection.sendall(request_bytes)
        if request_bytes[:1] == b"\x16":
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while received := connection.recv(65536):
            answer += received
    assert b" 400 " in answer.split(b"\r\n")[0] or b" 501 " in answer.split(b"\r\n")[0] or b" 505 " in answer.split(b"\r\n")[0] or not answer
    assert answer.count(b"HTTP/1.1 ") <= 1
    assert house.call("GET", "/health").status == 200


def test_a_page_of_an_allowed_origin_reads_why_its_upload_is_refused(folder):
    """Refusals that come before the body: a browser shows them to the page only with the headers."""
    origin = "https://crm.example"
    with running(Server(folder, ["--server-allowed-origins", origin])) as house:
        house.make_owner()
        for path, key, length, status in [("/api/messages/upload", house.make_key("messages_send"), 1 << 40, 413), ("/api/messages/upload", "wqk_wrong", 10, 401),
                                          ("/api/messages/upload", house.make_key("events_read"), 10, 403), ("/api/keys", house.owner, 1 << 30, 413)]:
            for asker, allowed in [(origin, origin), ("https://evil.example", None)]:
                connection = http.client.HTTPConnection(house.address.hostname, house.address.port, timeout=90)
                connection.putrequest("POST", path)
                for name, value in {"Content-Length": str(length), "Content-Type": "application/json", "Origin": asker, "X-API-Key": key}.items():
                    connection.putheader(name, value)
                connection.endheaders()   # and no body: it is refused by its head
                response = connection.getresponse()
                assert (response.status, response.headers.get("Access-Control-Allow-Origin")) == (status, allowed), (path, response.read())
                connection.close()
