"""What the acts of admission share: the store, the catalog, the rules in force, the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.catalog.api import PLATFORM, Principal, Role
from hongmao.eligibility.errors import AdmissionWordMissing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.catalog.api import Catalog, Shop
    from hongmao.eligibility.live import LiveRules
    from hongmao.eligibility.store import EligibilityStore
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import MerchantId

WHY_CHARS: Final = 1_000
SHOPS_A_PIECE: Final = 1_000
_HOUSE: Final = Principal(id="house:eligibility", tenant=PLATFORM, role=Role.ADMIN, name="eligibility")


@dataclass(frozen=True, slots=True)
class Desk:
    """What an act works with."""

    store: EligibilityStore
    catalog: Catalog
    clock: Clock
    rules: LiveRules

    def pieces_of_shops(self, merchant: MerchantId | None = None) -> Iterator[tuple[Shop, ...]]:
        """Give every shop of the house or of one merchant, by id, so many at a time."""
        after = ""
        while piece := tuple(self.catalog.shops(_HOUSE, merchant, after=after, limit=SHOPS_A_PIECE)):
            yield piece
            after = piece[-1].id


def word(text: str, place: str, limit: int = WHY_CHARS) -> str:
    """Let somebody's reason through, on one line."""
    told = " ".join(text.split())
    if not told or len(told) > limit or not told.isprintable():
        raise AdmissionWordMissing(place=place, limit=limit)
    return told
