"""/ws-monitor.html: live figures over the socket, equal to /api/ws-monitor, in English and Arabic."""

import importlib.util
import pathlib
import re

import pytest
from playwright.sync_api import expect

import api_conftest as api

spec = importlib.util.spec_from_file_location("websockets_of_the_scenarios", pathlib.Path(__file__).parents[1] / "api/realtime.py")
realtime = importlib.util.module_from_spec(spec)
spec.loader.exec_module(realtime)

WORDS = {
    False: {"dir": "ltr", "live": "live", "email": "E-mail address", "password": "Password", "enter": "Log in", "other": "العربية",
            "connections": "connections", "end": "End", "sure": "Really end?"},
    True: {"dir": "rtl", "live": "مباشر", "email": "البريد الإلكتروني", "password": "كلمة المرور", "enter": "تسجيل الدخول", "other": "English",
           "connections": "الاتصالات", "end": "إنهاء", "sure": "إنهاء فعلًا؟"},
}


@pytest.fixture
def server(folder):
    """With pings so rare that none changes a figure while it is compared."""
    with api.running(api.Server(folder, ["--realtime-heartbeat-ms", "3600000"])) as started:
        yield started


def log_in(page, server, words, password="correct horse battery"):
    page.goto(f"{server.url}/ws-monitor.html")
    expect(page.locator("html")).to_have_attribute("dir", words["dir"])
    page.get_by_label(words["email"]).fill("owner@example.com")
    page.get_by_label(words["password"]).fill(password)
    page.get_by_role("button", name=words["enter"], exact=True).click()


def refused(page):
    """Chromium says so of every refusal: those we asked for."""
    wanted = "error: Failed to load resource: the server responded with a status of 401 (Unauthorized) at /api/auth/"
    assert page.complaints and all(one.startswith(wanted) for one in page.complaints), page.complaints
    page.complaints.clear()


def monitor(server):
    return server.call("GET", "/api/ws-monitor", token=server.owner).data


def size(bytes):
    """As the page writes it."""
    return f"{bytes} B" if bytes < 1024 else f"{bytes / 1024:.1f} KiB" if bytes < 1048576 else f"{bytes / 1048576:.1f} MiB"


def until_met(page, server, figures_of):
    """Asks the API and looks at the page until both say the same; the test's own time limit ends a wait that is in vain."""
    while True:
        wanted = {name: str(value) for name, value in figures_of(monitor(server)).items()}
        if wanted == {name: page.locator(f"#figure-{name}").inner_text() for name in wanted}:
            return


def test_the_figures_are_live_and_those_of_the_api(page, server):
    words = WORDS[page.arabic]
    server.make_owner()
    log_in(page, server, words, "wrong horse battery")
    expect(page.get_by_role("alert")).not_to_be_empty()
    page.get_by_label(words["password"]).fill("correct horse battery")
    page.get_by_role("button", name=words["enter"], exact=True).click()
    expect(page.get_by_role("status")).to_have_text(words["live"])
    refused(page)
    figure = lambda name: page.locator(f"#figure-{name}")
    expect(figure("connections")).to_have_text("1")   # the page itself
    key = server.make_key("events_read")
    with realtime.with_key(server, key) as client:
        client.ask("subscribe", topics=["system"])
        expect(figure("connections")).to_have_text("2")
        expect(page.locator("#clients tr")).to_have_count(2)
        assert realtime.refusal(server, X_API_Key="wqk_wrong")[0] == 401
        expect(figure("unauthorizedAttempts")).to_have_text("1")
        expect(page.locator("#security tr")).to_have_count(1)
        # A figure shown is one the API gives: both are asked for until they meet, which they do as nothing else happens.
        found = monitor(server)
        for name, value in [("connections", found["connections"]["current"]), ("total", found["connections"]["total"]),
                            ("alive", found["connections"]["alive"]), ("dead", found["connections"]["dead"]), ("errors", found["errors"]["total"]),
                            ("version", found["server"]["version"]), ("overloaded", found["buffer"]["overloaded"]),
                            *[(name, value) for name, value in found["security"].items()]]:
            expect(figure(name)).to_have_text(str(value))
        # Those that move by themselves meet as well, in one picture.
        until_met(page, server, lambda of: {
            "messages": of["messages"]["received"], "delivered": of["messages"]["delivered"], "broadcasts": of["messages"]["broadcasts"],
            "left": of["connections"]["disconnections"], "uptime": of["server"]["uptimeFormatted"], "buffered": size(of["buffer"]["totalBuffered"])})
        until_met(page, server, lambda of: {"memory": size(of["system"]["memory"]["rss"])})
        until_met(page, server, lambda of: {"cpu": f"{of['system']['cpu']['seconds']:.1f} s"})
        until_met(page, server, lambda of: {"load": " ".join(f"{one:.2f}" for one in of["system"]["cpu"]["loadAvg"]) + f" / {of['system']['cpu']['cores']}"})
        ours = next(one for one in found["clients"] if "system" in one["subscriptions"])
        row = page.locator(f"#clients tr[data-client='{ours['id']}']")
        shown = [str(ours["id"]), ours["ip"], ours["user"][-8:], ours["proof"], None, "–", "–", size(ours["buffered"]), str(ours["received"]), str(ours["sent"]),
                 str(ours["violations"]), "system"]
        for cell, expected in zip(row.locator("td").all(), shown):
            if expected is not None:   # how long it is connected moves
                expect(cell).to_have_text(expected)
        entry = found["securityLog"][0]
        expect(page.locator("#security tr td").nth(2)).to_have_text(entry["address"])
        expect(page.locator("#security tr td").nth(3)).to_have_text(entry["detail"])
        row.get_by_role("button", name=words["end"], exact=True).click()
        page.locator(f"#clients tr[data-client='{ours['id']}']").get_by_role("button", name=words["sure"], exact=True).click()
        assert client.closed() == (1008, "ended by an administrator")
    expect(figure("connections")).to_have_text("1")
    expect(page.locator("#security tr")).to_have_count(2)


def test_charts_are_drawn_and_the_language_changes(page, server):
    words = WORDS[page.arabic]
    server.make_owner()
    log_in(page, server, words)
    expect(page.get_by_role("status")).to_have_text(words["live"])
    refused(page)
    drawn = "(canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0)"
    for chart in ["connections", "messages", "memory"]:
        page.wait_for_function(f"({drawn})(document.getElementById('chart-{chart}'))")
    page.get_by_role("button", name=words["other"]).click()
    expect(page.locator("html")).to_have_attribute("dir", WORDS[not page.arabic]["dir"])
    expect(page.get_by_role("status")).to_have_text(WORDS[not page.arabic]["live"])
    with page.expect_download() as started:
        page.locator("#log").click()
    lines = pathlib.Path(started.value.path()).read_text().splitlines()
    assert len(lines) > 1 and re.search(r'"connections"', lines[0])


def test_the_page_comes_back_after_a_restart(page, server, folder):
    words = WORDS[page.arabic]
    server.make_owner()
    log_in(page, server, words)
    expect(page.get_by_role("status")).to_have_text(words["live"])
    refused(page)
    port = server.address.port
    assert server.stop() == 0
    expect(page.get_by_role("status")).to_have_attribute("data-state", "lost")
    server.listen = f"127.0.0.1:{port}"
    server.start()
    expect(page.get_by_role("status")).to_have_text(words["live"], timeout=90_000)
    page.complaints.clear()   # Chromium says that the server was away
