"""The other side of a platform: what builds its sandbox gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from hongmao.platforms.sandbox.shop.market import Market


class Gateway(Protocol):
    """Builds a sandbox gateway: the routes by which a marketplace answers its callers."""

    def __call__(self, market: Market, /) -> Sequence[BaseRoute]:
        """Make the routes over one marketplace."""
        ...
