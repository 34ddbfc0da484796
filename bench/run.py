"""`make bench`: builds what is measured, runs every benchmark, prints the tables; results/*.json keep the figures."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = "build/release"


def run(*command):
    return subprocess.run(command, cwd=ROOT).returncode


def main():
    if run("cmake", "--preset", "release") or run("cmake", "--build", "--preset", "release", "--target", "waqtor", "bench_http_server", "storage_bench", "campaign_bench", "media_bench", "sandbox_bench"):
        return 1
    missed = [
        run(sys.executable, "bench/footprint.py"),
        run(sys.executable, "bench/http_health.py"),
        run(sys.executable, "bench/http_list.py"),
        run(sys.executable, "bench/contacts_import.py"),
        run(f"{BUILD}/bench/storage_bench", "bench/results/storage.json"),
        run(f"{BUILD}/bench/media_bench"),
        run(f"{BUILD}/bench/campaign_bench", "bench/results/campaign.json"),
        run(f"{BUILD}/bench/sandbox_bench", "bench/results/sandbox.json"),
    ]
    return any(missed)


if __name__ == "__main__":
    sys.exit(main())
