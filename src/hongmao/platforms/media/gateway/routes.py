"""Where each media's receiver stands, below `/gw/media/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from hongmao.platforms.media.gateway.door import handler
from hongmao.platforms.media.gateway.juguang import Common, Conversion, TokenCode
from hongmao.platforms.media.gateway.meta import Meta
from hongmao.platforms.media.gateway.oceanengine import OceanEngine
from hongmao.platforms.media.gateway.tencent import Tencent
from hongmao.platforms.media.gateway.tiktok import TikTok

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from hongmao.platforms.media.gateway.door import Desk
    from hongmao.platforms.sandbox.shop.market import Market

DESKS: dict[str, Desk] = {
    "/juguang/api/open/conversion": Conversion(),
    "/juguang/api/open/app": TokenCode(),
    "/juguang/api/open/common": Common(),
    "/oceanengine/api/v2/conversion": OceanEngine(),
    "/tencent/v3.0/user_actions/add": Tencent(),
    "/meta/{version}/{pixel}/events": Meta(),
    "/tiktok/open_api/v1.3/event/track/": TikTok(),
}


def gateway(market: Market) -> list[BaseRoute]:
    """Make the receivers over one market."""
    return [Route(path, handler(market, desk), methods=["POST"]) for path, desk in DESKS.items()]
