"""README's five steps, run as they stand there, against `waqtor serve` on an empty folder."""

import os
import re
import signal
import subprocess

from conftest import BINARY, ROOT


def test_the_five_steps_work(tmp_path):
    steps = re.search(r"```bash\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WAQTOR_")}
    server = subprocess.Popen([BINARY, "serve", "--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    try:
        link = next(line.split()[-1] for line in server.stdout if "/setup#" in line)
        url, _, token = link.partition("/setup#")
        assert "URL=http://127.0.0.1:8080" in steps
        script = "set -e\n" + steps.replace("URL=http://127.0.0.1:8080", f"URL={url}").replace("wait=30", "wait=1")
        done = subprocess.run(["bash", "-c", script], env={**environment, "TOKEN": token}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert '"role":"owner"' in done.stdout
        assert '"type":"key.created"' in done.stdout
        assert done.stdout.rstrip().endswith('"data":[],"last":5,"hasMore":false}')
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate()
    assert server.returncode == 0
