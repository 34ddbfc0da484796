"""Schemathesis drives every operation of the server's own openapi.json: no server error, no answer outside the schema."""

import json
import os
import re
import subprocess
import sys

from conftest import ROOT, running, Server

# The login goes with every request as a header, so the schema's three ways of logging in are not the generator's to vary: what happens
# without them, or with wrong ones, is in test_auth.py and test_keys.py.
VARIED_ELSEWHERE = "ignored_auth"
# U+0000 is refused in every text (test_bad_input.py), which JSON Schema has no word for.
# Would end the login the run comes with.
LEFT_OUT = "logout|logins/"


def test_every_operation_keeps_to_its_schema(folder, tmp_path):
    examples = "200" if os.environ.get("TEST_LONG") else "15"
    quick = ["--auth-login-attempts", "1000", "--auth-login-attempts-per-address", "10000", "--events-longest-wait-seconds", "0",
             # Nobody answers there, at once: sessions that the run makes must not look for WhatsApp.
             "--whatsapp-url", "wss://127.0.0.1:9/ws/chat"]
    with running(Server(folder, quick)) as server:
        server.make_owner()
        schema = server.call("GET", "/api/openapi.json").json
        del schema["components"]["securitySchemes"]
        for operations in schema["paths"].values():
            for operation in operations.values():
                operation.pop("security", None)
        (tmp_path / "openapi.json").write_text(json.dumps(schema))
        done = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "--config-file", str(ROOT / "tests/api/schemathesis.toml"), "run", str(tmp_path / "openapi.json"), "--url", server.url,
             "--header", f"Authorization: Bearer {server.owner}", "--exclude-checks", VARIED_ELSEWHERE, "--exclude-path-regex", LEFT_OUT,
             "--phases", "examples,coverage,fuzzing", "--max-examples", examples, "--seed", "7", "--workers", "2",
             "--suppress-health-check", "all", "--generation-allow-x00", "false", "--no-color"], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-12000:] + done.stderr[-2000:]
        cases = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
        assert cases and int(cases[2]) > 1000, done.stdout[-2000:]
        assert server.call("GET", "/api/auth/me", token=server.owner).status == 200, "the run lost its login"
        assert server.process.poll() is None
