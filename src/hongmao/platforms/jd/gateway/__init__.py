"""The other side: a sandbox of JOS, its consent page and its union, over one marketplace. It shares no code with the client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from hongmao.platforms.jd.gateway.oauth import Oauth
from hongmao.platforms.jd.gateway.router import Router

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from hongmao.platforms.sandbox.shop.market import Market


def make_gateway(market: Market, /) -> Sequence[BaseRoute]:
    """Make the routes over one marketplace."""
    return (Route("/routerjson", Router(market).answer, methods=["GET", "POST"]), *Oauth(market).routes())


__all__ = ["make_gateway"]
