"""The other side: a sandbox of TOP, its consent page, Alimama's monitor and the UD report, over one marketplace of the sandbox.

It shares no code with the client: what is read and written here is read and written by its own lines, so that each side can
prove the other wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from hongmao.platforms.taobao.gateway.books import Books
from hongmao.platforms.taobao.gateway.monitor import Monitor
from hongmao.platforms.taobao.gateway.oauth import Oauth
from hongmao.platforms.taobao.gateway.report import Report
from hongmao.platforms.taobao.gateway.router import Router

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from hongmao.platforms.sandbox.shop.market import Market


def make_gateway(market: Market, /) -> Sequence[BaseRoute]:
    """Make the routes over one marketplace."""
    books = Books(market)
    router, monitor, report = Router(market, books), Monitor(market), Report(market)
    return (
        Route("/router/rest", router.answer, methods=["GET", "POST"]),
        Route("/mmi/xiaohongshu", monitor.impression, methods=["GET"]),
        Route("/mmc/xiaohongshu", monitor.click, methods=["GET"]),
        Route("/ud/report.csv", report.answer, methods=["GET"]),
        *Oauth(market).routes(),
    )


__all__ = ["make_gateway"]
