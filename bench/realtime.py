#!/usr/bin/env python3
"""The hub against Bun (uWebSockets), `ws` and Socket.IO: the same clients, messages and core for each, in turns. Exits 1 when a target is
missed.

    bench/realtime.py [--build build/release] [--rounds 5] [--seconds 5] [--clients 1000] [--idle 10000] [--only paced,bursts,…]

With --only the other figures of the last run stay in the results.

Servers run on core 0, the load (realtime_load, one epoll thread) on core 1. CPU is the server's own user and system time from /proc. Where
messages come at a fixed rate, and where clients connect, both sides run with SCHED_RR, if that is allowed: then other work on the machine does not stand in the latencies."""
import argparse
import json
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile

from http_load import HERE, pinned, value_of

FRAME_AROUND = 72   # bytes our frames have around the text, so that all are as long
FIRST = ["chrt", "-r", "10"]


def may_be_first():
    return not subprocess.run([*FIRST, "true"], capture_output=True).returncode


def certificate(folder):
    """Files of a certificate nobody trusts, and its key."""
    made, key = f"{folder}/certificate.pem", f"{folder}/key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1", "-subj", "/CN=bench",
                    "-out", made, "-keyout", key], check=True, capture_output=True)
    return [made, key]


class Server:
    def __init__(self, kind, build, deflate=False, tls=False, first=False):
        self.kind = kind
        self.first = FIRST if first else []
        mode = ["deflate"] if deflate else []
        self.folder = tempfile.TemporaryDirectory(prefix="waqtor-bench-")
        self.process = pinned([*self.first, *{
            "waqtor": [str(build / "bench/realtime_server"), self.folder.name, *(certificate(self.folder.name) if tls else [])],
            "bun": [str(HERE / "peers/node_modules/bun/bin/bun.exe"), str(HERE / "peers/bun_fan.js"), *mode],
            "ws": ["node", str(HERE / "peers/ws_fan.js"), *mode],
            "socketio": ["node", str(HERE / "peers/socketio_fan.js"), *mode],
        }[kind]])
        self.port, self.publish = value_of(self.process, "port"), value_of(self.process, "publish")
        self.options = {"port": self.port, "publish": self.publish, "pid": self.process.pid, "kind": kind, "tls": int(tls)}
        if kind == "waqtor":
            self.options["key"] = value_of(self.process, "key")

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def load(self, build, size=512, **more):
        size -= FRAME_AROUND if self.kind == "waqtor" else 0
        options = [f"{name}={value}" for name, value in {**self.options, "size": size, **more}.items()]
        done = subprocess.run(["taskset", "-c", "1", *self.first, str(build / "bench/realtime_load"), *options], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{self.kind}: {done.stderr}")
        out = json.loads(done.stdout)
        if out["lost"]:
            sys.exit(f"{self.kind}: {out['lost']} of {out['deliveries']} deliveries did not come")
        out["cpuPerMillion"] = out["cpuSeconds"] / out["deliveries"] * 1e6 if out["deliveries"] else 0
        return out


class Bench:
    def __init__(self, options):
        self.options = options
        self.build = pathlib.Path(options.build)
        self.first = may_be_first()
        self.result = {"benchmark": "real time", "rounds": options.rounds, "seconds": options.seconds, "clients": options.clients, "idle": options.idle, "SCHED_RR unless saturated": self.first, "figures": {}, "targets": []}

    def turns(self, kinds, deflate=False, first=False, **load):
        """Fresh servers each round, in an order that turns; medians of each figure, and of the ratios within a round."""
        rounds = {kind: [] for kind in kinds}
        for number in range(self.options.rounds):
            for kind in kinds[number % len(kinds):] + kinds[:number % len(kinds)]:
                server = Server(kind, self.build, deflate, first=first)
                try:
                    rounds[kind].append(server.load(self.build, deflate=int(deflate), **load))
                finally:
                    server.stop()
        return rounds

    def compare(self, title, rounds, limits):
        """`limits`: {figure: {peer: most}}: our figure over theirs."""
        median = {kind: {name: statistics.median(one[name] for one in many) for name in many[0]} for kind, many in rounds.items()}
        self.result["figures"][title] = {"rounds": rounds, "median": median}
        print(f"\n{title}\n{'':10}{'deliveries/s':>14}{'CPU s per 1M':>14}{'p50 ms':>9}{'p99 ms':>9}")
        for kind, one in median.items():
            print(f"{kind:10}{one['deliveries'] / one['seconds']:14.0f}{one['cpuPerMillion']:14.2f}{one['p50Ms']:9.2f}{one['p99Ms']:9.2f}")
        for figure, peers in limits.items():
            for peer, most in peers.items():
                ratio = statistics.median(ours[figure] / theirs[figure] for ours, theirs in zip(rounds["waqtor"], rounds[peer]))
                self.target(f"{title}: {figure} over {peer}'s", ratio, most)

    def target(self, name, value, most=None, least=None):
        met = value <= most if least is None else value >= least
        self.result["targets"].append({"name": name, "value": value, "most": most, "least": least, "met": met})
        print(f"{'PASS' if met else 'MISS'}  {name}: {value:.2f} (target {'<= ' + str(most) if least is None else '>= ' + str(least)})", flush=True)

    def keep(self, before):
        """Of an earlier run, what this one did not measure."""
        self.result["figures"] = before["figures"] | self.result["figures"]
        again = {target["name"] for target in self.result["targets"]}
        self.result["targets"] = [target for target in before["targets"] if target["name"] not in again] + self.result["targets"]

    def alone(self, deflate=False, tls=False, first=False, **load):
        server = Server("waqtor", self.build, tls=tls, first=first)
        try:
            return server.load(self.build, deflate=int(deflate), **load)
        finally:
            server.stop()

    def paced(self):
        rounds = self.turns(["waqtor", "bun", "ws", "socketio"], first=self.first, clients=self.options.clients, rate=20, seconds=self.options.seconds)
        self.compare("paced", rounds, {"cpuPerMillion": {"bun": 1.2, "ws": 0.85, "socketio": 0.65}, "p99Ms": {"bun": 1.25}})

    def bursts(self):
        rounds = self.turns(["waqtor", "bun", "ws", "socketio"], clients=self.options.clients, rate=0, burst=16, seconds=self.options.seconds)
        self.compare("bursts", rounds, {"cpuPerMillion": {"bun": 1.5, "ws": 0.15, "socketio": 0.15}})

    def deflate(self):
        rounds = self.turns(["waqtor", "bun", "ws"], deflate=True, first=self.first, clients=self.options.clients // 2, rate=20, seconds=self.options.seconds)
        self.compare("deflate", rounds, {"cpuPerMillion": {"bun": 0.55, "ws": 0.2}})

    def idle(self):
        for name, deflate, most in (("idle", False, 4.5), ("idle, deflate", True, 6)):
            many = [self.alone(deflate, first=self.first, clients=self.options.idle, seconds=0) for _ in range(self.options.rounds)]
            self.result["figures"][name] = {"rounds": many}
            self.target(f"{name}: RSS KB of a connection", statistics.median((one["rssConnectedKb"] - one["rssBeforeKb"]) / self.options.idle for one in many), most)
            self.target(f"{name}: connections accepted a second", statistics.median(self.options.idle / one["connectSeconds"] for one in many), least=5000)
        many = [self.alone(tls=True, first=self.first, clients=self.options.idle, seconds=0) for _ in range(self.options.rounds)]
        self.result["figures"]["idle, TLS"] = {"rounds": many}
        print(f"      idle, TLS: {statistics.median((one['rssConnectedKb'] - one['rssBeforeKb']) / self.options.idle for one in many):.2f} KB a connection, "
              f"{statistics.median(self.options.idle / one['connectSeconds'] for one in many):.0f} accepted a second", flush=True)

    def slow(self):
        clients, stalled = self.options.clients, self.options.clients // 10
        load = {"first": self.first, "clients": clients, "rate": 20, "size": 4096, "seconds": 15}
        rounds = [(self.alone(**load), self.alone(**load, stalled=stalled)) for _ in range(self.options.rounds)]
        self.result["figures"]["slow"] = {"rounds": rounds}
        self.target("slow: p99 of the others, over none stopped", statistics.median(with_["p99Ms"] / none["p99Ms"] for none, with_ in rounds), 1.3)
        grown = statistics.median((with_["rssPeakKb"] - with_["rssConnectedKb"]) / stalled for _, with_ in rounds)
        self.target("slow: RSS KB a stopped client holds at the peak", grown, 512 + 4)
        self.target("slow: stopped clients that were told", min(with_["stalledTold"] / stalled for _, with_ in rounds), least=1)

    def events(self):
        many = [self.alone(first=self.first, clients=self.options.clients, rate=200, seconds=self.options.seconds, events=1) for _ in range(self.options.rounds)]
        self.result["figures"]["events"] = {"rounds": many}
        self.target("events: p99 ms from commit to socket, 200 a second", statistics.median(one["p99Ms"] for one in many), 15)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--idle", type=int, default=10_000)
    parser.add_argument("--only", default="paced,bursts,deflate,idle,slow,events")
    parser.add_argument("--output", default=str(HERE / "results/realtime.json"))
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    bench = Bench(options)
    for name in options.only.split(","):
        getattr(bench, name)()
    output = pathlib.Path(options.output)
    if output.exists() and options.only != parser.get_default("only"):
        bench.keep(json.loads(output.read_text()))
    output.write_text(json.dumps(bench.result, indent=1) + "\n")
    return not all(target["met"] for target in bench.result["targets"])


if __name__ == "__main__":
    sys.exit(main())
