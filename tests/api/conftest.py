"""Starts real servers for the API scenarios: `waqtor serve` on a free port, an empty folder, SQLite or a PostgreSQL of our own."""

import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import urllib.parse

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("TEST_BINARY", str(ROOT / "build/release/waqtor"))
PASSWORD = "correct horse battery"
POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = response.headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def data(self):
        return self.json["data"]

    @property
    def code(self):
        return self.json["error"]["code"]

    @property
    def problems(self):
        return {detail["field"]: detail["problem"] for detail in self.json["error"].get("details", [])}


class Server:
    """One running server. `call` sends a request as somebody; the default is nobody."""

    listen = "127.0.0.1:0"

    def __init__(self, data, arguments=(), environment=None):
        self.data = pathlib.Path(data)
        self.arguments = list(arguments)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("WAQTOR_")} | (environment or {})
        self.process = None

    def start(self):
        self.log_file = tempfile.TemporaryFile("w+")   # a pipe that nobody reads would fill up and stop the server
        self.process = subprocess.Popen([BINARY, "serve", "--json", "--data", str(self.data), "--listen", self.listen, *self.arguments],
                                        stdout=subprocess.PIPE, stderr=self.log_file, text=True, env=self.environment)
        line = self.process.stdout.readline()
        assert line, f"the server did not start: {self.log}"
        self.listening(json.loads(line))
        return self

    def listening(self, said):
        """What it said when it was ready."""
        assert said["success"], said
        self.url = said["data"]["url"]
        self.setup_token = said["data"]["setupLink"].rpartition("#")[2]
        self.address = urllib.parse.urlsplit(self.url)

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.communicate()
        return self.process.returncode

    @property
    def log(self):
        self.log_file.seek(0)
        return self.log_file.read()

    def call(self, method, path, body=None, *, key=None, token=None, cookie=None, headers=None, raw=None):
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=90)
        sent = dict(headers or {})
        if key:
            sent["X-API-Key"] = key
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if cookie:
            sent["Cookie"] = cookie
        payload = raw
        if body is not None:
            payload = json.dumps(body)
        if payload is not None:
            sent.setdefault("Content-Type", "application/json")
        with contextlib.closing(connection):
            connection.request(method, path, payload.encode() if isinstance(payload, str) else payload, sent)
            response = connection.getresponse()
            return Answer(response, response.read().decode())

    def register(self, email="owner@example.com", password=PASSWORD, **more):
        return self.call("POST", "/api/auth/register", {"email": email, "password": password, **more})

    def log_in(self, email="owner@example.com", password=PASSWORD, **more):
        return self.call("POST", "/api/auth/login", {"email": email, "password": password, **more})

    def make_owner(self):
        made = self.register(setupToken=self.setup_token, workspaceName="Shop")
        assert made.status == 201, made.body
        self.owner = made.data["token"]
        return self

    def make_key(self, *scopes, **more):
        made = self.call("POST", "/api/keys", {"name": "test", "scopes": list(scopes), **more}, token=self.owner)
        assert made.status == 201, made.body
        return made.data["key"]

    def run(self, *arguments, stdin="", code=0):
        """A command on the same data."""
        done = subprocess.run([BINARY, *arguments, "--data", str(self.data), *self.arguments], input=stdin, capture_output=True, text=True,
                              env=self.environment)
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout


class Postgres:
    """A PostgreSQL 15 of our own on a Unix socket in a temporary folder; it refuses to run as root, so then `nobody` runs it."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="waqtor-pg-"))
        self.user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.getuid() == 0 else []
        if self.user:
            shutil.chown(self.folder, "nobody", "nogroup")
        self._run(str(POSTGRES / "initdb"), "-D", str(self.folder / "data"), "-U", "waqtor", "-A", "trust", "-E", "UTF8", "--no-sync")
        self._run(str(POSTGRES / "pg_ctl"), "-D", str(self.folder / "data"), "-w", "-l", str(self.folder / "log"), "-o",
                  f"-c listen_addresses='' -k {self.folder}", "start")
        self.count = 0

    def _run(self, *command):
        subprocess.run([*self.user, *command], check=True, stdout=subprocess.DEVNULL, cwd=self.folder)

    def database(self):
        self.count += 1
        name = f"waqtor{self.count}"
        self._run(str(POSTGRES / "createdb"), "-h", str(self.folder), "-U", "waqtor", name)
        return f"postgresql://waqtor@/{name}?host={urllib.parse.quote(str(self.folder), safe='')}"

    def stop(self):
        self._run(str(POSTGRES / "pg_ctl"), "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder)


@pytest.fixture(scope="session")
def postgres():
    running = Postgres()
    yield running
    running.stop()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


@contextlib.contextmanager
def running(server):
    server.start()
    try:
        yield server
    finally:
        if server.process.poll() is None:
            assert server.stop() == 0, server.log


@pytest.fixture(params=["sqlite", "postgres"])
def server(request, folder):
    """A fresh server without an owner, on each database."""
    arguments = []
    if request.param == "postgres":
        arguments = ["--database-url", request.getfixturevalue("postgres").database()]
    with running(Server(folder, arguments)) as started:
        yield started


@pytest.fixture
def owned(server):
    return server.make_owner()


@pytest.fixture
def house(folder):
    """A server with an owner on SQLite, for what does not depend on the database."""
    with running(Server(folder)) as started:
        yield started.make_owner()
