"""The Autobahn suite itself against our echo server: suite.py ECHO_SERVER. It is written for Python 2.7; without one this says so and ends well."""

import glob
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SUITE = "autobahntestsuite==25.10.1"
# Groups 12 and 13 whole take most of an hour; our own table has all of them.
CASES = [f"{group}.*" for group in (1, 2, 3, 4, 5, 6, 7, 9, 10)] + [f"{group}.{kind}.{number}" for group, kinds in ((12, 5), (13, 7)) for kind in range(1, kinds + 1)
                                                                for number in (1, 5, 11)]
FINE = {"OK", "NON-STRICT", "INFORMATIONAL"}


def python2():
    found = [shutil.which("python2.7"), *sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/2.7*/bin/python2.7")))]
    # A shim of pyenv may stand for a version that is not active.
    return next((one for one in found if one and subprocess.run([one, "-c", ""], capture_output=True).returncode == 0), None)


def main():
    python = python2()
    if not python:
        print("skipped: there is no Python 2.7 for the Autobahn suite; tests/autobahn/cases.py has its cases")
        return 0
    folder = pathlib.Path(tempfile.mkdtemp(prefix="waqtor-autobahn-"))
    server = None
    try:
        installed = subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(folder / "suite"), SUITE],
                                   capture_output=True, text=True)
        if installed.returncode:
            print(f"skipped: {SUITE} cannot be installed for {python}: {installed.stderr.strip().splitlines()[-1:]}")
            return 0
        server = subprocess.Popen([sys.argv[1], "ours"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        port = server.stdout.readline().split()[1]
        (folder / "spec.json").write_text(json.dumps({"outdir": str(folder / "reports"), "servers": [{"agent": "WaQtor", "url": f"ws://127.0.0.1:{port}"}],
                                                      "cases": CASES, "exclude-cases": [], "exclude-agent-cases": {}}))
        # A site folder, because zope is a namespace that .pth files make.
        start = f"import site, sys; site.addsitedir({str(folder / 'suite')!r}); from autobahntestsuite.wstest import run; sys.exit(run())"
        subprocess.run([python, "-c", start, "-m", "fuzzingclient", "-s", "spec.json"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        results = json.loads((folder / "reports/index.json").read_text())["WaQtor"]
        bad = {id: result for id, result in results.items() if result["behavior"] not in FINE or result["behaviorClose"] not in FINE}
        for id, result in bad.items():
            print(id, result["behavior"], result["behaviorClose"])
        print(f"{len(results) - len(bad)} of {len(results)} cases of the Autobahn suite passed")
        return bool(bad) or len(results) < 300
    finally:
        if server:
            server.communicate("")
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
