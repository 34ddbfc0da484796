"""packages/sdk-node as built, in Chromium: with the login cookie, with a ticket, over restarts, and its React hook."""

import contextlib
import pathlib
import signal

import pytest
from playwright.sync_api import expect

from conftest import api

SDK = pathlib.Path(__file__).resolve().parents[2] / "packages/sdk-node"
MODULES = SDK / "node_modules"
SHIM = "export const { useCallback, useEffect, useRef, useState, useSyncExternalStore } = window.React;"
PAGE = """<!doctype html><html lang="en"><title>SDK</title><link rel="icon" href="data:,"><div id="root"></div>
<script type="importmap">{"imports": {"react": "/sdk/shim.js"}}</script>
<script src="/sdk/react.production.min.js"></script><script src="/sdk/react-dom.production.min.js"></script>
<script type="module">
  import * as sdk from "/sdk/index.js";
  import { useRealtime, useWebSocket } from "/sdk/react.js";
  Object.assign(window, { sdk, useRealtime, useWebSocket, ready: true });
</script></html>"""


def answer(route):
    name = route.request.url.rpartition("/sdk/")[2]
    found = {"": PAGE, "shim.js": SHIM}.get(name)
    if found is None:
        places = [SDK / "dist/esm" / name, MODULES / "react/umd" / name, MODULES / "react-dom/umd" / name]
        found = next(place for place in places if place.exists()).read_text()
    route.fulfill(body=found, content_type="text/javascript" if name else "text/html")


class FixedServer(api.Server):
    """Comes back on the same port after a stop."""

    listen = "127.0.0.1:0"

    def start(self):
        super().start()
        self.listen = self.address.netloc
        return self


@pytest.fixture
def server(folder):
    with api.running(FixedServer(folder)) as started:
        yield started.make_owner()


@pytest.fixture
def opened(page, server):
    # A page that a test fulfils counts as one from the internet, which may not connect to this machine.
    page.context.grant_permissions(["local-network-access"])
    page.route(f"{server.url}/sdk/**", answer)
    page.goto(f"{server.url}/sdk/")
    page.wait_for_function("window.ready")
    return page


def log_in(page):
    status = page.evaluate("""(password) => fetch("/api/auth/login", {
        method: "POST", headers: { "Content-Type": "application/json", "X-Waqtor-Request": "1" },
        body: JSON.stringify({ email: "owner@example.com", password, kind: "cookie" }) }).then((answer) => answer.status)""", api.PASSWORD)
    assert status == 200


def listen(page, options):
    page.evaluate("""(options) => {
        window.seen = [];
        window.client = new sdk.Realtime({ baseURL: location.origin, backoff: { base: 20, cap: 200 }, quickAttempts: 1e9, ...options });
        client.on("*", (event) => seen.push(event.seq));
        client.connect().subscribe({ topics: ["*"] }).ready.then(() => window.subscribed = true);
    }""", options)
    page.wait_for_function("window.subscribed")


def rename(server, count):
    for number in range(count):
        assert server.call("PUT", "/api/settings", {"name": f"Shop {number}"}, token=server.owner).status == 200
    return server.call("GET", "/api/events?limit=1000", token=server.owner).json["last"]


@contextlib.contextmanager
def refused_connections(page):
    """Chromium says so of every attempt while the server is away."""
    yield
    assert all("ERR_CONNECTION" in one or "WebSocket" in one for one in page.complaints), page.complaints
    page.complaints.clear()


@pytest.mark.parametrize("proof", ["cookie", "ticket"])
def test_events_reach_a_page_once_and_over_a_kill(opened, server, proof):
    if proof == "cookie":
        log_in(opened)
    listen(opened, {} if proof == "cookie" else {"apiKey": server.make_key("events_read")})
    start = opened.evaluate("client.position")
    middle = rename(server, 3)
    opened.wait_for_function("(seq) => client.position >= seq", arg=middle)
    with refused_connections(opened):
        server.stop(signal.SIGKILL)
        server.start()
        end = rename(server, 3)
        opened.wait_for_function("(seq) => client.position >= seq", arg=end)
        assert opened.evaluate("seen") == list(range(start + 1, end + 1))
        assert opened.evaluate("client.state") == "open"
        opened.evaluate("client.close()")


def test_the_react_hook_shows_events_while_it_is_shown(opened, server):
    log_in(opened)
    opened.evaluate("""() => {
        const { createElement: h, StrictMode, useState } = React;
        window.heard = [];
        function News({ client }) {
            const { state, lastEvent } = useWebSocket(client, { events: ["settings.*"] }, (event) => heard.push(event.seq));
            return h("p", { role: "status" }, `${state} ${lastEvent ? lastEvent.seq : "nothing"}`);
        }
        function App() {
            const client = useRealtime({ baseURL: location.origin });
            const [shown, show] = useState(true);
            window.client = client;
            return h("div", null, h("button", { onClick: () => show(!shown) }, "Toggle"), shown && h(News, { client }));
        }
        ReactDOM.createRoot(document.getElementById("root")).render(h(StrictMode, null, h(App)));
    }""")
    expect(opened.get_by_role("status")).to_have_text("open nothing")
    opened.evaluate("client.ping()")   # the subscription was sent before: now it stands
    start = rename(server, 1)
    expect(opened.get_by_role("status")).to_have_text(f"open {start}")
    opened.get_by_role("button").click()
    expect(opened.get_by_role("status")).to_have_count(0)
    opened.evaluate("client.ping()")
    hidden = rename(server, 1)
    opened.get_by_role("button").click()
    expect(opened.get_by_role("status")).to_have_text("open nothing")
    opened.evaluate("client.ping()")
    end = rename(server, 1)
    expect(opened.get_by_role("status")).to_have_text(f"open {end}")
    assert opened.evaluate("heard") == [start, end] and hidden == start + 1
