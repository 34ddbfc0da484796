"""What the benchmarks of the whole product share: `waqtor serve` and `waqtor sandbox` as processes, a table with PASS or MISS, a file with
the figures. Run with .venv/bin/python, which has what tests/api/ground.py needs."""
import http.client
import json
import os
import pathlib
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests/api"))

from ground import Sandbox, Shop  # noqa: E402

PEOPLE = 966500000000   # the first of as many as wanted
SHOPS = 966510000000


def rss_mib(process, name="VmRSS"):
    fields = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines())
    return int(fields[name].split()[0]) / 1024


def cpu_seconds(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values, share):
    return sorted(values)[int(share * (len(values) - 1))] if values else float("nan")


class Client:
    """One keep-alive connection of somebody's."""

    def __init__(self, shop):
        self.connection = http.client.HTTPConnection(shop.address.hostname, shop.address.port, timeout=120)
        self.headers = {"Authorization": f"Bearer {shop.owner}"}

    def get(self, path):
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return json.loads(body)["data"]


class Watch:
    """Memory of a process, twice a second."""

    def __init__(self, process):
        self.process, self.most, self.over = process, 0, threading.Event()
        self.thread = threading.Thread(target=self._look)
        self.thread.start()

    def _look(self):
        while not self.over.wait(0.5):
            self.most = max(self.most, rss_mib(self.process))

    def stop(self):
        self.over.set()
        self.thread.join()
        return max(self.most, rss_mib(self.process))


def ground(folder, people, shops, behaviour=None):
    """A sandbox with people and shops, and a server on SQLite."""
    sandbox = Sandbox(folder, {"ranges": [{"first": str(PEOPLE), "count": people, **({"behaviour": behaviour} if behaviour else {})},
                                          {"first": str(SHOPS), "count": shops}]})
    return sandbox, Shop(folder / "data", sandbox, ["--log-level", "warn"]).start().make_owner()


def import_people(shop, count):
    rows = "\n".join(f"Person {i},+{PEOPLE + i}" for i in range(count))
    answer = shop.call("POST", "/api/contacts/imports", raw="name,phone\n" + rows + "\n", headers={"Content-Type": "text/csv"}, token=shop.owner)
    assert answer.status == 201, answer.body[:2000]
    path = f"/api/contacts/imports/{answer.data['id']}"
    shop.post(f"{path}/start", status=202)
    done = shop.until("they are imported", lambda: shop.get(path), lambda found: found["state"] != "running")
    assert done["state"] == "done" and done["created"] == count, done


def link_shops(shop, count):
    return [shop.link(str(SHOPS + i), f"shop{i}") for i in range(count)]


def settle_memory(process):
    """Memory of an idle server: its caches and pools are as they are after a second of nothing."""
    time.sleep(1)
    return rss_mib(process)


def tell(name, title, figures, targets):
    """`targets`: figure → ("<=" or ">=", value). Prints the table, keeps it, and gives the exit code."""
    good = {key: figures[key] <= limit if sign == "<=" else figures[key] >= limit for key, (sign, limit) in targets.items()}
    print(f"{title}\nload average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    for key, value in figures.items():
        sign, limit = targets.get(key, ("", ""))
        verdict = ("PASS" if good[key] else "MISS") if key in good else ""
        print(f"  {key:28}{value:12,.1f}   {sign} {limit!s:10}{verdict}")
    print("met\n" if all(good.values()) else "MISSED\n")
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results" / f"{name}.json").write_text(json.dumps({"benchmark": name, "found": figures, "target": {key: limit for key, (_, limit) in targets.items()},
                                                               "loadAverage": os.getloadavg()[0], "met": all(good.values())}, indent=1) + "\n")
    return 0 if all(good.values()) else 1
