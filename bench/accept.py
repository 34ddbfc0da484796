"""messages_accept on SQLite, and on a PostgreSQL 15 of our own (initdb in a temporary folder, fsync on). Exits 1 when a target is missed.

    .venv/bin/python bench/accept.py [--build build/release] [--seconds 10]
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import whole
from conftest import Postgres

TARGETS = {"sqlite_per_second": (">=", 5000), "sqlite_p99_ms": ("<=", 20), "postgresql_per_second": (">=", 2000)}


def measure(program, seconds, *url):
    with tempfile.TemporaryDirectory(dir=whole.HERE.parent / "build") as folder:   # not in memory: what is measured is the disk
        result = pathlib.Path(folder) / "result.json"
        done = subprocess.run([program, result, folder, str(seconds), *url], stdout=subprocess.DEVNULL)
        assert done.returncode in (0, 1)   # 1: slower than its own target
        return json.loads(result.read_text())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--seconds", type=int, default=10)
    wanted = parser.parse_args()
    program = str(pathlib.Path(wanted.build).resolve() / "bench/messages_accept")
    sqlite = measure(program, wanted.seconds)
    postgres = Postgres()
    try:
        other = measure(program, wanted.seconds, postgres.database())
    finally:
        postgres.stop()
    figures = {"sqlite_per_second": sqlite["acceptsPerSecond"], "sqlite_p50_ms": sqlite["p50Ms"], "sqlite_p99_ms": sqlite["p99Ms"],
               "postgresql_per_second": other["acceptsPerSecond"], "postgresql_p50_ms": other["p50Ms"], "postgresql_p99_ms": other["p99Ms"]}
    return whole.tell("accept", "durable accepts of single messages, 64 clients", figures, TARGETS)


if __name__ == "__main__":
    sys.exit(main())
