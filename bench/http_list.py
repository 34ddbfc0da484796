#!/usr/bin/env python3
"""GET /api/keys?limit=20 with an API key over 64 keep-alive connections: the real `waqtor serve` on SQLite against Express and
better-sqlite3 doing the same work (hash the key, look it up, check its scope, read and count 20 of 200 rows), in turns, in one run.

Each server runs alone on core 0 with its database in a temporary folder, the load (wrk, one thread) on core 1. Prints a table, writes
bench/results/http_list.json, exits 1 when the target is missed.

    bench/http_list.py [--build build/release] [--rounds 5] [--seconds 4]
"""
import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

from http_health import HERE, cpu_seconds

TARGET_RATE = 5.0
ROWS = 200


def start_waqtor(binary, folder):
    """A fresh server with an owner and ROWS keys; the last made is the one used."""
    def waqtor(*arguments, text=None):
        out = subprocess.run([binary, *arguments, "--json", "--data", folder], input=text, capture_output=True, text=True)
        if out.returncode:
            sys.exit(out.stdout + out.stderr)
        return json.loads(out.stdout)["data"]

    waqtor("user", "create", "--email", "owner@example.test", "--name", "Owner", "--workspace", "Bench", text="correct horse battery\n")
    key = waqtor("key", "create", "--name", "bench", "--scope", "keys_read", "keys_write")["key"]
    process = subprocess.Popen(["taskset", "-c", "0", binary, "serve", "--json", "--data", folder, "--listen", "127.0.0.1:0"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    url = json.loads(process.stdout.readline())["data"]["url"]
    for number in range(ROWS - 1):
        body = json.dumps({"name": f"key {number}", "scopes": ["events_read", "keys_read"]})
        subprocess.run(["curl", "-sf", "-o", "/dev/null", "-H", f"X-API-Key: {key}", "-H", "Content-Type: application/json", "-d", body,
                        f"{url}/api/keys"], check=True)
    return process, url, key


def start_express(folder):
    process = subprocess.Popen(["taskset", "-c", "0", "node", str(HERE / "peers" / "express_list.js"), folder],
                               stdout=subprocess.PIPE, text=True)
    key = process.stdout.readline().split()[1]
    return process, f"http://127.0.0.1:{process.stdout.readline().split()[1]}", key


def check(url, key):
    """Both must do the work: 20 rows of 200, and no answer without the key."""
    out = subprocess.run(["curl", "-s", "-H", f"X-API-Key: {key}", f"{url}/api/keys?limit=20"], capture_output=True, text=True).stdout
    page = json.loads(out)
    if len(page["data"]) != 20 or page["pagination"]["total"] != ROWS:
        sys.exit(f"{url} answered something else: {out[:300]}")
    status = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"{url}/api/keys"], capture_output=True, text=True).stdout
    if status != "401":
        sys.exit(f"{url} answers without a key: {status}")


def measure(process, url, key, seconds):
    before = cpu_seconds(process.pid)
    out = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", "-c64", f"-d{seconds}s", "-H", f"X-API-Key: {key}",
                          f"{url}/api/keys?limit=20"], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        sys.exit(out)
    requests = int(re.search(r"(\d+) requests in", out)[1])
    return {"rate": float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]),
            "cpu_us": (cpu_seconds(process.pid) - before) / requests * 1e6}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as ours_folder, tempfile.TemporaryDirectory() as theirs_folder:
        servers = {"waqtor": start_waqtor(str(pathlib.Path(options.build) / "waqtor"), ours_folder), "express": start_express(theirs_folder)}
        rounds = {name: [] for name in servers}
        try:
            for process, url, key in servers.values():
                check(url, key)
                measure(process, url, key, 2)
            for _ in range(options.rounds):
                for name, server in servers.items():
                    rounds[name].append(measure(*server, options.seconds))
        finally:
            for process, _, _ in servers.values():
                process.terminate()
                process.wait()

    median = {name: {key: statistics.median(one[key] for one in all_) for key in all_[0]} for name, all_ in rounds.items()}
    rate = median["waqtor"]["rate"] / median["express"]["rate"]
    met = rate >= TARGET_RATE
    print(f"GET /api/keys?limit=20 with an API key, 64 connections, median of {options.rounds} rounds of {options.seconds} s\n")
    print(f"{'':10}{'requests/s':>12}{'CPU us/request':>16}")
    for name, one in median.items():
        print(f"{name:10}{one['rate']:12.0f}{one['cpu_us']:16.2f}")
    print(f"{'ratio':10}{rate:11.2f}x\n{'target':10}{TARGET_RATE:11.1f}x   {'met' if met else 'MISSED'}")
    result = {"benchmark": "http_list", "connections": 64, "rounds": rounds, "median": median, "ratio": {"rate": rate},
              "target": {"rate": TARGET_RATE}, "met": met}
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results" / "http_list.json").write_text(json.dumps(result, indent=1) + "\n")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
