"""What things are called: titles and names for ids, as far as one tenant may know them; `—` where nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.catalog.api import NothingThere, Principal, Role
from hongmao.insight.contracts import DASH
from hongmao.kernel.ids import CreatorId, MerchantId, NoteId

if TYPE_CHECKING:
    from hongmao.catalog.api import Catalog, Note
    from hongmao.kernel.ids import TenantId


class Names:
    """Looks names up for one page and remembers them until it is written."""

    def __init__(self, catalog: Catalog, tenant: TenantId) -> None:
        """Read the catalog as a reader of this tenant's reports."""
        self._catalog = catalog
        self._tenant = tenant
        self._who = Principal(id="insight", tenant=tenant, role=Role.ANALYST, name="insight")
        self._notes: dict[str, Note | None] = {}
        self._creators: dict[str, str] = {}
        self._merchants: dict[str, str] = {}

    def note_title(self, note: str | None) -> str:
        """Give a note's title."""
        found = self._note(note)
        return found.title if found else DASH

    def creator_of(self, note: str | None) -> str | None:
        """Give the id of a note's creator."""
        found = self._note(note)
        return found.creator if found else None

    def creator_name(self, creator: str | None) -> str:
        """Give a 达人's name."""
        if creator is None:
            return DASH
        if creator not in self._creators:
            try:
                self._creators[creator] = self._catalog.creator(CreatorId(creator)).name
            except NothingThere:
                self._creators[creator] = DASH
        return self._creators[creator]

    def merchant_name(self, merchant: str | None) -> str:
        """Give the name of one of the tenant's merchants."""
        if merchant is None:
            return DASH
        if merchant not in self._merchants:
            try:
                self._merchants[merchant] = self._catalog.merchant(self._who, MerchantId(merchant)).name
            except NothingThere:
                self._merchants[merchant] = DASH
        return self._merchants[merchant]

    def shop_name(self, shop: str | None) -> str:
        """Give the name of one of the tenant's shops."""
        found = self._catalog.shops_known((shop,)).get(shop) if shop else None
        return found.name if found and found.tenant == self._tenant else DASH

    def item_title(self, item: str | None) -> str:
        """Give the title of one of the tenant's items."""
        found = self._catalog.items_known((item,)).get(item) if item else None
        return found.title if found and found.tenant == self._tenant else DASH

    def _note(self, note: str | None) -> Note | None:
        if note is None:
            return None
        if note not in self._notes:
            try:
                self._notes[note] = self._catalog.note(NoteId(note))
            except NothingThere:
                self._notes[note] = None
        return self._notes[note]
