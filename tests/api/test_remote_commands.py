"""Commands that work on the data folder here, with or without a server on it, and on a server anywhere with --server and --api-key."""

import json
import os
import pty
import subprocess

import pytest
from conftest import BINARY, Server, running

LIST = "Name,Phone,City\nأحمد,0500000001,الرياض\nSara,0500000002,\nNobody,12,\n"


@pytest.fixture
def people(tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(LIST)
    return str(file)


class Commands:
    """Runs commands here (with the folder) or there (with address and key)."""

    def __init__(self, house, there):
        self.house = house
        self.where = ["--data", str(house.data), *house.arguments]
        self.environment = {}
        if there:
            key = house.make_key("contacts_read", "contacts_write", "messages_read", "messages_send", "campaigns_read", "campaigns_write", "events_read",
                                 "sessions_read", "sessions_write")
            self.where, self.environment = ["--server", house.url], {"WAQTOR_REMOTE_KEY": key}

    def run(self, *arguments, code=0, **more):
        done = subprocess.run([BINARY, *arguments, *self.where], capture_output=True, text=True, cwd="/", env=self.house.environment | self.environment, **more)
        assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
        return done

    def data(self, *arguments, **more):
        return json.loads(self.run(*arguments, "--json", **more).stdout)["data"]


@pytest.fixture(params=["here", "there"])
def commands(request, house):
    return Commands(house, request.param == "there")


def test_contacts(commands, people, tmp_path):
    seen = commands.data("contacts", "import", people, "--preview")
    assert (seen["state"], seen["created"], seen["errors"]) == ("ready", 2, 1)
    rejected = tmp_path / "rejected.csv"
    done = commands.data("contacts", "import", people, "--tag", "vip,new", "--rejected", str(rejected))
    assert (done["state"], done["created"], done["errors"], done["tags"]) == ("done", 2, 1, ["vip", "new"])
    assert "12 is too short" in rejected.read_text()
    text = commands.run("contacts", "import", people)
    assert "skipped" in text.stdout and "line 4: 12 is too short for a phone number" in text.stdout and text.stderr == "", "quiet in a pipe"
    assert "+966500000001" in commands.run("contacts", "export").stdout
    assert {one["phone"] for one in json.loads(commands.run("contacts", "export", "--format", "json").stdout)} == {"+966500000001", "+966500000002"}
    card = tmp_path / "all.vcf"
    commands.run("contacts", "export", "--format", "vcf", "-o", str(card))
    assert card.read_text().count("BEGIN:VCARD") == 2
    assert commands.data("contacts", "undo", done["id"])["undone"] == 2
    assert json.loads(commands.run("contacts", "export", "--format", "json").stdout) == []
    commands.run("contacts", "import", "/no/such/file.csv", code=2)
    commands.run("contacts", "undo", "00000000-0000-7000-8000-000000000000", code=3)
    commands.run("contacts", "undo", done["id"], code=4)


def test_messages_campaigns_and_events(commands, tmp_path):
    made = commands.house.call("POST", "/api/sessions", {"clientId": "shop", "start": False}, token=commands.house.owner)
    assert made.status == 201
    assert [one["clientId"] for one in commands.data("session", "list")] == ["shop"]
    picture = tmp_path / "logo.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n and more")
    sent = commands.data("send", "+15550101", "Hello {{name}}", "--variable", "name=Amal", "--file", str(picture))
    assert (sent["state"], sent["type"], sent["content"]["text"]) == ("accepted", "image", "Hello Amal")
    commands.run("send", "nobody", "x", code=2)
    commands.run("send", "+15550101", "x", "--variable", "name", code=2)
    draft = commands.data("campaign", "create", "--name", "Eid", "--text", "Salam {{name|friend}}", "--phone", "+15550102,+15550103")
    assert draft["status"] == "draft"
    assert commands.data("campaign", "run", draft["id"])["status"] == "running"
    assert commands.data("campaign", "status", draft["id"])["name"] == "Eid"
    commands.run("campaign", "status", "00000000-0000-7000-8000-000000000000", code=3)
    types = [json.loads(line)["type"] for line in commands.run("events", "tail", "--types", "campaign.*,message.accepted").stdout.splitlines()]
    assert types[0] == "message.accepted" and "campaign.created" in types and "campaign.started" in types


def test_without_a_server_here(folder, people):
    with running(Server(folder)) as server:
        server.make_owner()
        house = server
    commands = Commands(house, False)
    assert commands.data("contacts", "import", people)["created"] == 2, "nobody else carries it out"
    commands.run("session", "restart", "shop", code=2)


def test_addresses_and_keys_that_do_not_fit(house, people):
    def run(*where, code):
        done = subprocess.run([BINARY, "contacts", "import", people, "--json", *where], capture_output=True, text=True, cwd="/", env=house.environment)
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout)["error"]

    assert run("--server", "ftp://x", "--api-key", "k", code=2)["details"][0]["field"] == "server"
    assert run("--server", house.url, code=2)["details"][0]["field"] == "api-key"
    assert run("--server", house.url, "--api-key", "wrong", code=4)["code"] == "unauthenticated"
    assert run("--server", house.url, "--api-key", house.make_key("contacts_read"), code=4)["code"] == "forbidden"
    assert run("--server", "http://127.0.0.1:1", "--api-key", "k", code=5)["code"] == "unavailable"


def test_a_progress_bar_on_a_terminal_only(house, tmp_path):
    file = tmp_path / "many.csv"
    file.write_text("Name,Phone\n" + "".join(f"P{i},05{i:08}\n" for i in range(20_000)))
    terminal, theirs = pty.openpty()
    done = subprocess.Popen([BINARY, "contacts", "import", str(file), "--data", str(house.data)], stdout=subprocess.PIPE, stderr=theirs, env=house.environment)
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(terminal, 65536):
            shown += part
    except OSError:
        pass   # Linux says so when the other end is closed
    os.close(terminal)
    out = done.stdout.read().decode()
    assert done.wait() == 0 and "20000" in out
    assert b"of 20000 rows" in shown and b"\r\x1b[K[" in shown
    assert "of 20000" not in out
