"""Builds and runs every suite, prints one line each, and ends with `N passed, N failed`.

The C++ suites, and with them the API scenarios, contract and crash tests, run from the release build and again under ASan+UBSan
(tests/CMakeLists.txt says which scenarios), with a minute for each fuzz target; the concurrent parts under TSan. The foreign WhatsApp
clients run once, from the release build. `--long` adds the long crash run."""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as tree

ROOT = pathlib.Path(__file__).resolve().parent.parent
RELEASE, TSAN = "release", "tsan"
THREADED_TARGETS = ["core_tests", "server_tests", "contract_tests"]
THREADED_TESTS = "^(EventBusTest|HttpServerTest|HealthTest|ReadinessTest|Log|TlsTest|Password)[.]|^contract_tests$"


def run(command, **options):
    print("$", " ".join(command), flush=True)
    return subprocess.run(command, cwd=ROOT, **options).returncode


def build(preset, targets):
    if run(["cmake", "--preset", preset], stdout=subprocess.DEVNULL):
        return False
    return run(["cmake", "--build", "--preset", preset, "--target", *targets]) == 0


def ctest(preset, arguments):
    """Runs ctest; returns (passed, failed)."""
    report = ROOT / "build" / preset / "report.xml"
    report.unlink(missing_ok=True)
    code = run(["ctest", "--test-dir", str(ROOT / "build" / preset), "--output-on-failure", "--output-junit", str(report), "--no-tests=error",
                "--progress", "-j", str(os.cpu_count()), *arguments])
    if not report.exists():
        return 0, 1
    suite = tree.parse(report).getroot()
    total, failed = int(suite.get("tests")), int(suite.get("failures")) + int(suite.get("skipped", 0)) + int(suite.get("disabled", 0))
    if code and not failed:
        failed = 1
    return total - failed, failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--long", action="store_true", help="the slow suites")
    parser.add_argument("--presets", default="release,asan,tsan")
    wanted = parser.parse_args()
    if wanted.long:
        os.environ["TEST_LONG"] = "1"
        wanted.presets = RELEASE

    passed = failed = 0
    for preset in wanted.presets.split(","):
        start = time.monotonic()
        # Under TSan only what runs on several threads is of interest.
        targets, arguments = (THREADED_TARGETS, ["-R", THREADED_TESTS]) if preset == TSAN else (["all"], [])
        arguments += ["-C", "long"] if wanted.long else []
        if preset != RELEASE:
            arguments += ["-LE", "release-only"]
        if not build(preset, targets):
            good, bad = 0, 1
        else:
            good, bad = ctest(preset, arguments)
        print(f"{preset}: {good} passed, {bad} failed in {time.monotonic() - start:.0f} s", flush=True)
        passed, failed = passed + good, failed + bad
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
