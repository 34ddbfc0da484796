#!/usr/bin/env python3
"""What `waqtor serve` costs when nothing happens: resident memory, start to ready with an existing database, size of the binary.
Exits 1 when a target is missed.

    bench/footprint.py [--build build/release]
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

TARGETS = {"rss_mib": 20.0, "ready_ms": 150.0, "binary_mib": 15.0}
ROUNDS = 9


def start(binary, folder):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WAQTOR_")}
    began = time.monotonic()
    process = subprocess.Popen([binary, "serve", "--json", "--data", folder, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True, env=environment)
    process.stdout.readline()
    return process, (time.monotonic() - began) * 1000


def stop(process):
    process.terminate()
    process.wait()


def rss_mib(process):
    fields = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    binary = str(pathlib.Path(parser.parse_args().build) / "waqtor")
    with tempfile.TemporaryDirectory() as folder:
        stop(start(binary, folder)[0])
        ready, resident = [], []
        for _ in range(ROUNDS):
            process, milliseconds = start(binary, folder)
            ready.append(milliseconds)
            resident.append(rss_mib(process))
            stop(process)
        stripped = pathlib.Path(folder) / "stripped"
        subprocess.run(["strip", "-o", str(stripped), binary], check=True)
        found = {"rss_mib": statistics.median(resident), "ready_ms": statistics.median(ready), "binary_mib": stripped.stat().st_size / 2**20}
    met = all(found[name] <= most for name, most in TARGETS.items())
    print(f"waqtor serve, idle, median of {ROUNDS}\n\n{'':12}{'found':>8}{'target':>9}")
    for name, most in TARGETS.items():
        print(f"{name:12}{found[name]:8.1f}{most:9.0f}")
    print("met\n" if met else "MISSED\n")
    results = pathlib.Path(__file__).resolve().parent / "results"
    results.mkdir(exist_ok=True)
    (results / "footprint.json").write_text(json.dumps({"benchmark": "footprint", "found": found, "target": TARGETS, "met": met}, indent=1) + "\n")
    return not met


if __name__ == "__main__":
    sys.exit(main())
