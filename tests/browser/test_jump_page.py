"""The app page of a jump in a real browser: nothing without a tap, the web page in time after one, and without a script."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from browser.conftest import PATIENCE_MS
from hongmao.web.assets import STATIC
from hongmao.web.edge.app import EdgeApp
from web.edge.house import FIREFOX, EdgeHouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page
    from starlette.requests import Request

pytestmark = pytest.mark.browser
STANDS_AT = "2100-01-01"
HIDE = """() => {
  Object.defineProperty(document, "visibilityState", { value: "hidden" });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def shop(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"the shop, {request.query_params['hm_click']}")


class Served:
    """The edge on a port of its own, with a shop's page behind the fallback."""

    def __init__(self) -> None:
        self.house = EdgeHouse()
        routes = [Route("/shop", shop), Mount("/static", StaticFiles(directory=STATIC))]
        app = EdgeApp(self.house.services, cast("Any", Starlette(routes=routes)))
        config = uvicorn.Config(cast("Any", app), host="127.0.0.1", port=0, log_config=None, lifespan="off")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)

    def start(self) -> None:
        self.thread.start()
        while not self.server.started:
            self.thread.join(0.01)
        port = self.server.servers[0].sockets[0].getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        sold = self.house.links.kept["link-1"]
        self.house.links.update(replace(sold, fallback_url=f"{self.base}/shop"))
        self.house.clock.advance(1_000)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join()

    @property
    def jump_url(self) -> str:
        return f"{self.base}/j/link-1?{self.house.seal()}"


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()
    served.start()
    yield served
    served.stop()


@pytest.fixture
def open_jump(chromium: Browser, served: Served) -> Iterator[Any]:
    contexts = []

    def _open(*, javascript: bool = True) -> Page:
        context = chromium.new_context(
            user_agent=FIREFOX,
            locale="zh-CN",
            viewport={"width": 390, "height": 844},
            java_script_enabled=javascript,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        if javascript:
            page.clock.install()
        page.goto(served.jump_url)
        if javascript:
            page.clock.pause_at(STANDS_AT)  # from here on the page's time is the story's
        return page

    yield _open
    for context in contexts:
        context.close()


def test_LABEL_6_nothing_opens_without_a_tap(open_jump: Any, served: Served) -> None:
    page = open_jump()
    page.clock.fast_forward(60_000)
    assert page.url == served.jump_url
    assert page.get_by_text("广告", exact=True).is_visible()
    assert page.get_by_role("heading").inner_text() == "初晴<b>旗舰店</b>"


def test_after_a_tap_the_web_page_follows_when_no_app_comes_up(open_jump: Any, served: Served) -> None:
    page = open_jump()
    page.get_by_role("link", name="打开店铺 App").click()
    assert page.get_by_role("status").is_visible()
    page.clock.fast_forward(1_900)
    assert page.url == served.jump_url
    page.clock.fast_forward(200)
    page.wait_for_url("**/shop?hm_click=*")
    assert served.house.memory.kept[0].click_id in page.url


def test_when_the_app_comes_up_the_page_stays_where_it_is(open_jump: Any, served: Served) -> None:
    page = open_jump()
    page.get_by_role("link", name="打开店铺 App").click()
    page.evaluate(HIDE)
    page.clock.fast_forward(60_000)
    assert page.url == served.jump_url
    assert page.get_by_role("status").count() == 0


def test_without_a_script_a_plain_link_leads_to_the_shop(open_jump: Any) -> None:
    page = open_jump(javascript=False)
    page.get_by_role("link", name="直接访问网页版").click()
    page.wait_for_url("**/shop?hm_click=*")
