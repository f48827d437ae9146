"""The other side: ShopX's gateway over one marketplace of the sandbox. It shares no code with the client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from hongmao_shopx.gateway.desk import conversions, facts, links
from hongmao_shopx.gateway.door import Door

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from hongmao.platforms.api import Market


def make_gateway(market: Market, /) -> Sequence[BaseRoute]:
    """Make the routes over one marketplace."""
    return (
        Route("/v1/facts", Door(market, "/v1/facts", facts).answer, methods=["POST"]),
        Route("/v1/links", Door(market, "/v1/links", links).answer, methods=["POST"]),
        Route("/v1/conversions", Door(market, "/v1/conversions", conversions).answer, methods=["POST"]),
    )
