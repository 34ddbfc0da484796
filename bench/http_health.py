#!/usr/bin/env python3
"""GET /health over 64 keep-alive connections: WaQtor's HTTP server against Fastify, in turns, in one run.

Each server runs alone on core 0, the load (wrk, one thread) on core 1. CPU per request is the server's own user and system time from
/proc over the requests answered. Prints a table, writes bench/results/http.json, exits 1 when a target is missed.

    bench/http_health.py [--build build/release] [--rounds 5] [--seconds 4]
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TARGET_RATE = 2.0
TARGET_CPU = 0.40


def start(command):
    process = subprocess.Popen(["taskset", "-c", "0", *command], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if line.startswith("port "):
            return process, int(line.split()[1])
    sys.exit(f"{command[0]} did not start")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(port, seconds):
    out = subprocess.run(
        ["taskset", "-c", "1", "wrk", "-t1", "-c64", f"-d{seconds}s", "--latency", f"http://127.0.0.1:{port}/health"],
        capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        sys.exit(out)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", out)
    return (int(re.search(r"(\d+) requests in", out)[1]), float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]),
            float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]])


def measure(process, port, seconds):
    before = cpu_seconds(process.pid)
    requests, rate, p99 = load(port, seconds)
    return {"rate": rate, "cpu_us": (cpu_seconds(process.pid) - before) / requests * 1e6, "p99_ms": p99}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    options = parser.parse_args()

    ours, our_port = start([str(pathlib.Path(options.build) / "bench" / "bench_http_server")])
    theirs, their_port = start(["node", str(HERE / "peers" / "fastify_health.js")])
    rounds = {"waqtor": [], "fastify": []}
    try:
        for name, port in (("waqtor", our_port), ("fastify", their_port)):
            load(port, 2)   # caches, and the peer's just-in-time compiler
        for _ in range(options.rounds):
            rounds["waqtor"].append(measure(ours, our_port, options.seconds))
            rounds["fastify"].append(measure(theirs, their_port, options.seconds))
    finally:
        for process in (ours, theirs):
            process.terminate()
            process.wait()

    median = {name: {key: statistics.median(one[key] for one in all_) for key in all_[0]} for name, all_ in rounds.items()}
    rate = median["waqtor"]["rate"] / median["fastify"]["rate"]
    cpu = median["waqtor"]["cpu_us"] / median["fastify"]["cpu_us"]
    met = rate >= TARGET_RATE and cpu <= TARGET_CPU
    print(f"GET /health, 64 keep-alive connections, median of {options.rounds} rounds of {options.seconds} s\n")
    print(f"{'':10}{'requests/s':>12}{'CPU us/request':>16}{'p99 ms':>9}")
    for name, one in median.items():
        print(f"{name:10}{one['rate']:12.0f}{one['cpu_us']:16.2f}{one['p99_ms']:9.2f}")
    print(f"{'ratio':10}{rate:11.2f}x{cpu:15.0%}\n{'target':10}{TARGET_RATE:11.1f}x{TARGET_CPU:15.0%}   {'met' if met else 'MISSED'}")
    result = {"benchmark": "http_health", "connections": 64, "rounds": rounds, "median": median,
              "ratio": {"rate": rate, "cpu": cpu}, "target": {"rate": TARGET_RATE, "cpu": TARGET_CPU}, "met": met}
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results" / "http.json").write_text(json.dumps(result, indent=1) + "\n")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
