"""未成年人: which shops a surface for minors may lead to (LABEL-8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.eligibility.rules import closed_to
from hongmao.kernel.time import day_of

if TYPE_CHECKING:
    from datetime import date

    from hongmao.eligibility.desk import Desk
    from hongmao.kernel.ids import ShopId


class ForMinors:
    """Looks at every shop's category; asked again, it answers from what it knows until something was told or decided."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk
        self._shown_to_minors: tuple[tuple[date | int, ...], frozenset[ShopId]] | None = None

    def open_to_minors(self) -> frozenset[ShopId]:
        """Name the shops whose category is told and is not closed to minors. All others are."""
        day = day_of(self._desk.clock.now_ms())
        seen = (self._desk.store.revision(), self._desk.rules.last(), self._desk.catalog.revision(), day)
        if self._shown_to_minors is None or self._shown_to_minors[0] != seen:
            categories = self._desk.rules.on(day).categories
            shown: set[ShopId] = set()
            for shops in self._desk.pieces_of_shops():
                facts = self._desk.store.facts(shops)
                shown.update(
                    shop.id for shop in shops if closed_to(categories, facts[shop.id].category, minors=True) is None
                )
            self._shown_to_minors = seen, frozenset(shown)
        return self._shown_to_minors[1]
