"""Alimama's monitor for 小红书: `mmi` is told of views, `mmc` of taps. Anybody may call it; it answers nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from hongmao.platforms.sandbox.shop.market import Market

_UNTOLD = ("", "0")


class Monitor:
    """Writes views and taps into the market's notebook: pages `impressions` and `clicks`."""

    def __init__(self, market: Market) -> None:
        """Stand beside a market."""
        self._market = market

    async def impression(self, request: Request) -> Response:
        """曝光: known by a1, the media's id of the view."""
        told = request.query_params
        return self._keep("impressions", told.get("a1", ""), note=told.get("a36", ""), at=told.get("a2", ""), told=told)

    async def click(self, request: Request) -> Response:
        """点击: known by a39, the click id; the first word on a click stays."""
        told = request.query_params
        return self._keep("clicks", told.get("a39", ""), note=told.get("a40", ""), at=told.get("a2", ""), told=told)

    def _keep(self, page: str, key: str, *, note: str, at: str, told: Mapping[str, str]) -> Response:
        if self._market.is_down():
            return Response(status_code=503)
        if self._market.is_throttled():
            return Response(status_code=429)
        if key in _UNTOLD or key.startswith("__") or not note:
            return Response(status_code=400)
        mark = told.get("e", "")
        line = "cid" if self._market.noted("links", mark) is not None else "ud"
        at_ms = int(at) if re.fullmatch(r"[0-9]{1,15}", at) else self._market.now_ms()
        value = {"note": note, "at_ms": at_ms, "e": mark, "line": line, "placement": told.get("a7") or told.get("a8")}
        self._market.note(page, key, value)
        return Response(status_code=204)
