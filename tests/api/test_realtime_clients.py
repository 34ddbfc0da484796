"""The same protocol for clients of other makers: npm `ws` here, Python's `websockets` in the other files, Chromium in tests/browser."""

import json
import pathlib
import subprocess

import pytest

from conftest import Server, running
from test_realtime import last, rename

SCRIPT = pathlib.Path(__file__).with_name("ws_client.cjs")


@pytest.mark.parametrize("compression", ["true", "false"])
def test_npm_ws_resumes_and_goes_on_live(folder, compression):
    arguments = ["--realtime-compression-threshold", "64", "--realtime-compression", compression]
    with running(Server(folder, arguments)) as house:
        house.make_owner()
        key = house.make_key("events_read")
        start = last(house)
        for number in range(20):
            missed = rename(house, f"Shop {number}")
        url = f"ws://{house.address.netloc}/ws"
        client = subprocess.Popen(["node", str(SCRIPT), url, key, str(start), str(missed + 5)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert client.stderr.readline() == "resumed\n"
        for number in range(5):
            end = rename(house, f"Live {number}")
        out, wrong = client.communicate()
        assert client.returncode == 0, wrong
        got = json.loads(out)
        assert "error" not in got and (got["code"], got["reason"]) == (1000, "")
        assert got["seqs"] == list(range(start + 1, end + 1))
        assert got["types"] == ["welcome", "ack", "ack", "resumed"]
        assert ("permessage-deflate" in got["extensions"]) == (compression == "true")
