"""A browser without a screen: cookies and redirects over the app in this process, one request at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.applications import Starlette

BASE = "http://shop.example"


class Browser:
    """One buyer's browser; `app` lives as long as it. An exception in the app fails the test rather than being a 500."""

    def __init__(self, app: Starlette) -> None:
        """Open nothing before the `with`."""
        self._app = app
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url=BASE, follow_redirects=True)
        self._lifespan = self._app.router.lifespan_context(self._app)
        self._runner.run(self._lifespan.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._lifespan.__aexit__(None, None, None))
        self._runner.run(self._client.aclose())
        self._runner.close()

    @property
    def cookies(self) -> httpx.Cookies:
        """What the shop has given this browser to carry."""
        return self._client.cookies

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Look at a page."""
        return self.send("GET", path, headers=headers)

    def post(
        self,
        path: str,
        headers: Mapping[str, str] | None = None,
        *,
        data: Mapping[str, str | list[str]] | None = None,
        json: object | None = None,
    ) -> httpx.Response:
        """Send a form or JSON."""
        request = self._client.build_request("POST", path, headers=headers, data=data, json=json)
        return self._runner.run(self._client.send(request))

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | Mapping[bytes, bytes] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """Send anything at all."""
        return self._runner.run(self._client.request(method, path, headers=headers, content=content))
