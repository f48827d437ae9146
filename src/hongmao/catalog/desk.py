"""What the catalog's acts share: the store, the clock, ids, and keeping a record once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, TypeVar

from hongmao.catalog.contracts import Creator, Note, Tenant
from hongmao.catalog.errors import AlreadyDifferent, NothingThere
from hongmao.catalog.rules import sees
from hongmao.kernel.ids import check_id

if TYPE_CHECKING:
    from hongmao.catalog.contracts import Principal
    from hongmao.catalog.lookup import Freshness
    from hongmao.catalog.passwords import Passwords
    from hongmao.catalog.store import CatalogStore, Kept, Record
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import IdMaker

    K = TypeVar("K", bound=Kept)
    R = TypeVar("R", bound=Record)

PAGE_ROWS_MAX = 1_000
_COMMUNAL = (Tenant, Creator, Note)


@dataclass(frozen=True, slots=True)
class Desk:
    """What an act works with."""

    store: CatalogStore
    clock: Clock
    ids: IdMaker
    passwords: Passwords
    freshness: Freshness

    def id_for(self, given: str | None, kind: str) -> str:
        """Take the caller's id if it is well-formed, or mint one."""
        return self.ids.mint(kind) if given is None else check_id(given, place="id")

    def keep(self, record: K) -> K:
        """Keep a record once: the same again gives what is there, other content under the same id is refused."""
        tenant = None if isinstance(record, _COMMUNAL) else record.tenant
        there = self.store.find(type(record), tenant, record.id)
        if there is None:
            self.store.add(record)
            self.freshness.changed()
            return record
        if there != record:
            names = [f.name for f in fields(record) if getattr(there, f.name) != getattr(record, f.name)]
            raise AlreadyDifferent(id=record.id, fields=", ".join(names))
        return there

    def found(self, kind: type[R], who: Principal, id: str) -> R:
        """Find a record that a principal sees."""
        record = self.store.find(kind, sees(who), id)
        if record is None:
            raise NothingThere(what=kind.__name__.lower(), id=id)
        return record
