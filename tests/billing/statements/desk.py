"""What statements' tests begin with: a house on 7 May 2025, two merchants, an agency, a log, and its books."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hongmao.billing.api import Agencies, Books, Exchange, PartyStatement
from hongmao.catalog.api import Principal, Role, TenantKind
from hongmao.events.contracts import Event, Kind, Logged
from hongmao.kernel.ids import CreatorId, MerchantId, TenantId
from hongmao.kernel.time import instant
from hongmao.ledger.api import Account, Batch, Entry
from hongmao.storage.agencies import SqlAgencyStore
from links.factories import MemoryLog
from storage.opened import ALLIANCE_DAY, ROOT, House, house

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

MAY, JUNE = "2025-05", "2025-06"
M1, M2 = MerchantId("m1"), MerchantId("m2")
DAI = TenantId("dai")
CREATOR = CreatorId("cheng")
IN_JUNE = instant("2025-06-02T09:00:00+08:00")


class Desk:
    """Merchant m1 of tenant t1 and m2 of t2, the agency dai, and what may be done with their money."""

    def __init__(self, opened: House) -> None:
        self.house = opened
        self.clock = opened.clock
        self.ledger = opened.ledger
        self.billing = opened.billing
        self.log = MemoryLog()
        self.staff = {number: opened.tenant(f"t{number}", Role.FINANCE) for number in (1, 2)}
        for number in (1, 2):
            opened.catalog.add_merchant(
                Principal(id="o", tenant=TenantId(f"t{number}"), role=Role.OPTIMISER, name="o"),
                name=f"商家 {number}",
                id=f"m{number}",
            )
        opened.catalog.add_tenant(ROOT, name=DAI, kind=TenantKind.AGENCY, id=DAI)
        opened.catalog.add_creator(ROOT, name="阿橙", bio="", id=CREATOR)
        self.agent = Principal(id="agent", tenant=DAI, role=Role.FINANCE, name="agent")
        appointments = SqlAgencyStore(opened.database)
        self.agencies = Agencies(appointments, opened.catalog, opened.clock)
        self.books = Books(
            opened.ledger,
            opened.catalog,
            opened.clock,
            agencies=self.agencies,
            appointments=appointments,
            charging=opened.billing,
            log=self.log,
        )

    def clicks(self, *events: Event) -> None:
        """Let clicks happen, and be charged."""
        self.happens(*events)
        self.absorb()

    def happens(self, *events: Event) -> None:
        """Let clicks happen; nobody has charged them yet."""
        self.log.append(events)

    def absorb(self) -> None:
        """Charge all that the log holds."""
        waiting = self.log.read(after=self.billing.position(), limit=1_000)
        self.billing.absorb([Logged(one.offset, one.event) for one in waiting])

    def appoint(self, first: date, last: date | None, merchant: MerchantId = M1) -> None:
        """Let the agency see a merchant's books."""
        self.agencies.appoint(ROOT, merchant, DAI, first, last)

    def post(self, key: str, source: Account, goal: Account, amount_fen: int, why: str = "adjust") -> None:
        """Move money by hand."""
        for account in (source, goal):
            if self.ledger.balance(account) is None:
                self.ledger.open(account, floor_fen=None)
        entries = (Entry(account=source, amount_fen=-amount_fen), Entry(account=goal, amount_fen=amount_fen))
        self.ledger.post(Batch(key=key, why=why, at_ms=self.clock.now_ms(), entries=entries))

    def statement(
        self,
        party: str = "merchant",
        of: str | None = "m1",
        month: str = MAY,
        *,
        who: Principal = ROOT,
        rate: Exchange | None = None,
    ) -> PartyStatement:
        """Draw a statement."""
        return self.books.statement(who, party, of, month, rate=rate)


def click(number: int, *, at: str = "2025-05-07T10:00:00+08:00", line: str = "cid", price_fen: int = 120) -> Event:
    """Tap a component of m1."""
    return Event(
        event_id=f"e-{number}",
        kind=Kind.COMPONENT_CLICK,
        occurred_at_ms=instant(at),
        tenant="t1",
        merchant="m1",
        note="n1",
        link="l1",
        line=line,
        impression=f"i-{number}",
        click_id=f"c-{number}",
        labelled=True,
        price_fen=price_fen,
    )


@contextmanager
def desk(engine: str = "sqlite") -> Iterator[Desk]:
    """Open a fresh house with its books."""
    with house(engine) as opened:
        assert opened.clock.now_ms() == ALLIANCE_DAY
        yield Desk(opened)
