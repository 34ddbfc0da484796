"""`waqtor sandbox`: the WhatsApp service for tests as a process, and its control API."""

import json
import signal
import subprocess
import urllib.request

from conftest import BINARY

WORLD = """
[[phones]]
number = "+15550101"
name = "Amal"

[[ranges]]
first = "15550200"
count = 50
"""


def call(method, url, body=None):
    request = urllib.request.Request(url, method=method, data=None if body is None else json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["data"]


def test_a_world_is_served_until_a_signal(tmp_path):
    world = tmp_path / "world.toml"
    world.write_text(WORLD)
    process = subprocess.Popen([BINARY, "sandbox", "--json", "--world", str(world), "--files", str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        told = json.loads(process.stdout.readline())["data"]
        assert told["phones"] == 51 and told["url"].startswith("wss://127.0.0.1:")
        assert open(told["ca"]).read().startswith("-----BEGIN CERTIFICATE-----")
        info = call("GET", told["control"] + "/v1/info")
        assert info["url"] == told["url"] and info["noiseRoot"] == open(told["noiseRoot"]).read().strip()

        sent = call("POST", told["control"] + "/v1/phones/15550101/send", {"to": "+15550249", "text": "peace"})
        seen = call("POST", told["control"] + "/v1/wait", {"way": "phone", "id": sent["message"]})
        assert seen["text"] == "peace" and seen["device"] == "15550249@s.whatsapp.net"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def test_wrong_flags_and_worlds_are_refused(tmp_path):
    world = tmp_path / "world.toml"
    table = [
        (["--listen", "0.0.0.0:0"], 4, "loopback only"),
        (["--listen", "nonsense"], 2, "ADDRESS:PORT"),
        (["--world", str(tmp_path / "none.toml")], 3, "no file"),
        (["--world", str(world)], 2, "phones[0].nmae: is not known here"),
    ]
    world.write_text('[[phones]]\nnumber = "15550101"\nnmae = "Amal"\n')
    for arguments, code, says in table:
        done = subprocess.run([BINARY, "sandbox", *arguments], capture_output=True, text=True, timeout=60)
        assert done.returncode == code, (arguments, done)
        assert says in done.stdout + done.stderr, (arguments, done)
