"""A campaign from start to end through the whole product: recipients never written to before, 20 numbers, pacing off, the sandbox in its
own process on the same cores. Exits 1 when a target is missed.

    .venv/bin/python bench/campaign_run.py [--recipients 100000] [--sessions 20]
"""
import argparse
import pathlib
import sys
import tempfile
import threading
import time

import whole

TARGETS = {"start_ms": ("<=", 2000), "listed_ms": ("<=", 2000), "sends_per_second": (">=", 1000), "rss_growth_mib": ("<=", 100),
           "progress_p99_ms": ("<=", 20), "list_p99_ms": ("<=", 20)}


class Looks(threading.Thread):
    """What a dashboard asks meanwhile, ten times a second."""

    def __init__(self, shop, path):
        super().__init__()
        self.client, self.path, self.over = whole.Client(shop), path, threading.Event()
        self.progress, self.list, self.seen, self.ended, self.listed = [], [], None, None, None

    def run(self):
        while not self.over.wait(0.1):
            self.progress.append(self.timed(self.path))
            now = time.monotonic()
            if not self.seen["counting"] and self.listed is None:
                self.listed = now
            if self.seen["status"] != "running":
                self.ended = now
                return
            self.list.append(self.timed("/api/campaigns?limit=50", keep=False))

    def timed(self, path, keep=True):
        began = time.monotonic()
        answer = self.client.get(path)
        if keep:
            self.seen = answer
        return (time.monotonic() - began) * 1000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--recipients", type=int, default=100_000)
    parser.add_argument("--sessions", type=int, default=20)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        sandbox, shop = whole.ground(pathlib.Path(name), wanted.recipients, wanted.sessions)
        try:
            whole.import_people(shop, wanted.recipients)
            sessions = whole.link_shops(shop, wanted.sessions)
            for i in range(49):
                shop.post("/api/campaigns", {"name": f"Draft {i}"}, 201)
            made = shop.post("/api/campaigns", {"name": "All", "content": {"type": "text", "text": "Salam {{name}}, our offers are here"}, "sessions": sessions, "audience": {"everyone": True}}, 201)
            path = f"/api/campaigns/{made['id']}"
            looks = Looks(shop, path)
            before = whole.settle_memory(shop.process)
            watch = whole.Watch(shop.process)
            used = whole.cpu_seconds(shop.process), whole.cpu_seconds(sandbox.process)
            began = time.monotonic()
            shop.post(f"{path}/start")
            started = time.monotonic()
            looks.start()
            looks.join()
            after = watch.stop()
            used = whole.cpu_seconds(shop.process) - used[0], whole.cpu_seconds(sandbox.process) - used[1]
            seen = looks.seen
            assert seen["status"] == "completed" and seen["sentCount"] == wanted.recipients, seen
            figures = {"recipients": wanted.recipients, "start_ms": (started - began) * 1000, "listed_ms": (looks.listed - began) * 1000,
                       "seconds": looks.ended - began, "sends_per_second": wanted.recipients / (looks.ended - began), "rss_growth_mib": after - before,
                       "progress_p99_ms": whole.percentile(looks.progress, 0.99), "list_p99_ms": whole.percentile(looks.list, 0.99), "looks": len(looks.progress),
                       "server_cpu_ms_per_send": used[0] * 1000 / wanted.recipients, "sandbox_cpu_ms_per_send": used[1] * 1000 / wanted.recipients}
        finally:
            shop.stop()
            sandbox.stop()
    return whole.tell("campaign_run", f"a campaign to {wanted.recipients:,} people over {wanted.sessions} numbers, first contacts, SQLite", figures, TARGETS)


if __name__ == "__main__":
    sys.exit(main())
