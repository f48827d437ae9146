"""A real Chromium for the tests in this folder. Without one they fail and say what to install; they never skip."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

import anyio
import pytest
from playwright.sync_api import expect, sync_playwright

from find_chromium import advice, find_chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

# Served files are read through it, and it is loaded at the first use: in a server's thread that would happen while this
# one runs a greenlet, which Python 3.11's compiler of pytest's assertions does not survive.
assert callable(anyio.open_file)
PHONE_PX = 390
DESK_PX = 1440
HEIGHT_PX = {PHONE_PX: 844, DESK_PX: 900}
PATIENCE_MS = 120_000
"""How long a page may take for anything: a patience, and no verdict on how fast a machine is."""
expect.set_options(timeout=PATIENCE_MS)
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Launch one browser for a file of tests: Playwright holds an event loop while it is up, so it must not stay."""
    if wanting := advice():
        pytest.fail(wanting, pytrace=False)
    as_root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=[*as_root, *QUIET], timeout=PATIENCE_MS
        )
        yield browser
        browser.close()


class PageAt(Protocol):
    """Opens a fresh reader: a page with cookies of its own at a width in CSS pixels."""

    def __call__(self, width_px: int, *, javascript: bool = True, locale: str = "zh-CN") -> Page:
        """Open the page."""
        ...


@pytest.fixture
def page_at(chromium: Browser) -> Iterator[PageAt]:
    """Give pages at 390 px (a phone) and 1440 px (a desk); afterwards, nothing may have gone wrong in any of them.

    An error in the console (a script's, the Content-Security-Policy's) or a request to an outside host fails the test.
    """
    wrong: list[str] = []
    contexts = []

    def said(message: ConsoleMessage) -> None:
        # A document's own 4xx is the test's business; a missing script or picture of the page is ours.
        own_status = message.page is not None and message.location.get("url") == message.page.url
        if message.type == "error" and not (own_status and message.text.startswith("Failed to load resource")):
            wrong.append(f"console: {message.text} ({message.location.get('url')})")

    def asked(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.hostname not in LOOPBACK:
            wrong.append(f"outside request: {request.url}")

    def open_page(width_px: int, *, javascript: bool = True, locale: str = "zh-CN") -> Page:
        context = chromium.new_context(
            viewport={"width": width_px, "height": HEIGHT_PX.get(width_px, HEIGHT_PX[DESK_PX])},
            locale=locale,
            timezone_id="Asia/Shanghai",
            java_script_enabled=javascript,
            has_touch=width_px == PHONE_PX,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.on("console", said)
        context.on("weberror", lambda error: wrong.append(f"script: {error.error}"))
        context.on("request", asked)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong, "\n".join(wrong)
