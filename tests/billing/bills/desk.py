"""A house whose merchant m1 has spent on clicks, and a desk that takes bills of it."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from billing.budgeted import Agreed, server
from hongmao.billing.agencies.service import Agencies
from hongmao.billing.bills.service import Bills
from hongmao.campaigns.api import Binding
from hongmao.catalog.api import Principal, Role
from hongmao.events.contracts import Event, Kind, Logged
from hongmao.kernel.ids import LinkId, MerchantId, TenantId
from hongmao.kernel.time import DAY_MS, HOUR_MS, Window
from hongmao.storage.agencies import SqlAgencyStore
from hongmao.storage.billing import SqlBillingStore
from hongmao.storage.bills import SqlBillStore, SqlOurBooks
from storage.opened import ROOT, House, house

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.billing.bills.contracts import Compared, Look
    from hongmao.billing.budgets import PlacedTerms

M1 = MerchantId("m1")
FIRST_MS = Window.of_day(date(2025, 5, 1)).start_ms
OUTCOMES = ("same", "missing", "extra", "differs", "unreadable")


class Desk:
    """Bills over one house, with the clicks that it has charged."""

    def __init__(self, city: House, folder: Path) -> None:
        self.city = city
        self.folder = folder
        for number in (1, 2):
            who = city.tenant(f"t{number}")
            city.catalog.add_merchant(who, name=f"商家 {number}", id=f"m{number}")
            for line in ("cid", "ud"):
                city.billing.top_up(ROOT, MerchantId(f"m{number}"), line, 100_000_00, f"k{number}{line}")
        self.finance = Principal(id="fin", tenant=TenantId("t1"), role=Role.FINANCE, name="财务")
        self.agencies = Agencies(SqlAgencyStore(city.database), city.catalog, city.clock)
        books = SqlOurBooks(city.database, SqlBillingStore(city.database), lambda _: self.bound)
        self.bound = [
            Binding(link=LinkId(f"l{n}"), tenant=TenantId("t1"), creativity=100 + n, campaign=7, at_ms=0)
            for n in (1, 2)
        ]
        self.bills = Bills(SqlBillStore(city.database), books, city.ledger, city.catalog, self.agencies, city.clock)
        self._offset = 0
        self.carried: dict[str, PlacedTerms] = {}
        """What links are placed for while clicks are charged."""
        self.billing = server(city.database, Agreed(self.carried), 0)

    def click(self, name: str, day: int, price_fen: int, *, note: str = "n1", **changes: object) -> None:
        """Charge a click of a day of May at ten o'clock."""
        fields: dict[str, Any] = {
            "event_id": f"e-{name}",
            "kind": Kind.COMPONENT_CLICK,
            "occurred_at_ms": FIRST_MS + (day - 1) * DAY_MS + 10 * HOUR_MS,
            "tenant": "t1",
            "merchant": "m1",
            "note": note,
            "link": f"l{note[1:]}",
            "line": "cid",
            "impression": f"i-{name}",
            "click_id": f"c-{name}",
            "labelled": True,
            "price_fen": price_fen,
            **changes,
        }
        self.absorb(Event(**fields))

    def absorb(self, event: Event) -> None:
        """Let billing follow the log by one event."""
        self._offset += 1
        self.billing.absorb([Logged(self._offset, event)])

    def file(self, text: str, name: str = "bill.csv", encoding: str = "utf-8-sig") -> Path:
        """Write a file."""
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        return path

    def take(self, text: str, *, platform: str = "xhs", format: str | None = None) -> Look:  # noqa: A002 - the desk's word
        """Take a bill of May."""
        return self.take_file(self.file(text), platform=platform, format=format)

    def take_file(self, path: Path, *, platform: str = "xhs", format: str | None = None) -> Look:  # noqa: A002 - as above
        """Take a file that is there."""
        return self.bills.take(
            self.finance, path, name=path.name, merchant=M1, platform=platform, period="2025-05", format=format
        )


@contextmanager
def desk(folder: Path, engine: str = "sqlite") -> Iterator[Desk]:
    """Open a house and its desk."""
    with house(engine) as city:
        yield Desk(city, folder)


def told(one: Compared) -> tuple[str, str, str, int | None, int | None]:
    """Write an outcome short: day, key, outcome, ours, theirs."""
    return str(one.day)[5:], one.key, one.outcome.value, one.ours_fen, one.theirs_fen


def counted(look: Look) -> tuple[int, ...]:
    """Give the number of each outcome."""
    return tuple(look.counts[name] for name in OUTCOMES)
