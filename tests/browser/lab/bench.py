"""The wake-up lab: a jump played in real Chromium under each browser's name, and what was seen of it.

Chromium cannot be another browser, so the lab says what *we* answer to each and how our page behaves: which way is taken,
what a tap opens, and how the page ends where the app comes up, where none does, where the browser asks, and without a
script. What the browser itself does with the address is the wake-up data's claim, with its source.
"""

from __future__ import annotations

import threading
import time
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, cast
from urllib.parse import quote, urlsplit

import urllib3
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from hongmao.events.api import Kind
from hongmao.web.assets import STATIC
from hongmao.web.edge.app import EdgeApp
from web.edge.house import EdgeHouse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, Page

AGENTS: Final = Path(__file__).with_name("agents.toml")
HIDE: Final = """() => {
  Object.defineProperty(document, "visibilityState", { value: "hidden" });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
ASK: Final = "() => window.dispatchEvent(new Event('blur'))"
STANDS_AT: Final = "2100-01-01"
TELLS_WITHIN_S: Final = 120
# Past the page's timer of two seconds, and past what it grants the web page to come up.
PATIENCE_MS: Final = 6_000


@dataclass(frozen=True, kw_only=True)
class Agent:
    """One browser and what was recorded of it."""

    name: str
    text: str
    profile: str
    first: str
    opens: str = ""
    store: bool = False


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the lab saw. Outcomes are those that the page told; "" where there was no page to tell any."""

    profile: str
    first: str
    opens: str = ""
    store: bool = False
    app_there: str = ""
    app_absent: str = ""
    asked: str = ""
    chosen: str = ""
    scriptless: str = ""


def agents() -> list[Agent]:
    """Read what the lab plays."""
    return [Agent(**entry) for entry in tomllib.loads(AGENTS.read_text(encoding="utf-8"))["agent"]]


class Lab:
    """The edge on a port of its own; the shop's pages and the universal link stand behind it."""

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium
        self.house = EdgeHouse()
        routes = [Route("/shop", _shop), Route("/ul", _shop), Mount("/static", StaticFiles(directory=STATIC))]
        app = EdgeApp(self.house.services, cast("Any", Starlette(routes=routes)))
        config = uvicorn.Config(cast("Any", app), host="127.0.0.1", port=0, log_config=None, lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._taps = 0

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.01)
        self.base = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"
        page = f"{self.base}/shop"
        link = self.house.links.kept["link-1"]
        deeplink = f"tbopen://m.taobao.com/tbopen/index.html?h5Url={quote(page, safe='')}&action=ali.open.nav"
        self.house.links.update(replace(link, deeplink=deeplink, universal_link=f"{self.base}/ul", fallback_url=page))
        self.house.clock.advance(1_000)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()

    def play(self, agent: Agent) -> Seen:
        """Play one browser through every ending."""
        profile, first = self._first(agent)
        if first != "page":
            return Seen(profile=profile, first=first, scriptless=self._scriptless(agent, first))
        with self._opened(agent) as page:
            href = page.locator("#open").get_attribute("href") or ""
            store = page.locator("#store").count() > 0
        return Seen(
            profile=profile,
            first=first,
            opens="intent" if href.startswith("intent://") else "scheme" if href.startswith("tbopen://") else href,
            store=store,
            app_there=self._outcome(agent, HIDE),
            app_absent=self._outcome(agent, None),
            asked=self._outcome(agent, ASK),
            chosen=self._chosen(agent),
            scriptless=self._scriptless(agent, first),
        )

    def _first(self, agent: Agent) -> tuple[str, str]:
        url = f"{self.base}/j/link-1?{self._seal()}"
        reply = urllib3.request("GET", url, headers={"user-agent": agent.text}, redirect=False, retries=False)
        click = self.house.memory.kept[-1]
        location = urlsplit(reply.headers.get("location", "")).path
        return click.agent or "", {"/ul": "universal", "/shop": "fallback", "": "page"}[location]

    def _outcome(self, agent: Agent, happens: str | None) -> str:
        """Tap, let something happen to the page, wait until its time is up, and read what it told."""
        with self._opened(agent) as page:
            page.locator("#open").click()
            if happens is not None:
                page.evaluate(happens)
            if happens == HIDE:
                page.clock.fast_forward(PATIENCE_MS)
                return self._told(page)
            page.clock.fast_forward(PATIENCE_MS)
            page.wait_for_url("**/shop?hm_click=*")
            return self._told(page)

    def _chosen(self, agent: Agent) -> str:
        with self._opened(agent) as page:
            page.locator("#fallback").click()
            page.wait_for_url("**/shop?hm_click=*")
            return self._told(page)

    def _scriptless(self, agent: Agent, first: str) -> str:
        """Follow the plain link with no script at all; what is given is where one ends."""
        context = self._chromium.new_context(user_agent=agent.text, java_script_enabled=False, locale="zh-CN")
        try:
            page = context.new_page()
            page.goto(f"{self.base}/j/link-1?{self._seal()}")
            if first == "page":
                page.locator("#fallback").click()
            page.wait_for_url("**/*?hm_click=*")
            return urlsplit(page.url).path.strip("/")
        finally:
            context.close()

    def _told(self, page: Page) -> str:
        """Wait for the beacon: the page has sent it when it left, and the edge keeps it when it arrives."""
        limit = time.monotonic() + TELLS_WITHIN_S
        while time.monotonic() < limit:
            told = [one for one in self.house.memory.kept if one.kind is Kind.WAKEUP]
            taps = [one for one in self.house.memory.kept if one.kind is Kind.COMPONENT_CLICK]
            if told and told[-1].click_id == taps[-1].click_id:
                return told[-1].outcome or ""
            page.context.pages[0].evaluate("() => 0")
            threading.Event().wait(0.02)
        return "nothing"

    def _opened(self, agent: Agent) -> _Opened:
        return _Opened(self._chromium, agent, f"{self.base}/j/link-1?{self._seal()}")

    def _seal(self) -> str:
        self._taps += 1
        return self.house.seal(f"imp_{self._taps}")


class _Opened:
    """A jump's page in a fresh browser of an agent's name."""

    def __init__(self, chromium: Browser, agent: Agent, url: str) -> None:
        self._context = chromium.new_context(
            user_agent=agent.text, locale="zh-CN", viewport={"width": 390, "height": 844}
        )
        self._url = url

    def __enter__(self) -> Page:
        page = self._context.new_page()
        page.clock.install()
        page.goto(self._url)
        page.clock.pause_at(STANDS_AT)  # from here on the page's time is the lab's: no machine is too slow for a tap
        return page

    def __exit__(self, *_: object) -> None:
        self._context.close()


def _shop(request: Any) -> PlainTextResponse:
    return PlainTextResponse(f"the shop, {request.query_params['hm_click']}")


def table_of(seen: Sequence[tuple[Agent, Seen]], why: dict[str, str]) -> Iterator[str]:
    """Write what was seen as a table, a line a browser."""
    head = (
        "browser",
        "kind",
        "first answer",
        "a tap opens",
        "app there",
        "app absent",
        "browser asks",
        "no script",
        "because",
    )
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for agent, one in seen:
        cells = (
            agent.name,
            f"`{one.profile}`",
            {"page": "our page", "universal": "302 to the universal link", "fallback": "302 to the web page"}[
                one.first
            ],
            one.opens or "—",
            one.app_there or "—",
            one.app_absent or "—",
            one.asked or "—",
            {"shop": "the web page", "ul": "the universal link"}[one.scriptless],
            why[one.profile],
        )
        yield f"| {' | '.join(cells)} |"
