"""A foreign client, unmodified, as the customer: it gets the campaign's message, answers, and gets the bot's answer."""

import json
import os
import pathlib
import queue
import subprocess
import threading

import conftest
import pytest
from ground import PATIENCE, SHOP, Sandbox, Shop

CUSTOMER = "15550100101"
INTEROP = conftest.ROOT / "tests/interop"
DRIVERS = {"baileys": ["node", str(INTEROP / "baileys_peer.mjs")],
           "whatsmeow": [str(pathlib.Path(conftest.BINARY).parent / "tests/interop/whatsmeow_peer")]}


class Customer:
    """A driver of tests/interop: requests and events as lines of JSON."""

    def __init__(self, library, sandbox):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WAQTOR_")} | {"NODE_EXTRA_CA_CERTS": str(sandbox.files / "ca.pem")}
        self.process = subprocess.Popen(DRIVERS[library], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        self.sandbox, self.said, self.kept, self.last = sandbox, queue.Queue(), [], 0
        self.reader = threading.Thread(target=lambda: [self.said.put(json.loads(line)) for line in self.process.stdout])
        self.reader.start()

    def expect(self, **wanted):
        """The first thing said that has all of these."""
        while True:
            for one in self.kept:
                if wanted.items() <= one.items():
                    self.kept.remove(one)
                    return one
            try:
                self.kept.append(self.said.get(timeout=PATIENCE))
            except queue.Empty:
                raise AssertionError(f"waited in vain for {wanted}; it said {self.kept}") from None

    def call(self, op, **fields):
        self.last += 1
        self.process.stdin.write(json.dumps({"id": self.last, "op": op, **fields}) + "\n")
        self.process.stdin.flush()
        answer = self.expect(id=self.last)
        assert answer.get("ok"), answer
        return answer

    def link(self, number):
        self.call("start", url=self.sandbox.url, root=self.sandbox.get("/v1/info")["noiseRoot"], ca=str(self.sandbox.files / "ca.pem"), history=False)
        self.sandbox.post(f"/v1/phones/{number}/scan", {"qr": self.expect(event="qr")["qr"]})
        self.expect(event="paired")
        self.expect(event="open")
        device, = self.sandbox.get(f"/v1/phones/{number}/devices")
        self.sandbox.post("/v1/wait", {"tag": "active", "device": device, "timeoutMs": 60_000})

    def stop(self):
        self.process.stdin.close()   # the end of its input is its end
        assert self.process.wait(timeout=60) == 0
        self.reader.join()


@pytest.mark.parametrize("library", DRIVERS)
def test_it_gets_the_campaign_answers_and_is_answered(library, tmp_path):
    world = {"phones": [{"number": SHOP, "name": "Shop"}, {"number": CUSTOMER, "name": "Amal"}]}
    with Sandbox(tmp_path, world) as sandbox, conftest.running(Shop(tmp_path / "data", sandbox)) as shop:
        shop.make_owner().link()
        shop.post("/api/smartbot/rules", {"name": "Price", "keywords": ["price"], "replyMessage": "It is 10, {{name|friend}}"}, 201)
        customer = Customer(library, sandbox)
        try:
            customer.link(CUSTOMER)
            made = shop.post("/api/campaigns", {"name": "Eid", "content": {"type": "text", "text": "Salam, Eid offers are here"}, "audience": {"phones": [f"+{CUSTOMER}"]}}, 201)
            path = f"/api/campaigns/{made['id']}"
            shop.post(f"{path}/start")
            got = customer.expect(event="text", text="Salam, Eid offers are here")
            asked = customer.call("send_text", to=got["chat"], text="What is the price?")["message"]
            answer = customer.expect(event="text", text="It is 10, Amal")
            customer.call("read", chat=got["chat"], message=got["message"], **{"from": got["from"]})

            shop.until("its receipt and its answer count", lambda: shop.get(path),
                       lambda found: found["readCount"] == found["repliedCount"] == 1 and found["status"] == "completed")
            (incoming,) = shop.get("/api/messages?direction=incoming")
            assert incoming["whatsappId"] == asked and incoming["content"]["text"] == "What is the price?"
            outgoing = {message["whatsappId"]: message["origin"] for message in shop.get("/api/messages?direction=outgoing")}
            assert outgoing == {got["message"]: "campaign", answer["message"]: "bot"}
        finally:
            customer.stop()
