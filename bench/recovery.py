"""kill -9 with 100,000 accepted messages pending in the outbox, then a start: until it serves, and until the first of them reaches the
service. Exits 1 when a target is missed.

    .venv/bin/python bench/recovery.py [--pending 100000]
"""
import argparse
import pathlib
import signal
import sys
import tempfile
import time

import whole

TARGETS = {"serving_ms": ("<=", 2000), "first_send_ms": ("<=", 5000)}
BULK = 1000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pending", type=int, default=100_000)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        sandbox, shop = whole.ground(pathlib.Path(name), wanted.pending, 1)
        try:
            whole.link_shops(shop, 1)
            sandbox.post("/v1/down")   # nothing leaves while they are accepted
            for first in range(0, wanted.pending, BULK):
                people = [{"phone": f"+{whole.PEOPLE + i}", "message": "Your order is on its way"} for i in range(first, min(first + BULK, wanted.pending))]
                assert shop.post("/api/messages/send-bulk", {"recipients": people}, 202)["successful"] == len(people)
            shop.stop(signal.SIGKILL)
            sandbox.post("/v1/up")
            last = sandbox.get("/v1/ledger")[-1]["number"]
            began = time.monotonic()
            shop.start()
            serving = time.monotonic()
            sandbox.post("/v1/wait", {"way": "from_device", "tag": "message", "after": last, "timeoutMs": 120_000})
            first_send = time.monotonic()
        finally:
            shop.stop(signal.SIGKILL)
            sandbox.stop()
    figures = {"pending": wanted.pending, "serving_ms": (serving - began) * 1000, "first_send_ms": (first_send - began) * 1000}
    return whole.tell("recovery", f"a start after kill -9 with {wanted.pending:,} messages pending, SQLite", figures, TARGETS)


if __name__ == "__main__":
    sys.exit(main())
