"""The shop as a Starlette app."""

from __future__ import annotations

import sqlite3
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from hongmao.kernel.errors import HongmaoError
from hongmao.platforms.sandbox.shop import acts, answers, control, control_shops, outbox, pages, requests
from hongmao.platforms.sandbox.shop.book import Acts, Book
from hongmao.platforms.sandbox.shop.errors import ShopClosed
from hongmao.platforms.sandbox.shop.market import Market

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from contextlib import AbstractAsyncContextManager

    from starlette.types import ASGIApp, Receive, Scope, Send

    from hongmao.kernel.clock import Clock
    from hongmao.platforms.gateways import Gateway

GATEWAY_PREFIX = "/gw/"
ASSETS = Path(__file__).with_name("assets")


def create_shop_app(
    *,
    db_path: Path,
    clock: Clock,
    control_token: str,
    seed: int,
    told: Callable[[], None] = lambda: None,
    gateways: Mapping[str, Gateway] | None = None,
) -> Starlette:
    """Build the shop over its book.

    `control_token` opens `/_control`, and an empty one leaves it shut. `seed` draws the faults. `told` is called after
    every act that may have queued something (give it `Delivery.wake`). `gateways` stand below `/gw/NAME`, each over its
    own view of the book.

    Handlers are short and synchronous inside: an act is one transaction of well under a millisecond, all acts wait for
    the same file anyway, and a thread for each would cost more than the act.
    """
    book = Book(db_path)
    acts_here = Acts(book, clock=clock, seed=seed, told=told)
    app = Starlette(
        routes=[
            *pages.ROUTES,
            *acts.ROUTES,
            *control.ROUTES,
            *control_shops.ROUTES,
            Mount("/assets", StaticFiles(directory=ASSETS)),
            *(
                Mount(f"{GATEWAY_PREFIX}{name}", routes=make(Market(name, acts_here, seed=seed)))
                for name, make in (gateways or {}).items()
            ),
        ],
        middleware=[Middleware(Doors)],
        exception_handlers={
            HongmaoError: answers.from_exception,
            HTTPException: answers.from_exception,
            sqlite3.OperationalError: answers.from_exception,
        },
        lifespan=_closing(book),
    )
    app.state.acts = acts_here
    app.state.control_token = control_token
    return app


class Doors:
    """The shop's two doors: control opens to its token only, and always; all else is shut while the shop is down."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before the app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through or say why not."""
        problem = _stopped(scope) if scope["type"] == "http" else None
        if problem is None:
            await self._app(scope, receive, send)
            return
        answer = answers.error(problem, as_json=requests.wants_json(HTTPConnection(scope)))
        await answer(scope, receive, send)


def _stopped(scope: Scope) -> HongmaoError | None:
    path, state = scope["path"], scope["app"].state
    if path.startswith(requests.CONTROL_PREFIX):
        return control.token_problem(Headers(scope=scope), state.control_token)
    # A gateway has weather of its own: a marketplace's interface may be down while its shops are open.
    if path.startswith(("/assets/", GATEWAY_PREFIX)):
        return None
    return ShopClosed() if _down(state.acts) else None


def _down(acts: Acts) -> bool:
    with acts.book.reading() as sql:
        return outbox.faults_of(sql).down(acts.clock.now_ms())


def _closing(book: Book) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        book.close()

    return lifespan
