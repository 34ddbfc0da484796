"""Files between a server and a sandbox's phones: sent over the API, fetched when they come in, refused when they cannot be."""

import base64
import contextlib
import hashlib
import json
import subprocess
import urllib.request

from conftest import BINARY, Server, running

SHOP, AMAL = "966500000001", "966500000002"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 600
LIST = "".join(f"line {i}, riyals {i * 7}\n" for i in range(9000))


def ask(url, body=None):
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=90) as answer:
        return json.load(answer)["data"]


def sha256(data):
    return hashlib.sha256(data if isinstance(data, bytes) else data.encode()).hexdigest()


class Shop:
    """A server with one linked number, and the sandbox it is linked to."""

    def __init__(self, server, told):
        self.server, self.control = server, told["control"]
        for number, name in ((SHOP, "Shop"), (AMAL, "Amal")):
            ask(f"{self.control}/v1/phones", {"number": "+" + number, "name": name})
        self.call("POST", "/api/sessions", {"clientId": "shop", "name": "Shop"}, status=201)
        self.event("session.qr_changed")
        ask(f"{self.control}/v1/phones/{SHOP}/scan", {"qr": self.call("GET", "/api/sessions/shop/qr")["qr"]})
        self.event("session.state_changed", lambda data: data["state"] == "WORKING")

    def call(self, method, path, body=None, status=200, **more):
        answer = self.server.call(method, path, body, token=self.server.owner, **more)
        assert answer.status == status, f"{method} {path}: {answer.status} {answer.body}"
        return answer.json["data"] if answer.body.startswith("{") else answer.body

    def event(self, kind, fits=lambda data: True):
        """The next event of that kind that fits, waited for."""
        after = 0
        for _ in range(60):
            page = self.server.call("GET", f"/api/events?after={after}&types={kind}&wait=2", token=self.server.owner)
            assert page.status == 200, page.body
            for one in page.data:
                after = one["seq"]
                if fits(one["data"]):
                    return one["data"]
        raise AssertionError(f"no {kind}; the server said: {self.server.log}")

    def upload(self, raw, kind, name):
        return self.call("POST", f"/api/messages/upload?name={name}", status=201, raw=raw, headers={"Content-Type": kind})["file"]

    def send(self, **wish):
        return self.call("POST", "/api/messages", {"to": "+" + AMAL, **wish}, status=202)

    def at_phone(self, message):
        """What Amal's phone made of it."""
        name = self.call("GET", f"/api/messages/{message['id']}")["whatsappId"]
        return ask(f"{self.control}/v1/wait", {"way": "phone", "tag": "message", "device": f"{AMAL}@s.whatsapp.net", "id": name, "timeoutMs": 60000})

    def come(self, data, **wish):
        """Amal's phone sends a file; the message as it came in."""
        ask(f"{self.control}/v1/phones/{AMAL}/send-file", {"to": "+" + SHOP, "data": base64.b64encode(data.encode()).decode(), **wish})
        return self.event("message.received", lambda one: self.call("GET", f"/api/messages/{one['message']}")["content"]["media"]["size"] == len(data))["message"]


@contextlib.contextmanager
def shop_of(tmp_path, *arguments):
    files = tmp_path / "files"
    files.mkdir()
    sandbox = subprocess.Popen([BINARY, "sandbox", "--files", str(files), "--json"], stdout=subprocess.PIPE, text=True)
    try:
        told = json.loads(sandbox.stdout.readline())["data"]
        server = Server(tmp_path / "data", ["--whatsapp-url", told["url"], "--whatsapp-tls-root", told["ca"], "--whatsapp-noise-root", told["noiseRoot"],
                                            *arguments])
        with running(server):
            yield Shop(server.make_owner(), told)
    finally:
        sandbox.terminate()
        sandbox.wait()


def test_files_reach_a_phone_byte_for_byte(tmp_path):
    with shop_of(tmp_path) as shop:
        logo = shop.upload(PNG, "image/png", "logo.png")
        prices = shop.upload(LIST.encode(), "text/csv", "prices.csv")
        sent = shop.send(media={"file": logo}, text="our logo")
        assert sent["type"] == "image"
        seen = shop.at_phone(sent)
        assert (seen["file"], seen["text"]) == (sha256(PNG), "our logo")
        assert shop.at_phone(shop.send(media={"file": prices}, text="prices"))["file"] == sha256(LIST)
        uploads = [one for one in ask(f"{shop.control}/v1/ledger") if one["tag"] == "iq" and one["type"].endswith("w:m")]
        assert shop.at_phone(shop.send(media={"file": logo}))["file"] == sha256(PNG), "the same file once more"
        assert uploads, "the media hosts were asked for"
        again = [one for one in ask(f"{shop.control}/v1/ledger") if one["tag"] == "iq" and one["type"].endswith("w:m")]
        assert len(again) == len(uploads), "and not for each file"


def test_a_file_that_is_gone_fails_its_message_and_holds_up_nothing(tmp_path):
    with shop_of(tmp_path) as shop:
        logo = shop.upload(PNG, "image/png", "logo.png")
        (tmp_path / "data" / "media" / logo[:2] / logo).unlink()
        sent = shop.send(media={"file": logo})
        after = shop.send(text="and this")
        assert shop.at_phone(after)["text"] == "and this"
        shop.event("message.failed", lambda data: data["message"] == sent["id"])
        failed = shop.call("GET", f"/api/messages/{sent['id']}")
        assert failed["state"] == "failed" and failed["reason"].startswith("media_failed")


def test_what_comes_in_is_kept(tmp_path):
    with shop_of(tmp_path) as shop:
        message = shop.come(LIST, mimeType="text/plain", name="list.txt", caption="my list")
        shop.event("message.changed", lambda data: data["message"] == message and data["changed"] == ["media"])
        shown = shop.call("GET", f"/api/messages/{message}")
        assert shown["type"] == "document" and shown["content"]["text"] == "my list"
        assert shown["content"]["media"]["file"] == sha256(LIST) and shown["content"]["media"]["name"] == "list.txt"
        assert shop.call("GET", f"/api/messages/{message}/media") == LIST
        assert shop.call("GET", f"/api/media/{sha256(LIST)}") == LIST
        other = shop.server.make_key("messages_send")
        assert shop.server.call("GET", f"/api/messages/{message}/media", key=other).status == 403
        assert shop.server.call("GET", f"/api/messages/{message}/media").status == 401
        assert shop.server.call("GET", "/api/messages/01940000-0000-7000-8000-000000000001/media", token=shop.server.owner).status == 404


def test_large_files_come_when_they_are_asked_for(tmp_path):
    with shop_of(tmp_path, "--media-fetch-mib", "0") as shop:
        message = shop.come(LIST, mimeType="text/plain", name="list.txt")
        assert "file" not in shop.call("GET", f"/api/messages/{message}")["content"]["media"]
        assert shop.call("GET", f"/api/messages/{message}/media") == LIST
        assert shop.call("GET", f"/api/messages/{message}")["content"]["media"]["file"] == sha256(LIST)
        text = shop.send(text="no file")
        assert shop.server.call("GET", f"/api/messages/{text['id']}/media", token=shop.server.owner).status == 404
