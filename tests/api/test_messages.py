"""Messages over HTTP, as far as they go without WhatsApp: accepted, explained, cancelled, refused."""

import concurrent.futures
import hashlib
import http.server
import threading

from conftest import Server, running


def a_session(server):
    made = server.call("POST", "/api/sessions", {"clientId": "shop", "name": "Shop", "start": False}, token=server.owner)
    assert made.status == 201, made.body
    return made.data["id"]


def send(server, body, **more):
    return server.call("POST", "/api/messages", body, token=server.owner, **more)


def test_accepted_listed_explained_cancelled(owned):
    session = a_session(owned)
    sent = send(owned, {"to": "+15550101", "text": "مرحبا يا أحمد"})
    assert sent.status == 202, sent.body
    assert sent.data["session"] == session and sent.data["state"] == "accepted"
    message = sent.data["id"]
    assert owned.call("GET", f"/api/messages/{message}", token=owned.owner).data["content"]["text"] == "مرحبا يا أحمد"
    found = owned.call("GET", "/api/messages?search=%D8%A7%D8%AD%D9%85%D8%AF&state=accepted", token=owned.owner)
    assert [one["id"] for one in found.data] == [message]
    waiting = owned.call("GET", f"/api/messages/{message}/timeline", token=owned.owner).data["waiting"]
    assert waiting == {"why": "session_not_working", "ahead": 0}
    assert owned.call("GET", "/api/chats", token=owned.owner).data[0]["address"] == "15550101@s.whatsapp.net"
    assert owned.call("PATCH", f"/api/messages/{message}", {"text": "x"}, token=owned.owner).status == 409
    cancelled = owned.call("POST", f"/api/messages/{message}/cancel", token=owned.owner)
    assert cancelled.status == 200 and cancelled.data["state"] == "cancelled"
    types = [event["type"] for event in owned.call("GET", "/api/events?types=message.*", token=owned.owner).data]
    assert types == ["message.accepted", "message.cancelled"]


def test_idempotency_key(owned):
    a_session(owned)
    body = {"to": "+15550101", "text": "once"}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(owned, body, headers={"Idempotency-Key": "k1"}), range(16)))
    assert {answer.status for answer in answers} == {202}
    assert len({answer.data["id"] for answer in answers}) == 1
    assert send(owned, body | {"text": "other"}, headers={"Idempotency-Key": "k1"}).status == 422
    assert owned.call("GET", "/api/messages", token=owned.owner).json["pagination"]["total"] == 1


def test_bad_wishes_leave_nothing(owned):
    assert send(owned, {"to": "+15550101", "text": "x"}).status == 404, "there is no session"
    session = a_session(owned)
    for body, status in [
        ({"to": "call me", "text": "x"}, 422),
        ({"text": "x"}, 422),
        ({"to": "+15550101"}, 422),
        ({"to": "+15550101", "text": ""}, 422),
        ({"to": "+15550101", "text": "Hello {{name}}", "variables": {}}, 422),
        ({"to": "+15550101", "type": "poll", "text": "x"}, 422),
        ({"to": "+15550101", "type": "revoke", "text": "x"}, 422),
        ({"to": "+15550101", "media": {"file": "0" * 64}}, 404),
        ({"to": "+15550101", "media": {"url": "http://127.0.0.1/x.png"}}, 422),
        ({"to": "+15550101", "text": "x", "session": "00000000-0000-7000-8000-000000000000"}, 404),
        ({"contact": "00000000-0000-7000-8000-000000000000", "text": "x"}, 404),
        ({"to": "+15550101", "text": "x", "notBefore": "2199-01-01T00:00:00Z"}, 422),
        ({"to": "+15550101", "text": "x", "session": session, "failIfNotWorking": True}, 409),
    ]:
        answer = send(owned, body)
        assert answer.status == status, (body, answer.body)
    assert owned.call("GET", "/api/messages", token=owned.owner).json["pagination"]["total"] == 0
    key = owned.make_key("messages_read")
    assert owned.call("POST", "/api/messages", {"to": "+15550101", "text": "x"}, key=key).status == 403


def test_the_paths_of_23(owned):
    a_session(owned)
    sent = owned.call("POST", "/api/messages/send-text", {"phone": "15550101", "message": "Hi {name}, {{order_id}} {other}", "name": "{order_id}",
                                                          "order_id": 7}, token=owned.owner)
    assert sent.status == 202, sent.body
    assert set(sent.data) == {"id", "timestamp", "to"}
    assert owned.call("GET", f"/api/messages/{sent.data['id']}", token=owned.owner).data["content"]["text"] == "Hi {order_id}, 7 {other}"
    assert owned.call("POST", "/api/sendMessage", {"chatId": "15550101@c.us", "message": "x"}, token=owned.owner).status == 202
    bulk = owned.call("POST", "/api/messages/send-bulk", {"recipients": [
        {"phone": "15550102", "message": "Hello {{name|friend}}", "name": "Amal"}, {"phone": "nobody", "message": "x"}]}, token=owned.owner)
    assert bulk.json["mode"] == "instant"
    assert (bulk.data["total"], bulk.data["successful"], bulk.data["failed"]) == (2, 1, 1)
    assert not bulk.data["results"][1]["success"] and bulk.data["results"][1]["error"]


def test_files_and_templates(owned):
    a_session(owned)
    png = b"\x89PNG\r\n\x1a\n and more"
    stored = owned.call("POST", "/api/messages/upload?name=logo.png", raw=png, headers={"Content-Type": "image/png"}, token=owned.owner)
    assert stored.status == 201, stored.body
    wrong = owned.call("POST", "/api/messages/upload", raw=png, headers={"Content-Type": "image/jpeg"}, token=owned.owner)
    assert wrong.status == 415
    form = b"--b\r\nContent-Disposition: form-data; name=\"phone\"\r\n\r\n15550101\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; " \
           b"filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n" + png + b"\r\n--b--\r\n"
    sent = owned.call("POST", "/api/messages/send-file", raw=form, headers={"Content-Type": "multipart/form-data; boundary=b"}, token=owned.owner)
    assert sent.status == 202, sent.body
    assert sent.data["type"] == "image" and sent.data["content"]["media"]["file"] == stored.data["file"]
    made = owned.call("POST", "/api/templates", {"name": "Hello", "variants": [
        {"language": "ar", "text": "أهلا {{name|صديقنا}}", "media": stored.data["file"]}, {"language": "", "text": "Hello {{name}}"}]}, token=owned.owner)
    assert made.status == 201, made.body
    preview = owned.call("POST", f"/api/templates/{made.data['id']}/preview", {"language": "en"}, token=owned.owner)
    assert preview.status == 422 and preview.problems == {"variables.name": "is required by the text"}
    arabic = send(owned, {"to": "+15550101", "templateId": made.data["id"], "language": "ar"})
    assert arabic.data["content"]["text"] == "أهلا صديقنا" and arabic.data["type"] == "image"
    assert owned.call("PATCH", "/api/governor", {"perMinute": 7}, token=owned.owner).data["perMinute"] == 7
    assert owned.call("PATCH", "/api/governor", {"perMinute": 0}, token=owned.owner).status == 422


def test_what_was_accepted_survives_kill_minus_nine(house):
    import signal

    a_session(house)
    ids = [send(house, {"to": f"+1555010{i}", "text": "x"}).data["id"] for i in range(5)]
    house.stop(signal.SIGKILL)
    house.start()
    listed = house.call("GET", "/api/messages", token=house.owner)
    assert [one["id"] for one in listed.data] == list(reversed(ids))
    assert {one["state"] for one in listed.data} == {"accepted"}


def test_scheduled_moved_and_taken_back(owned):
    a_session(owned)
    later = send(owned, {"to": "+15550101", "text": "x", "notBefore": "2027-03-01T09:00:00+03:00"})
    assert later.status == 202 and later.data["notBefore"] == "2027-03-01T06:00:00.000Z", later.body
    path = f"/api/messages/{later.data['id']}"
    assert owned.call("GET", f"{path}/timeline", token=owned.owner).data["waiting"]["why"] == "scheduled"
    moved = owned.call("POST", f"{path}/reschedule", {"notBefore": "2027-03-02T06:00:00Z"}, token=owned.owner)
    assert moved.status == 200 and moved.data["notBefore"] == "2027-03-02T06:00:00.000Z"
    assert owned.call("POST", f"{path}/reschedule", {"notBefore": "tomorrow"}, token=owned.owner).problems.keys() == {"notBefore"}
    assert owned.call("POST", f"{path}/cancel", token=owned.owner).data["state"] == "cancelled"
    assert owned.call("POST", f"{path}/reschedule", {"notBefore": "2027-03-02T06:00:00Z"}, token=owned.owner).status == 409
    steps = [step["what"] for step in owned.call("GET", f"{path}/timeline", token=owned.owner).data["steps"]]
    assert steps == ["accepted", "rescheduled", "cancelled"]


class Files(http.server.BaseHTTPRequestHandler):
    PNG = b"\x89PNG\r\n\x1a\n and more"

    def do_GET(self):
        status, kind, body = {"/logo.png": (200, "image/png", self.PNG), "/liar.png": (200, "image/png", b"<html>"), "/moved": (302, "text/plain", b"")}.get(
            self.path, (404, "text/plain", b""))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", "http://169.254.169.254/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_files_by_address_upload_and_id(folder):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files) as files, running(Server(folder, ["--media-allowed-networks", "127.0.0.0/8"])) as server:
        threading.Thread(target=files.serve_forever, daemon=True).start()
        server.make_owner()
        a_session(server)
        at = f"http://127.0.0.1:{files.server_address[1]}"
        fetched = send(server, {"to": "+15550101", "text": "logo", "media": {"url": f"{at}/logo.png"}})
        assert fetched.status == 202, fetched.body
        file = fetched.data["content"]["media"]["file"]
        assert file == hashlib.sha256(Files.PNG).hexdigest() and fetched.data["type"] == "image"
        assert send(server, {"to": "+15550102", "media": {"file": file}}).data["type"] == "image"
        as_in_23 = server.call("POST", "/api/messages/send-media", {"phone": "15550103", "mediaUrl": f"{at}/logo.png", "caption": "c", "filename": "l.png"}, token=server.owner)
        assert as_in_23.status == 202, as_in_23.body
        stored = server.call("POST", "/api/messages/upload", raw=Files.PNG, headers={"Content-Type": "image/png"}, token=server.owner)
        assert stored.data["file"] == file, "the same file is stored once"
        wrong = server.call("POST", f"/api/messages/upload?sha256={'0' * 64}", raw=Files.PNG, headers={"Content-Type": "image/png"}, token=server.owner)
        assert wrong.status == 422 and "sha256" in wrong.problems
        for path, status in (("/liar.png", 415), ("/moved", 422), ("/nothing", 422)):
            answer = send(server, {"to": "+15550101", "media": {"url": at + path}})
            assert answer.status == status, (path, answer.body)
        assert server.call("HEAD", f"/api/media/{file}", token=server.owner).headers["X-Content-Type-Options"] == "nosniff"
        assert server.call("GET", "/api/messages", token=server.owner).json["pagination"]["total"] == 3
        files.shutdown()
