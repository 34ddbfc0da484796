"""Our pages in Debian's Chromium. A page may not complain about anything, nor ask another host for anything."""

import importlib.util
import os
import pathlib
import sys

import pytest
from playwright.sync_api import sync_playwright

spec = importlib.util.spec_from_file_location("api_conftest", pathlib.Path(__file__).parents[1] / "api/conftest.py")
api = importlib.util.module_from_spec(spec)
sys.modules["api_conftest"] = api
spec.loader.exec_module(api)

folder = api.folder


@pytest.fixture
def server(folder):
    """A fresh server without an owner."""
    with api.running(api.Server(folder)) as started:
        yield started


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        # Chromium's own sandbox does not work for root; what is opened is only ours.
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"] if os.getuid() == 0 else [])
        yield browser
        browser.close()


class Complaints(list):
    """What a page said or did that it should not: console errors, exceptions, blocked or foreign requests."""

    def watch(self, page, url):
        page.on("console", lambda message: message.type in ("error", "warning") and self.append(f"{message.type}: {message.text} at {message.location['url'].removeprefix(url)}"))
        page.on("pageerror", lambda error: self.append(f"exception: {error}"))
        page.on("requestfailed", lambda request: self.append(f"failed: {request.url} {request.failure}"))
        page.on("request", lambda request: request.url.startswith((url + "/", "data:", "blob:")) or self.append(f"foreign: {request.url}"))
        page.add_init_script("document.addEventListener('securitypolicyviolation', "
                             "(event) => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI))")


@pytest.fixture(params=["en-US", "ar-EG"])
def page(request, chromium, server):
    context = chromium.new_context(locale=request.param)
    opened = context.new_page()
    opened.complaints = Complaints()
    opened.complaints.watch(opened, server.url)
    opened.arabic = request.param.startswith("ar")
    yield opened
    context.close()
    assert opened.complaints == []
