#!/usr/bin/env python3
"""An authenticated list with a database read, 20 rows a page of 200: GET /api/keys of the real `waqtor serve` against Express 5 with
better-sqlite3 doing the same work, in turns, in one run. Exits 1 when the target is missed.

    bench/http_list.py [--build build/release] [--rounds 5] [--seconds 4]
"""
import argparse
import json
import os
import pathlib
import sys
import tempfile
import urllib.request

from http_load import HERE, compare, pinned, report, value_of


def post(url, body, **headers):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())["data"]


def start_waqtor(binary, folder):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WAQTOR_")}
    process = pinned([binary, "serve", "--json", "--data", folder, "--listen", "127.0.0.1:0", "--log-level", "warn"], env=environment)
    said = json.loads(process.stdout.readline())["data"]
    url, token = said["url"], said["setupLink"].rpartition("#")[2]
    login = post(f"{url}/api/auth/register", {"email": "owner@example.com", "password": "correct horse battery", "setupToken": token})["token"]
    bearer = {"Authorization": f"Bearer {login}"}
    key = post(f"{url}/api/keys", {"name": "bench", "scopes": ["keys_read"]}, **bearer)["key"]
    for number in range(199):
        post(f"{url}/api/keys", {"name": f"key {number}", "scopes": ["events_read", "keys_read"]}, **bearer)
    return process, f"{url}/api/keys?limit=20", [f"X-API-Key: {key}"]


def start_express(folder):
    process = pinned(["node", str(HERE / "peers" / "express_list.js"), folder])
    key = value_of(process, "key")
    return process, f"http://127.0.0.1:{value_of(process, 'port')}/api/keys?limit=20", [f"X-API-Key: {key}"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as theirs:
        servers = {"waqtor": start_waqtor(str(pathlib.Path(options.build) / "waqtor"), ours), "express": start_express(theirs)}
        all_rounds, median = compare(servers, options.rounds, options.seconds)
    return not report("Authenticated list with a database read, 64 connections", "http_list.json", all_rounds, median, {"rate": 5.0})


if __name__ == "__main__":
    sys.exit(main())
