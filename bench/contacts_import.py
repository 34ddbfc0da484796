#!/usr/bin/env python3
"""A list of 100,000 people into the real `waqtor serve` on SQLite (synchronous=FULL): upload with its preview, import, and the memory
both take over the idle server's. Exits 1 when a target is missed.

    bench/contacts_import.py [--build build/release] [--people 100000]
"""
import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
SECONDS, MIB = 10, 64


def call(method, url, body=None, token=None, kind="application/json"):
    headers = {"Content-Type": kind} | ({"Authorization": f"Bearer {token}"} if token else {})
    with urllib.request.urlopen(urllib.request.Request(url, body, headers, method=method)) as answer:
        return json.loads(answer.read())


def memory(process, what):
    lines = pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(what + ":")).split()[1]) / 1024


def people(count):
    yield "الاسم,رقم الجوال,البريد,الشركة,المدينة\r\n"
    for i in range(count):
        yield f"محمد عبد الله {i},+966 5{i:08},person{i}@example.com,شركة النور,{'الرياض' if i % 2 else 'جدة'}\r\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--people", type=int, default=100_000)
    options = parser.parse_args()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WAQTOR_")}
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([str(pathlib.Path(options.build) / "waqtor"), "serve", "--json", "--data", folder, "--listen", "127.0.0.1:0",
                                    "--log-level", "warn"], stdout=subprocess.PIPE, env=environment)
        said = json.loads(process.stdout.readline())["data"]
        url = said["url"]
        owner = {"email": "owner@example.com", "password": "correct horse battery", "setupToken": said["setupLink"].rpartition("#")[2]}
        token = call("POST", f"{url}/api/auth/register", json.dumps(owner).encode())["data"]["token"]
        call("GET", f"{url}/api/contacts", token=token)
        idle = memory(process, "VmRSS")
        pathlib.Path(f"/proc/{process.pid}/clear_refs").write_text("5")   # the peak counts from here

        start = time.monotonic()
        seen = call("POST", f"{url}/api/contacts/imports", "".join(people(options.people)).encode(), token, "text/csv")["data"]
        looked = time.monotonic()
        call("POST", f"{url}/api/contacts/imports/{seen['id']}/start", b"{}", token)
        last = 0
        while (done := call("GET", f"{url}/api/contacts/imports/{seen['id']}", token=token)["data"])["state"] == "running":
            last = call("GET", f"{url}/api/events?after={last}&types=contact.imported&wait=5", token=token)["last"]
        end = time.monotonic()
        peak = memory(process, "VmHWM")
        process.terminate()
        process.wait()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)   # of the server, its start included
    assert done["state"] == "done" and done["created"] == options.people, done
    result = {"what": f"import of {options.people} people, SQLite WAL synchronous=FULL", "previewSeconds": round(looked - start, 2),
              "importSeconds": round(end - looked, 2), "targetSeconds": SECONDS, "idleMiB": round(idle, 1), "peakOverIdleMiB": round(peak - idle, 1),
              "targetMiB": MIB, "cpuSeconds": round(used.ru_utime + used.ru_stime, 2), "loadAverage": os.getloadavg()[0]}
    (HERE / "results" / "contacts_import.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result))
    return not (end - start <= SECONDS and peak - idle <= MIB)


if __name__ == "__main__":
    sys.exit(main())
