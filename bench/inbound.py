"""People write 200 messages a second to one number. Measured at the service, by its own clock: from a message handed to the socket until
its receipt is back, which leaves only after the message and its event are committed. So it is the asked-for time and a way back.
Exits 1 when a target is missed.

    .venv/bin/python bench/inbound.py [--rate 200] [--seconds 20]
"""
import argparse
import http.client
import json
import pathlib
import sys
import tempfile
import threading
import time
import urllib.parse
from datetime import datetime

import whole

TARGETS = {"p99_ms": ("<=", 20), "rate": (">=", 195)}
WRITERS = 200


def write(control, begins, lane, lanes, rate, seconds, sent):
    """Every `lanes`-th message of the schedule."""
    connection = http.client.HTTPConnection(control.hostname, control.port)
    for number in range(lane, rate * seconds, lanes):
        time.sleep(max(0.0, begins + number / rate - time.monotonic()))
        connection.request("POST", f"/v1/phones/{whole.PEOPLE + number % WRITERS}/send", json.dumps({"to": str(whole.SHOPS), "text": f"What does number {number} cost?"}))
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        sent.append(json.loads(body)["data"]["message"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=20)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        sandbox, shop = whole.ground(pathlib.Path(name), WRITERS, 1)
        try:
            whole.link_shops(shop, 1)
            control = urllib.parse.urlsplit(sandbox.control)
            write(control, time.monotonic(), 0, 1, WRITERS, 1, [])   # everybody has written once: sessions are there
            shop.until("they have arrived", lambda: shop.report()["receivedMessages"], lambda found: found == WRITERS)
            device, = sandbox.get(f"/v1/phones/{whole.SHOPS}/devices")
            last = sandbox.get("/v1/ledger")[-1]["number"]
            sent, lanes = [], 4
            began = time.monotonic()
            threads = [threading.Thread(target=write, args=(control, began, lane, lanes, wanted.rate, wanted.seconds, sent)) for lane in range(lanes)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            took = time.monotonic() - began
            assert len(sent) == wanted.rate * wanted.seconds
            shop.until("all have arrived", lambda: shop.report()["receivedMessages"], lambda found: found == WRITERS + len(sent))
            handed, back = {}, {}
            for entry in sandbox.get(f"/v1/ledger?after={last}"):
                if entry["device"] != device:   # the phone itself has it at once
                    continue
                at = datetime.fromisoformat(entry["at"]).timestamp() * 1000
                if entry["way"] == "to_device" and entry["tag"] == "message":
                    handed[entry["id"]] = at
                if entry["way"] == "from_device" and entry["tag"] == "receipt":
                    back.setdefault(entry["id"], at)
            times = [back[message] - handed[message] for message in sent]
        finally:
            shop.stop()
            sandbox.stop()
    figures = {"messages": len(times), "rate": len(times) / took, "p50_ms": whole.percentile(times, 0.5), "p99_ms": whole.percentile(times, 0.99), "most_ms": max(times)}
    return whole.tell("inbound", f"{wanted.rate} incoming messages a second: socket → committed → receipt back, SQLite", figures, TARGETS)


if __name__ == "__main__":
    sys.exit(main())
