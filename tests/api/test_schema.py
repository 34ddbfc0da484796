"""Schemathesis drives every operation of the server's own openapi.json: no server error, no answer outside the schema."""

import os
import subprocess
import sys

from conftest import ROOT, running, Server


def test_every_operation_keeps_to_its_schema(folder):
    examples = "300" if os.environ.get("TEST_LONG") else "25"
    # Generated requests must not lock the account out or end the login they come with.
    with running(Server(folder, ["--auth-login-attempts", "1000", "--auth-login-attempts-per-address", "10000",
                                 "--events-longest-wait-seconds", "0"])) as server:
        server.make_owner()
        done = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/api/openapi.json", "--header", f"Authorization: Bearer {server.owner}",
             "--phases", "examples,coverage,fuzzing", "--max-examples", examples, "--seed", "7", "--exclude-path-regex", "logout",
             "--workers", "2", "--suppress-health-check", "all", "--no-color"],
            cwd=ROOT / "tests/api", capture_output=True, text=True, env={**os.environ, "SCHEMATHESIS_HOOKS": ""})
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
        assert " errors" not in done.stdout or "0 errors" in done.stdout
        assert server.process.poll() is None
