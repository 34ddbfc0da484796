"""The program: its commands, exit codes, start, stop, crash, backup and restore."""

import contextlib
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading

import pytest
from conftest import BINARY, PASSWORD, ROOT, Server, running


def waqtor(*arguments, stdin="", environment=None):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WAQTOR_")}
    return subprocess.run([BINARY, *arguments], input=stdin, capture_output=True, text=True, env={**clean, **(environment or {})}, cwd="/")


def test_usage_and_settings_errors_have_their_exit_code(folder):
    table = [
        (["serve", "--no-such-flag"], {}, 2, "--no-such-flag"),
        (["nonsense"], {}, 2, "nonsense"),
        ([], {}, 0, "doctor"),
        (["serve", "--data", str(folder), "--server-port", "70000"], {}, 2, 'server.port: "70000" is not allowed; allowed is 0 to 65535'),
        (["config", "show"], {"WAQTOR_SERVER_PROT": "1"}, 2, "WAQTOR_SERVER_PROT: is not a setting"),
        (["config", "show", "--config", "/no/such/file.toml"], {}, 3, "no file"),
        (["config", "show"], {"API_KEY": "short"}, 2, "auth.api_key: must have at least 24 characters"),
        (["serve", "--data", str(folder), "--listen", "nonsense"], {}, 2, "--listen"),
        (["key", "revoke", "x", "--data", str(folder)], {}, 3, "no WaQtor database"),
    ]
    for arguments, environment, code, says in table:
        done = waqtor(*arguments, environment=environment)
        assert done.returncode == code, (arguments, done.stdout, done.stderr)
        assert says.lower() in (done.stdout + done.stderr).lower(), (arguments, done.stdout, done.stderr)


def test_json_is_one_object_also_where_a_text_is_printed_and_where_the_usage_is_wrong():
    said = {name: json.loads(waqtor(*name.split(), "--json").stdout)["data"] for name in
            ("openapi", "config docs", "config events", "completion bash", "version")}
    assert said["openapi"]["openapi"] == "3.1.0" and said["openapi"] == json.loads(waqtor("openapi").stdout)
    assert said["config docs"]["text"] == waqtor("config", "docs").stdout
    assert said["config events"] == json.loads(waqtor("config", "events").stdout)
    assert "complete -F _waqtor waqtor" in said["completion bash"]["text"]
    for arguments, named in ((["serve", "--json", "--no-such-flag"], "--no-such-flag"), (["serve", "--no-such-flag", "--json"], "--no-such-flag"),
                             (["nonsense", "--json"], "nonsense")):
        done = waqtor(*arguments)
        error = json.loads(done.stdout)["error"]
        assert done.returncode == 2 and error["code"] == "invalid" and named in error["message"], (arguments, done.stdout)


def test_config_show_hides_secrets_and_says_where_values_came_from(tmp_path):
    file = tmp_path / "w.toml"
    file.write_text('[server]\nport = 9000\n[auth]\napi_key = "a-key-that-is-long-enough-1"\n')
    done = waqtor("config", "show", "--json", "--config", str(file), environment={"PORT": "9001"})
    settings = {one["key"]: one for one in json.loads(done.stdout)["data"]}
    assert settings["server.port"]["value"] == "9001" and settings["server.port"]["source"] == "environment"
    assert settings["auth.api_key"]["value"] == "***" and settings["auth.api_key"]["source"] == "file"
    assert "long-enough" not in done.stdout
    assert "long-enough" in waqtor("config", "show", "--no-redact", "--config", str(file)).stdout


def test_people_and_keys_from_the_command_line(house):
    house.run("user", "create", "--email", "owner@example.com", stdin=PASSWORD + "\n", code=4)
    house.run("user", "create", "--email", "not an address", stdin=PASSWORD + "\n", code=2)
    house.run("user", "reset-password", "--email", "nobody@example.com", stdin=PASSWORD + "\n", code=3)
    assert json.loads(house.run("user", "list", "--json"))["data"][0]["email"] == "owner@example.com"
    made = json.loads(house.run("key", "create", "--json", "--name", "cli", "--scope", "events_read"))["data"]
    assert house.call("GET", "/api/events", key=made["key"]).status == 200
    house.run("key", "create", "--name", "cli", "--scope", "everything", code=2)
    house.run("key", "revoke", made["id"])
    assert "revoked" in house.run("key", "list")
    assert made["key"] not in house.run("key", "list")
    house.run("user", "reset-password", "--email", "owner@example.com", stdin="another good one\n")
    assert house.log_in(password="another good one").status == 200
    types = [json.loads(line)["type"] for line in house.run("events", "tail", "--types", "key.*").splitlines()]
    assert types == ["key.created", "key.revoked"]


def test_people_come_change_and_go_from_the_command_line(house):
    def user(*arguments, code=0):
        return house.run("user", *arguments, "--email", "agent@example.com", "--json", code=code)

    invited = json.loads(user("invite", "--role", "agent"))["data"]
    assert house.register("agent@example.com", invitationToken=invited["token"]).data["user"]["role"] == "agent"
    user("invite", "--role", "agent", code=4)
    user("set", "--role", "emperor", code=2)
    user("set", "--active", "perhaps", code=2)
    now = json.loads(user("set", "--role", "viewer", "--name", "Mona", "--active", "false"))["data"]
    assert (now["role"], now["name"], now["isActive"]) == ("viewer", "Mona", False)
    assert house.log_in("agent@example.com").status == 401
    user("set", "--active", "true")
    assert house.log_in("agent@example.com").status == 200
    user("remove")
    assert house.log_in("agent@example.com").status == 401
    user("remove", code=3)
    house.run("user", "remove", "--email", "owner@example.com", code=4)   # the last owner stays


def test_keys_from_the_command_line_may_be_limited(house):
    session = house.call("POST", "/api/sessions", {"clientId": "shop", "start": False}, token=house.owner).data["id"]
    arguments = ["key", "create", "--json", "--name", "cli", "--scope", "sessions_read"]
    made = json.loads(house.run(*arguments, "--session", session, "--expires-at", "2100-01-31T00:00:00Z"))["data"]
    assert (made["sessions"], made["expiresAt"]) == ([session], "2100-01-31T00:00:00.000Z")
    assert [one["id"] for one in house.call("GET", "/api/sessions", key=made["key"]).data] == [session]
    house.run(*arguments, "--session", "x", code=2)
    house.run(*arguments, "--expires-at", "tomorrow", code=2)


def test_other_addresses_are_refused_until_an_owner_exists(folder):
    refused = waqtor("serve", "--data", str(folder), "--listen", "0.0.0.0:0")
    assert refused.returncode == 4 and "no owner exists" in refused.stderr
    with socket.create_server(("0.0.0.0", 0)) as given:   # as systemd would
        as_systemd = 'exec 3<&$0; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"'
        refused = subprocess.run(["bash", "-c", as_systemd, str(given.fileno()), BINARY, "serve", "--data", str(folder)], pass_fds=[given.fileno()],
                                 capture_output=True, text=True)
    assert refused.returncode == 4 and "no owner exists" in refused.stderr
    assert waqtor("user", "create", "--data", str(folder), "--email", "owner@example.com", stdin=PASSWORD + "\n").returncode == 0
    process = subprocess.Popen([BINARY, "serve", "--json", "--data", str(folder), "--listen", "0.0.0.0:0"], stdout=subprocess.PIPE, text=True)
    said = json.loads(process.stdout.readline())
    assert said["success"] and said["data"]["setupLink"] == ""
    process.terminate()
    process.communicate()
    assert process.returncode == 0


def test_one_server_a_folder(house):
    second = waqtor("serve", "--data", str(house.data), "--listen", "127.0.0.1:0")
    assert second.returncode == 4 and "is running on the data folder" in second.stderr


def test_a_crash_loses_no_answered_change(folder):
    server = Server(folder).start().make_owner()
    names = []

    def rename():
        try:
            for number in range(1000):
                if server.call("PUT", "/api/settings", {"name": f"Shop {number}"}, token=server.owner).status == 200:
                    names.append(number)
        except OSError:
            pass

    worker = threading.Thread(target=rename)
    worker.start()
    while len(names) < 20:
        pass
    server.stop(signal.SIGKILL)
    worker.join()
    with running(Server(folder)) as again:
        again.owner = server.owner
        settings = again.call("GET", "/api/settings", token=again.owner)
        assert settings.status == 200, "the login survives"
        assert int(settings.data["name"].split()[1]) in (names[-1], names[-1] + 1)
        log = again.call("GET", "/api/events?limit=1000", token=again.owner).data
        assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
        assert sum(event["type"] == "settings.updated" for event in log) - len(names) in (0, 1)


def test_sigterm_drains_and_exits_with_0(house):
    with socket.create_connection((house.address.hostname, house.address.port)) as idle:
        idle.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(65536).startswith(b"HTTP/1.1 200")
        assert house.stop() == 0
        assert idle.recv(65536) == b""
    assert "stopped" in house.log


def test_socket_activation_takes_over_the_listener(folder):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        script = "import os,sys; os.dup2(int(sys.argv[1]), 3); os.set_inheritable(3, True); os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid())); os.execv(sys.argv[2], sys.argv[2:])"
        process = subprocess.Popen([sys.executable, "-c", script, str(listener.fileno()), BINARY, "serve", "--json", "--data", str(folder)],
                                   stdout=subprocess.PIPE, text=True, pass_fds=[listener.fileno()])
        assert json.loads(process.stdout.readline())["data"]["url"] == f"http://127.0.0.1:{port}"
        process.terminate()
        process.communicate()
        assert process.returncode == 0


def test_the_service_manager_is_told(folder, tmp_path):
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        with running(Server(folder, environment={"NOTIFY_SOCKET": path})):
            assert manager.recv(100) == b"READY=1"
        assert manager.recv(100) == b"STOPPING=1"


def test_backup_while_running_and_restore_into_place(house, tmp_path):
    backup = tmp_path / "backup"
    assert house.call("PUT", "/api/settings", {"name": "Before"}, token=house.owner).status == 200
    house.run("backup", str(backup), "--include-key")
    house.run("backup", str(backup), code=4)
    manifest = json.loads((backup / "manifest.json").read_text())
    assert {file["name"] for file in manifest["files"]} == {"waqtor.db", "master.key"}
    assert house.call("PUT", "/api/settings", {"name": "After"}, token=house.owner).status == 200
    house.run("restore", str(backup), code=4)
    assert house.stop() == 0

    said = house.run("restore", str(backup))
    old = pathlib.Path(said.strip().rpartition(" ")[2])
    assert (old / "waqtor.db").exists(), "the old folder is kept"
    with running(Server(house.data)) as again:
        assert again.call("GET", "/api/settings", token=house.owner).data["name"] == "Before"


READERS = [["backup"], ["user", "list"], ["user", "reset-password", "--email", "x@example.com"], ["key", "list"], ["settings"], ["events", "tail"],
           ["session", "list"], ["session", "link", "shop"], ["contacts", "export"], ["contacts", "import", str(ROOT / "README.md")], ["campaign", "status", "x"]]


def test_commands_on_a_mistyped_folder_make_nothing(folder, tmp_path):
    for arguments in READERS:
        target = [str(tmp_path / "backup")] if arguments == ["backup"] else []
        done = waqtor(*arguments, *target, "--data", str(folder))
        assert done.returncode == 3, (arguments, done.stdout, done.stderr)
        assert f"no WaQtor database in the folder {folder}" in done.stderr, (arguments, done.stderr)
    sick = waqtor("doctor", "--json", "--data", str(folder))
    database = next(one for one in json.loads(sick.stdout)["data"] if one["check"] == "database")
    assert sick.returncode == 1 and "no WaQtor database" in database["says"] and "waqtor serve" in database["toDo"]
    assert list(tmp_path.iterdir()) == []


def make_older(data):
    """Takes the last migration out of the list, as if a program before it had made the database."""
    with contextlib.closing(sqlite3.connect(data / "waqtor.db")) as db, db:
        version = db.execute("SELECT max(version) FROM schema_migration").fetchone()[0]
        db.execute("DELETE FROM schema_migration WHERE version = ?", (version,))
    return version - 1


def test_commands_that_read_do_not_migrate(house, tmp_path):
    assert house.stop() == 0
    older = make_older(house.data)
    for arguments in (["backup", str(tmp_path / "backup")], ["user", "list"], ["key", "list"], ["events", "tail"]):
        done = waqtor(*arguments, "--data", str(house.data))
        assert done.returncode == 4 and f"has schema {older}" in done.stderr, (arguments, done.stderr)
    sick = json.loads(waqtor("doctor", "--json", "--data", str(house.data)).stdout)["data"]
    assert "waqtor migrate" in next(one for one in sick if one["check"] == "database")["toDo"]
    assert not (tmp_path / "backup").exists()
    with contextlib.closing(sqlite3.connect(house.data / "waqtor.db")) as db:
        assert db.execute("SELECT max(version) FROM schema_migration").fetchone()[0] == older


def test_a_lost_master_key_is_not_replaced_by_a_command(house):
    assert house.stop() == 0
    key = house.data / "master.key"
    key.unlink()
    done = waqtor("user", "list", "--data", str(house.data))
    assert done.returncode == 3 and str(key) in done.stderr and not key.exists()


def test_media_files_are_backed_up_checked_and_restored(house, tmp_path):
    bytes_of = {}
    for number in range(3):
        raw = f"price list {number}\n" * 50
        made = house.call("POST", f"/api/messages/upload?name={number}.txt", token=house.owner, raw=raw, headers={"Content-Type": "text/plain"})
        assert made.status == 201, made.body
        file = made.data["file"]
        bytes_of[f"media/{file[:2]}/{file}"] = raw
    (house.data / "media" / "coming.0011").write_text("half a file")
    backup = tmp_path / "backup"
    assert "3 media files" in house.run("backup", str(backup), "--include-key")
    listed = {one["name"]: one for one in json.loads((backup / "manifest.json").read_text())["files"]}
    assert set(listed) == {"waqtor.db", "master.key", *bytes_of}
    for name, raw in bytes_of.items():
        assert (backup / name).read_text() == raw and name.endswith(listed[name]["sha256"]) and listed[name]["bytes"] == len(raw)
    assert house.stop() == 0
    shutil.rmtree(house.data)

    first = backup / next(iter(bytes_of))
    kept = first.read_bytes()
    first.unlink()
    assert waqtor("restore", str(backup), "--data", str(house.data)).returncode == 3
    first.write_bytes(b"damage")
    damaged = waqtor("restore", str(backup), "--data", str(house.data))
    assert damaged.returncode == 4 and first.name in damaged.stderr
    first.write_bytes(kept)
    house.run("restore", str(backup))
    assert {str(file.relative_to(house.data)): file.read_text() for file in house.data.glob("media/*/*")} == bytes_of


def test_no_backup_names_a_file_outside_its_folder(house, tmp_path):
    backup = tmp_path / "backup"
    house.run("backup", str(backup))
    assert house.stop() == 0
    manifest = backup / "manifest.json"
    good = json.loads(manifest.read_text())
    for name in ("../secret", "media/../../secret", "/etc/hostname", "media/ab/" + "0" * 64, "media/ab/coming.0011"):
        manifest.write_text(json.dumps({**good, "files": [*good["files"], {"name": name, "bytes": 0, "sha256": ""}]}))
        refused = waqtor("restore", str(backup), "--data", str(house.data))
        assert refused.returncode == 2 and name in refused.stderr, (name, refused.stderr)


def test_a_backup_that_fails_leaves_nothing_and_may_be_tried_again(house, tmp_path):
    backup = tmp_path / "backup"
    house.run("backup", str(tmp_path / "good"))
    size = (tmp_path / "good" / "waqtor.db").stat().st_size
    assert size > 200_000
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, size // 2))   # noqa: E731
    # Python ignores SIGXFSZ and with restore_signals=False so does the program: a write past the limit fails like a full disk.
    failed = subprocess.run([BINARY, "backup", str(backup), "--include-key", "--data", str(house.data)], capture_output=True, text=True,
                            preexec_fn=limit, restore_signals=False)
    assert failed.returncode in (1, 5), (failed.returncode, failed.stdout, failed.stderr)
    assert not backup.exists(), "no master key is left behind"
    house.run("backup", str(backup), "--include-key")


def test_a_refused_restore_leaves_no_key_behind(house, tmp_path):
    backup = tmp_path / "backup"
    house.run("backup", str(backup), "--include-key")
    assert house.stop() == 0
    manifest = json.loads((backup / "manifest.json").read_text())
    manifest["schemaVersion"] -= 1
    (backup / "manifest.json").write_text(json.dumps(manifest))
    before = sorted(tmp_path.iterdir())
    refused = waqtor("restore", str(backup), "--data", str(house.data) + "/")
    assert refused.returncode == 4 and "another schema" in refused.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_a_damaged_or_newer_backup_is_refused(house, tmp_path):
    backup = tmp_path / "backup"
    house.run("backup", str(backup))
    assert not (backup / "master.key").exists()
    assert house.stop() == 0
    manifest = backup / "manifest.json"
    good = manifest.read_text()
    manifest.write_text(good.replace('"schemaVersion": ', '"schemaVersion": 9'))
    assert "knows schemas up to" in waqtor("restore", str(backup), "--data", str(house.data)).stderr
    manifest.write_text(good)
    with open(backup / "waqtor.db", "r+b") as file:
        file.seek(5000)
        file.write(b"damage")
    refused = waqtor("restore", str(backup), "--data", str(house.data))
    assert refused.returncode == 4 and "damaged" in refused.stderr
    (backup / "manifest.json").unlink()
    assert waqtor("restore", str(backup), "--data", str(house.data)).returncode == 3
    with running(Server(house.data)) as again:
        assert again.call("GET", "/api/auth/me", token=house.owner).status == 200, "the data was not touched"


def test_doctor_finds_what_is_wrong(house, tmp_path):
    findings = {one["check"]: one for one in json.loads(house.run("doctor", "--json"))["data"]}
    assert findings["integrity"]["health"] == "good" and findings["server"]["says"].startswith("running")
    key = pathlib.Path(house.data) / "master.key"
    key.chmod(0o444)
    sick = json.loads(house.run("doctor", "--json", code=1))["data"]
    assert any(one["health"] == "bad" and "may be read by others" in one["says"] for one in sick)
    key.chmod(0o400)


@pytest.mark.parametrize("name,arguments", [("openapi.json", ["openapi"]), ("events.json", ["config", "events"]), ("settings.md", ["config", "docs"])])
def test_the_committed_api_files_are_what_the_program_says(name, arguments):
    assert waqtor(*arguments).stdout == (ROOT / "api" / name).read_text()


def test_completion_is_valid_shell(tmp_path):
    script = tmp_path / "completion"
    script.write_text(waqtor("completion", "bash").stdout)
    probe = f"source {script}; COMP_WORDS=(waqtor key ''); COMP_CWORD=2; _waqtor; echo ${{COMPREPLY[@]}}"
    assert "create" in subprocess.run(["bash", "-c", probe], capture_output=True, text=True, check=True).stdout
