"""The pages before the house of cardboard, on a port of this machine, for a real browser."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import uvicorn

from web.pages.fakes import PASSWORD, make_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page
    from starlette.applications import Starlette


class Site:
    """A running site."""

    def __init__(self, app: Starlette, url: str) -> None:
        self.app = app
        self.url = url

    def told(self, kind: str) -> list[dict[str, object]]:
        events = cast("list[dict[str, object]]", self.app.state.services.log.events)
        return [event for event in events if event["kind"] == kind]

    def sign_in(self, page: Page, login: str) -> None:
        """Sign in as a person would, on the page."""
        page.goto(f"{self.url}/console/login")
        page.locator("#login").fill(login)
        page.locator("#password").fill(PASSWORD)
        page.get_by_role("button", name="登录").or_(page.get_by_role("button", name="Sign in")).click()
        page.wait_for_url(lambda url: "/console/login" not in url)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@contextmanager
def serving(app: Starlette | None = None) -> Iterator[Site]:
    """Serve a house, that of cardboard where none is given, until the story is over."""
    app = app or make_app()
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = _Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        assert server.up.wait(120)
        try:
            yield Site(app, f"http://127.0.0.1:{door.getsockname()[1]}")
        finally:
            server.should_exit = True
            thread.join()
