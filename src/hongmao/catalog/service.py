"""The catalog: one desk, three counters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.catalog.community import Community
from hongmao.catalog.desk import Desk
from hongmao.catalog.goods import Goods
from hongmao.catalog.lookup import Freshness
from hongmao.catalog.passwords import Passwords
from hongmao.catalog.people import People

if TYPE_CHECKING:
    from hongmao.catalog.store import CatalogStore
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import IdMaker


class Catalog(People, Goods, Community):
    """Who is who: people and their keys, merchants and their goods, the community's notes."""

    def __init__(self, store: CatalogStore, clock: Clock, ids: IdMaker, passwords: Passwords | None = None) -> None:
        """Work on a store; passwords are hashed as argon2-cffi advises unless told otherwise."""
        desk = Desk(store, clock, ids, passwords or Passwords(), Freshness(store, clock))
        People.__init__(self, desk)
        Goods.__init__(self, desk)
        Community.__init__(self, desk)

    def revision(self) -> int:
        """Give a number that grows with every change, for caches made from the catalog."""
        return self._desk.freshness.revision()
