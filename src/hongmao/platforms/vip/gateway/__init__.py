"""The other side: a sandbox of VOP's union and of Vipshop's exports, over one marketplace. It shares no code with the client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from hongmao.platforms.vip.gateway.exports import Exports
from hongmao.platforms.vip.gateway.router import Router

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from hongmao.platforms.sandbox.shop.market import Market


def make_gateway(market: Market, /) -> Sequence[BaseRoute]:
    """Make the routes over one marketplace."""
    exports = Exports(market)
    return (
        Route("/", Router(market).answer, methods=["POST"]),
        Route("/export/orders.csv", exports.orders, methods=["GET"]),
        Route("/export/visits.csv", exports.visits, methods=["GET"]),
    )


__all__ = ["make_gateway"]
