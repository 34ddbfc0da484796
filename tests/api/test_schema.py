"""Schemathesis drives every operation of the server's own openapi.json: no server error, no answer outside the schema."""

import json
import os
import pathlib
import re
import subprocess
import sys

from conftest import PASSWORD, running, Server

HERE = pathlib.Path(__file__).resolve().parent

# The login goes with every request as a header, so the schema's three ways of logging in are not the generator's to vary: what happens
# without them, or with wrong ones, is in test_auth.py and test_keys.py.
VARIED_ELSEWHERE = "ignored_auth"
# U+0000 is refused in every text (test_bad_input.py), which JSON Schema has no word for.
# Would end the login the run comes with: they have a run of their own, in which every request comes with a new one.
ENDS_THE_LOGIN = "^/api/auth/(logout(-all)?$|logins/)"


def run(server, folder, *more, examples, enough, **environment):
    schema = server.call("GET", "/api/openapi.json").json
    del schema["components"]["securitySchemes"]
    for operations in schema["paths"].values():
        for operation in operations.values():
            operation.pop("security", None)
    (folder / "openapi.json").write_text(json.dumps(schema))
    done = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"), "run", str(folder / "openapi.json"), "--url", server.url,
         "--exclude-checks", VARIED_ELSEWHERE, "--phases", "examples,coverage,fuzzing", "--max-examples", examples, "--seed", "7",
         "--suppress-health-check", "all", "--generation-allow-x00", "false", "--no-color", *more],
        cwd=folder, capture_output=True, text=True, env={**os.environ, **environment})
    assert done.returncode == 0, done.stdout[-12000:] + done.stderr[-2000:]
    cases = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert cases and int(cases[2]) > enough, done.stdout[-2000:]


def settings():
    return ["--auth-login-attempts", "1000", "--auth-login-attempts-per-address", "10000", "--events-longest-wait-seconds", "0",
            # Nobody answers there, at once: sessions that the run makes must not look for WhatsApp.
            "--whatsapp-url", "wss://127.0.0.1:9/ws/chat"]


def test_every_operation_keeps_to_its_schema(folder, tmp_path):
    examples = "200" if os.environ.get("TEST_LONG") else "15"
    with running(Server(folder, settings())) as server:
        server.make_owner()
        run(server, tmp_path, "--header", f"Authorization: Bearer {server.owner}", "--exclude-path-regex", ENDS_THE_LOGIN, "--workers", "2",
            examples=examples, enough=1000)
        assert server.call("GET", "/api/auth/me", token=server.owner).status == 200, "the run lost its login"
        assert server.process.poll() is None


def test_logging_out_keeps_to_its_schema(folder, tmp_path):
    with running(Server(folder, settings())) as server:
        server.make_owner()
        run(server, tmp_path, "--include-path-regex", ENDS_THE_LOGIN, examples="3", enough=10,
            SCHEMATHESIS_HOOKS="new_login", PYTHONPATH=str(HERE), NEW_LOGIN_URL=server.url, NEW_LOGIN_PASSWORD=PASSWORD)
        assert server.call("GET", "/api/auth/me", token=server.owner).status == 401, "nothing ended the first login"
        assert server.process.poll() is None
