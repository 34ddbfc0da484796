"""Two servers in turns: each alone on core 0, the load (wrk, one thread, 64 keep-alive connections) on core 1. CPU per request is the
server's own user and system time from /proc over the requests answered."""
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def pinned(command, **options):
    return subprocess.Popen(["taskset", "-c", "0", *command], stdout=subprocess.PIPE, text=True, **options)


def value_of(process, name):
    """What the server said in a line "NAME VALUE" once it was ready."""
    for line in process.stdout:
        if line.startswith(name + " "):
            return line.split()[1]
    sys.exit(f"{process.args[3]} did not start")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(url, seconds, headers=()):
    extra = [part for header in headers for part in ("-H", header)]
    out = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", "-c64", f"-d{seconds}s", "--latency", *extra, url],
                         capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        sys.exit(out)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", out)
    return (int(re.search(r"(\d+) requests in", out)[1]), float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]),
            float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]])


def measure(process, seconds, url, headers):
    before = cpu_seconds(process.pid)
    requests, rate, p99 = load(url, seconds, headers)
    return {"rate": rate, "cpu_us": (cpu_seconds(process.pid) - before) / requests * 1e6, "p99_ms": p99}


def compare(servers, rounds, seconds):
    """`servers`: name → (process, url, headers), ours first. Returns the rounds and their medians."""
    all_rounds = {name: [] for name in servers}
    try:
        for process, url, headers in servers.values():
            load(url, 2, headers)   # caches, and the peer's just-in-time compiler
        for _ in range(rounds):
            for name, (process, url, headers) in servers.items():
                all_rounds[name].append(measure(process, seconds, url, headers))
    finally:
        for process, _, _ in servers.values():
            process.terminate()
            process.wait()
    return all_rounds, {name: {key: statistics.median(one[key] for one in many) for key in many[0]} for name, many in all_rounds.items()}


def report(title, file, all_rounds, median, targets):
    """Prints the table, writes results/FILE; `targets`: "rate" at least, "cpu" at most. True when all are met."""
    ours, theirs = median.values()
    ratio = {"rate": ours["rate"] / theirs["rate"], "cpu": ours["cpu_us"] / theirs["cpu_us"]}
    met = ratio["rate"] >= targets["rate"] and ratio["cpu"] <= targets.get("cpu", float("inf"))
    print(f"{title}\n\n{'':10}{'requests/s':>12}{'CPU us/request':>16}{'p99 ms':>9}")
    for name, one in median.items():
        print(f"{name:10}{one['rate']:12.0f}{one['cpu_us']:16.2f}{one['p99_ms']:9.2f}")
    print(f"{'ratio':10}{ratio['rate']:11.2f}x{ratio['cpu']:15.0%}")
    print(f"{'target':10}{targets['rate']:11.1f}x{format(targets['cpu'], '15.0%') if 'cpu' in targets else '':>15}   {'met' if met else 'MISSED'}\n")
    (HERE / "results").mkdir(exist_ok=True)
    result = {"benchmark": title, "rounds": all_rounds, "median": median, "ratio": ratio, "target": targets, "met": met}
    (HERE / "results" / file).write_text(json.dumps(result, indent=1) + "\n")
    return met
