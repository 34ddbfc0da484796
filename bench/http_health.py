#!/usr/bin/env python3
"""GET /health over 64 keep-alive connections: WaQtor's HTTP server against Fastify, in turns, in one run. Exits 1 when a target is
missed.

    bench/http_health.py [--build build/release] [--rounds 5] [--seconds 4]
"""
import argparse
import pathlib
import sys

from http_load import HERE, compare, pinned, report, value_of


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    options = parser.parse_args()

    servers = {}
    for name, command in {"waqtor": [str(pathlib.Path(options.build) / "bench" / "bench_http_server")],
                          "fastify": ["node", str(HERE / "peers" / "fastify_health.js")]}.items():
        process = pinned(command)
        servers[name] = (process, f"http://127.0.0.1:{value_of(process, 'port')}/health", [])
    all_rounds, median = compare(servers, options.rounds, options.seconds)
    return not report("GET /health, 64 keep-alive connections", "http.json", all_rounds, median, {"rate": 2.0, "cpu": 0.40})


if __name__ == "__main__":
    sys.exit(main())
