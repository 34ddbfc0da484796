"""`waqtor session link`, `list` and `logout` against a sandbox, as an operator does without a running server."""

import json
import os
import re
import subprocess
import threading
import urllib.request

from conftest import BINARY

NUMBER = "966500008888"


def environment():
    return {name: value for name, value in os.environ.items() if not name.startswith("WAQTOR_")}


def ask(url, body=None):
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode())
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["data"]


def run(*arguments, **options):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, env=environment(), check=True, **options).stdout


def test_link_list_and_logout(tmp_path):
    files, data = tmp_path / "files", str(tmp_path / "data")
    files.mkdir()
    sandbox = subprocess.Popen([BINARY, "sandbox", "--files", str(files), "--json"], stdout=subprocess.PIPE, text=True, env=environment())
    try:
        control = json.loads(sandbox.stdout.readline())["data"]["control"]
        ask(f"{control}/v1/phones", {"number": "+" + NUMBER, "name": "Shop"})
        run("user", "create", "--data", data, "--email", "owner@example.com", input="correct horse battery\n")
        link = subprocess.Popen([BINARY, "session", "link", "shop", "--data", data, "--sandbox", str(files)], stdout=subprocess.PIPE,
                                text=True, env=environment())
        code = next(line.strip() for line in link.stdout if re.match(r"(https://wa\.me|2@)", line))
        rest = []
        reader = threading.Thread(target=lambda: rest.extend(link.stdout))
        reader.start()
        ask(f"{control}/v1/phones/{NUMBER}/scan", {"qr": code})
        assert link.wait() == 0
        reader.join()
        assert "WORKING" in rest[-1] and NUMBER in rest[-1]
        assert len(ask(f"{control}/v1/phones/{NUMBER}/devices")) == 1
        listed = json.loads(run("session", "list", "--data", data, "--json"))["data"]
        assert [(one["clientId"], one["state"], one["phoneNumber"]) for one in listed] == [("shop", "STOPPED", "+" + NUMBER)], "nothing runs it now"
        out = json.loads(run("session", "logout", "shop", "--data", data, "--sandbox", str(files), "--json"))["data"]
        assert out["state"] == "LOGGED_OUT" and "phoneNumber" not in out
        assert ask(f"{control}/v1/phones/{NUMBER}/devices") == [], "the phone knows it no longer"
    finally:
        sandbox.terminate()
        sandbox.wait()
