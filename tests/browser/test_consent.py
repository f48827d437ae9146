"""The sandbox's consent page in a real browser: chosen by keyboard or finger, answered, and back to another origin than its own."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hongmao.platforms.api import GrantApp
from hongmao.platforms.jd.platform import JD
from hongmao.platforms.sandbox.shop import create_shop_app
from hongmao.platforms.taobao.platform import TAOBAO
from platforms.sellers import VERIFIER, challenge_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.requests import Request

    from browser.conftest import PageAt
    from hongmao.kernel.clock import SetClock
    from hongmao.platforms.api import Platform

pytestmark = pytest.mark.browser
TOKEN = "the driver's token"


@contextmanager
def on_a_port(app: Any) -> Iterator[str]:
    """Serve an app on loopback."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def ours(request: Request) -> PlainTextResponse:
    """Say what the browser brought back, and whether our own cookie came with it."""
    told = ", ".join(sorted(request.query_params))
    return PlainTextResponse(f"back with {told}; cookie {request.cookies.get('hongmao_session', 'none')}")


@pytest.fixture
def places(tmp_path: Path, clock: SetClock) -> Iterator[tuple[str, str]]:
    """The marketplaces, and us."""
    gateways = {platform.name: platform.gateway for platform in (TAOBAO, JD) if platform.gateway is not None}
    shop = create_shop_app(
        db_path=tmp_path / "shop.sqlite", clock=clock, control_token=TOKEN, seed=7, gateways=gateways
    )
    us = Starlette(routes=[Route("/back", ours), Route("/favicon.ico", lambda _: Response(status_code=204))])
    with ExitStack() as stack:
        market, home = stack.enter_context(on_a_port(shop)), stack.enter_context(on_a_port(us))
        for platform in (TAOBAO, JD):
            names = ("红枫小铺", "山野茶行") if platform is TAOBAO else ("山野茶行",)
            shops = [
                {"shop_id": f"{platform.name}-{number}", "name": name, "platform": platform.name}
                for number, name in enumerate(names)
            ]
            app = {"platform": platform.name, "app_key": "app-9", "secret": "s3cret-of-nobody", "name": "红猫"}
            for path, told in (("stock", {"shops": shops}), ("gateway-apps", {**app, "backs": [f"{home}/back"]})):
                answer = httpx.post(f"{market}/_control/{path}", json=told, headers={"x-control-token": TOKEN})
                assert answer.status_code == 200
        yield market, home


def consent_url(platform: Platform, market: str, home: str) -> str:
    settings = {"gateway": f"{market}/gw/{platform.name}"}
    app = GrantApp(platform=platform.name, app_key="app-9", secret=b"s3cret-of-nobody", settings=settings)
    assert platform.grants is not None
    return platform.grants.ask(app, state="st", challenge=challenge_of(VERIFIER), back=f"{home}/back")


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", [390, 1440])
def test_a_seller_chooses_a_shop_and_comes_back_signed_in(
    places: tuple[str, str], page_at: PageAt, width: int, *, javascript: bool
) -> None:
    market, home = places
    page = page_at(width, javascript=javascript)
    page.context.add_cookies(
        [{"name": "hongmao_session", "value": "mine", "url": home, "sameSite": "Lax", "httpOnly": True}]
    )
    page.goto(consent_url(TAOBAO, market, home))
    assert page.get_by_role("heading", name="授权“红猫”访问你的店铺").is_visible()
    assert page.get_by_role("group", name="选择要授权的店铺").get_by_role("radio").count() == 2
    scroll, width_px = page.locator("html").bounding_box(), page.viewport_size
    assert scroll is not None
    assert width_px is not None
    assert scroll["width"] <= width_px["width"]
    label = page.get_by_text("山野茶行", exact=False)
    box = label.bounding_box()
    assert box is not None
    assert box["height"] >= 40  # a finger's
    label.click()
    assert page.get_by_role("radio", name="山野茶行（taobao-1）").is_checked()
    page.get_by_role("button", name="同意授权").click()
    page.wait_for_url(f"{home}/back?**")
    assert page.locator("body").inner_text() == "back with code, state; cookie mine"


def test_a_seller_of_one_shop_need_not_choose_and_enter_is_enough(places: tuple[str, str], page_at: PageAt) -> None:
    market, home = places
    page = page_at(1440)
    page.goto(consent_url(JD, market, home))
    radio = page.get_by_role("radio")
    assert radio.is_checked()
    radio.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{home}/back?**")
    assert parse_qs(urlsplit(page.url).query).keys() == {"code", "state"}


def test_a_seller_refuses_without_choosing(places: tuple[str, str], page_at: PageAt) -> None:
    market, home = places
    page = page_at(390)
    page.goto(consent_url(TAOBAO, market, home))
    page.get_by_role("button", name="拒绝").click()
    page.wait_for_url(f"{home}/back?**")
    assert parse_qs(urlsplit(page.url).query)["error"] == ["access_denied"]


def test_nothing_is_granted_before_a_shop_is_chosen(places: tuple[str, str], page_at: PageAt) -> None:
    market, home = places
    page = page_at(390)
    page.goto(consent_url(TAOBAO, market, home))
    page.get_by_role("button", name="同意授权").click()
    assert page.url.startswith(market)
    assert page.get_by_role("button", name="同意授权").is_visible()
