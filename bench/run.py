"""`make bench`: builds what is measured, runs every benchmark, prints the tables; results/*.json keep the figures."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = "build/release"
VENV = ".venv/bin/python"   # with what the API scenarios need


def run(*command):
    return subprocess.run(command, cwd=ROOT).returncode


def main():
    targets = ["waqtor", "bench_http_server", "storage_bench", "campaign_bench", "messages_accept", "media_bench", "sandbox_bench",
               "realtime_server", "realtime_load", "engine_load"]
    if run("cmake", "--preset", "release") or run("cmake", "--build", "--preset", "release", "--target", *targets):
        return 1
    missed = [
        run(sys.executable, "bench/footprint.py"),
        run(sys.executable, "bench/http_health.py"),
        run(sys.executable, "bench/http_list.py"),
        run(sys.executable, "bench/realtime.py"),
        run(sys.executable, "bench/contacts_import.py"),
        run(f"{BUILD}/bench/storage_bench", "bench/results/storage.json"),
        run(f"{BUILD}/bench/media_bench"),
        run(f"{BUILD}/bench/campaign_bench", "bench/results/campaign.json"),
        run(f"{BUILD}/bench/sandbox_bench", "bench/results/sandbox.json"),
        *[run(VENV, f"bench/{name}.py") for name in ("accept", "inbound", "recovery", "campaign_run", "engine")],
    ]
    return any(missed)


if __name__ == "__main__":
    sys.exit(main())
