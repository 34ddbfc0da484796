"""A log that nobody reads, or whose reader is gone, stops nothing."""

import os
import subprocess
import json

import conftest


class Unread(conftest.Server):
    """A server whose log goes into a pipe."""

    def start(self):
        self.reading, writing = os.pipe()
        self.process = subprocess.Popen([conftest.BINARY, "serve", "--json", "--data", str(self.data), "--listen", "127.0.0.1:0", *self.arguments],
                                        stdout=subprocess.PIPE, stderr=writing, text=True, env=self.environment)
        os.close(writing)
        self.listening(json.loads(self.process.stdout.readline()))
        return self


def answers(server, count):
    return {server.call("GET", "/api/nothing").status for _ in range(count)}


def test_a_full_pipe_stops_nothing(folder):
    server = Unread(folder).start()
    assert answers(server, 1500) == {404}   # three times what a pipe holds
    dropped = server.call("GET", "/metrics").body.partition("\nwaqtor_log_dropped_total ")[2].split("\n")[0]
    assert dropped == "0"   # what the pipe does not hold is kept
    assert server.stop() == 0
    os.close(server.reading)


def test_a_reader_that_goes_stops_nothing(folder):
    server = Unread(folder).start()
    os.close(server.reading)
    assert answers(server, 10) == {404}
    assert server.stop() == 0
