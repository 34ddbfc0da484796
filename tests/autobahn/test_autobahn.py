"""Autobahn's cases against our codec (an echo server), against Beast's stream as the oracle, and against /ws itself, which does not
echo: there each text is answered by one error frame, and a binary message ends the connection with 1003."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

from cases import BINARY, CASES, CLOSE, EXCHANGES, TEXT
from client import Client, converse, play

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "api"))
import conftest as api   # noqa: E402  the servers of the API scenarios

ECHO = os.environ["TEST_ECHO"]

# Where both ends are allowed and Beast chose the other: a reason that is not UTF-8 (RFC 6455 §7.4.1 has 1007 for it), a close frame
# without a code, and codes that nobody may send.
BEAST_ENDS_WITH = {"7.5.1": 1002, "7.3.1": 1000, "7.13.1": 5000, "7.13.2": 65535}


class Echo:
    def __init__(self, kind):
        self.process = subprocess.Popen([ECHO, kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[1])

    def stop(self):
        self.process.communicate("")   # it goes at the end of its input
        assert self.process.returncode == 0


@pytest.fixture(scope="session")
def echoes():
    servers = {kind: Echo(kind) for kind in ("ours", "beast")}
    yield servers
    for server in servers.values():
        server.stop()


@pytest.fixture(scope="session")
def hub(tmp_path_factory):
    limits = ["--realtime-messages-per-second", "10000", "--realtime-burst", "100000", "--realtime-connections-per-address", "1000"]
    with api.running(api.Server(tmp_path_factory.mktemp("autobahn") / "data", limits)) as server:
        server.make_owner()
        server.key = server.make_key("events_read")
        yield server


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_ours_answers_and_ends_as_it_must_and_as_beast_does(echoes, case):
    outcome = play(Client(echoes["ours"].port), case, len(case.answers))
    assert outcome[0] == case.answers and outcome[1] in case.codes
    beasts = play(Client(echoes["beast"].port), case, len(case.answers))
    assert beasts == (outcome[0], BEAST_ENDS_WITH.get(case.id, outcome[1]))


@pytest.mark.parametrize("kind", ["ours", "beast"])
@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.id)
def test_every_message_comes_back_as_it_went(echoes, exchange, kind):
    client = Client(echoes[kind].port, offer=exchange.offer)
    assert client.packs == bool(exchange.offer)
    assert converse(client, exchange) is None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_hub_keeps_to_the_protocol(hub, case):
    client = Client(hub.address.port, "/ws", headers=[f"X-API-Key: {hub.key}"])
    opcode, payload = client.answer()
    assert opcode == TEXT and json.loads(payload)["type"] == "welcome"
    answers, codes = list(case.answers), case.codes
    for at, (opcode, _) in enumerate(answers):
        if opcode == BINARY:
            answers, codes = answers[:at], (1003,)
            break
    got, code = play(client, case, len(answers) + (codes == (1003,)))
    assert code in codes
    assert [opcode for opcode, _ in got if opcode != CLOSE] == [opcode for opcode, _ in answers]
    for (opcode, payload), (_, expected) in zip(got, answers):
        if opcode == TEXT:
            assert json.loads(payload)["type"] == "error"
        else:
            assert payload == expected


def test_the_table_is_whole():
    """As many cases as Autobahn has in these groups."""
    count = {}
    for case in CASES + EXCHANGES:
        group = case.id.split(".")[0]
        count[group] = count.get(group, 0) + 1
    assert count == {"1": 16, "2": 11, "3": 7, "4": 10, "5": 20, "6": 145, "7": 37, "9": 54, "10": 1, "12": 90, "13": 126}
    assert len({case.id for case in CASES + EXCHANGES}) == len(CASES) + len(EXCHANGES)
