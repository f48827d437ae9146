"""A merchant whose links stand under campaigns, for tests of what their days may cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from hongmao.billing.service import Billing
from hongmao.events.contracts import Event, Kind, Logged
from hongmao.ledger.api import Ledger
from hongmao.storage.billing import SqlBillingStore
from hongmao.storage.ledger import SqlLedgerStore
from storage.opened import ALLIANCE_DAY, House

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hongmao.billing.budgets import PlacedTerms
    from hongmao.storage.database import Database


@dataclass
class Agreed:
    """Implements `billing.budgets.Rates`: terms that a test sets, and how often they were asked for."""

    terms: dict[str, PlacedTerms] = field(default_factory=dict)
    asked: list[frozenset[str]] = field(default_factory=list)

    def placed(self, links: Collection[str]) -> Mapping[str, PlacedTerms]:
        self.asked.append(frozenset(links))
        return {link: self.terms[link] for link in links if link in self.terms}


def click(number: int, price_fen: int, *, link: str = "l1", **changes: object) -> Event:
    event = Event(
        event_id=f"e-{number}",
        kind=Kind.COMPONENT_CLICK,
        occurred_at_ms=ALLIANCE_DAY + number,
        tenant="t1",
        merchant="m1",
        note="n1",
        link=link,
        line="cid",
        impression=f"i-{number}",
        click_id=f"c-{number}",
        labelled=True,
        price_fen=price_fen,
    )
    return msgspec.structs.replace(event, **changes)


def shown(number: int, *, link: str = "l1", **changes: object) -> Event:
    event = Event(
        event_id=f"seen-s{number}",
        kind=Kind.IMPRESSION,
        occurred_at_ms=ALLIANCE_DAY + number,
        tenant="t1",
        merchant="m1",
        note="n1",
        link=link,
        line="cid",
        impression=f"s{number}",
        labelled=True,
    )
    return msgspec.structs.replace(event, **changes)


def logged(events: Sequence[Event], *, start: int = 1) -> list[Logged]:
    return [Logged(offset, event) for offset, event in enumerate(events, start=start)]


def server(database: Database, agreed: Agreed, overspend_fen: int) -> Billing:
    """Give billing of one server over a database."""
    here = House(database)
    ledger = Ledger(SqlLedgerStore(database), here.clock)
    store = SqlBillingStore(database)
    return Billing(store, ledger, here.catalog, here.clock, rates=agreed, overspend_fen=overspend_fen)
