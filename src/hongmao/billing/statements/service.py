"""Books: draw a party's statement of a month, and close a month for good."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from hongmao.billing.agencies.contracts import standing
from hongmao.billing.contracts import ALIBABA, COMMUNITY
from hongmao.billing.creators import creator_owner
from hongmao.billing.statements.contracts import HOUSE_PARTIES, MonthStanding, Party, PartyStatement
from hongmao.billing.statements.errors import HouseBooks, MonthUnread
from hongmao.billing.statements.rules import (
    close_over,
    convert,
    month_before,
    month_of,
    month_with,
    party_of,
    section_of,
    totals_of,
)
from hongmao.catalog.api import PLATFORM, NothingThere, Permission, TenantKind, demand
from hongmao.kernel.ids import CreatorId, MerchantId, TenantId
from hongmao.kernel.time import Window, day_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from hongmao.billing.agencies.contracts import AgencyClient
    from hongmao.billing.agencies.service import Agencies
    from hongmao.billing.agencies.store import AgencyStore
    from hongmao.billing.statements.contracts import Exchange, Month, Section
    from hongmao.catalog.api import Catalog, Principal
    from hongmao.events.contracts import Logged
    from hongmao.kernel.clock import Clock
    from hongmao.ledger.api import Close, Ledger

MONTHS_SHOWN = 12
_PIECE = 2_000


class Log(Protocol):
    """What closing asks of the log."""

    def read(self, *, after: int, limit: int) -> Sequence[Logged]:
        """Read events with offsets above `after`, in order."""
        ...

    def end(self) -> int:
        """Give the offset of the last durable event."""
        ...


class Charging(Protocol):
    """How far charging has come."""

    def position(self) -> int:
        """Give the log offset up to which everything has been charged."""
        ...


class Books:
    """Statements of months, and their closing."""

    def __init__(
        self,
        ledger: Ledger,
        catalog: Catalog,
        clock: Clock,
        *,
        agencies: Agencies,
        appointments: AgencyStore,
        charging: Charging,
        log: Log,
    ) -> None:
        """Read the ledger; `log` and `charging` say whether a month is charged to its end before it is closed."""
        self._ledger = ledger
        self._catalog = catalog
        self._clock = clock
        self._agencies = agencies
        self._appointments = appointments
        self._charging = charging
        self._log = log

    def statement(
        self, who: Principal, party: str, of: str | None, month: str, *, rate: Exchange | None = None
    ) -> PartyStatement:
        """Draw a party's statement of a month up.

        A merchant's is its tenant's to see, and its agency's for a month that lies in its days; an agency's is its own;
        all others are the house's. Every figure is a sum by day, so no entry is read however many there are.
        """
        demand(who, Permission.READ_WALLETS)
        asked, owner = party_of(party, of)
        wanted = month_of(month)
        close = close_over(self._ledger.closes(), wanted)
        # The head is read first: what an open month gets while its statement is drawn may stand in it unsealed by this
        # head, and never the other way round.
        head = self._ledger.head()
        sections = tuple(one for one in self._sections(who, asked, owner, wanted, close) if not one.silent)
        totals = totals_of(sections)
        return PartyStatement(
            party=asked,
            of=owner,
            month=wanted.text,
            from_ms=wanted.from_ms,
            to_ms=wanted.to_ms,
            sections=sections,
            totals=totals,
            closed=close is not None,
            seal=close.seal if close else head.seal,
            head=close.head_hash if close else head.hash,
            as_of_ms=close.at_ms if close else head.posted_at_ms,
            conversion=convert(totals, rate) if rate else None,
        )

    def close_month(self, who: Principal, month: str) -> Close:
        """Close a month: it is over, all that the log holds of it is charged, and the books add up.

        From then on nothing counts in it any more (BILL-8). The same month again is a duplicate.
        """
        demand(who, Permission.CLOSE_BOOKS)
        wanted = month_of(month)
        there = next((close for close in self._ledger.closes() if close.period == wanted.text), None)
        if there is not None:
            return replace(there, duplicate=True)
        waiting = self._waiting(wanted)
        if waiting is not None:
            raise MonthUnread(id=wanted.text, offset=waiting)
        return self._ledger.close_period(wanted.text, wanted.to_ms, who.id)

    def months(self, who: Principal) -> Sequence[MonthStanding]:
        """List the last months, the present one first."""
        demand(who, Permission.READ_WALLETS)
        closes = self._ledger.closes()
        month = month_with(day_of(self._clock.now_ms()))
        found = []
        for _ in range(MONTHS_SHOWN):
            close = close_over(closes, month)
            found.append(
                MonthStanding(
                    month=month.text,
                    closed=close is not None,
                    closed_at_ms=close.at_ms if close else None,
                    head=close.head_hash if close else None,
                )
            )
            month = month_before(month)
        return found

    def vouched(self, who: Principal) -> bool:
        """Say whether the books add up: seals since the last close, and all sums."""
        demand(who, Permission.READ_WALLETS)
        return self._ledger.verify(since_close=True).balanced

    def _sections(self, who: Principal, party: Party, of: str, month: Month, close: Close | None) -> Iterator[Section]:
        whole = (month.first_day, month.last_day)
        if party is Party.MERCHANT:
            self._agencies.reader(who, MerchantId(of), Window(month.from_ms, month.to_ms))
            yield from self._of_owner(of, *whole)
        elif party is Party.AGENCY:
            for client, first, last in self._clients(who, TenantId(of), month, close):
                yield from self._of_owner(client, first, last)
        else:
            yield from self._of_owner(self._house_owner(who, party, of), *whole)

    def _of_owner(self, owner: str, first: date, last: date) -> Iterator[Section]:
        window = Window(Window.of_day(first).start_ms, Window.of_day(last).end_ms)
        for turnover in self._ledger.turnover(owner, window):
            yield section_of(turnover, first, last)

    def _house_owner(self, who: Principal, party: Party, of: str) -> str:
        if who.tenant != PLATFORM:
            raise HouseBooks(party=party.value)
        if party in HOUSE_PARTIES:
            return COMMUNITY if party is Party.PLATFORM else ALIBABA
        return creator_owner(self._catalog.creator(CreatorId(of)).id)

    def _clients(
        self, who: Principal, agency: TenantId, month: Month, close: Close | None
    ) -> Iterator[tuple[MerchantId, date, date]]:
        """Give an agency's clients with their days in a month: those that stand now, and stood as the month was closed."""
        if who.tenant not in {PLATFORM, agency} or self._catalog.tenant(agency).kind is not TenantKind.AGENCY:
            raise NothingThere(what="tenant", id=agency)
        kept = self._appointments.kept(agency=agency)
        now = standing(kept)
        then = now if close is None else standing(one for one in kept if one.at_ms <= close.at_ms)
        mine = {client.merchant for client in now}
        yield from spans([client for client in then if client.merchant in mine], month)

    def _waiting(self, month: Month) -> int | None:
        """Find an event that counts before the month's end and was not charged; None where there is none."""
        after, end = self._charging.position(), self._log.end()
        while after < end:
            piece = self._log.read(after=after, limit=_PIECE)
            if not piece:
                return None
            for logged in piece:
                if logged.event.occurred_at_ms < month.to_ms:
                    return logged.offset
            after = piece[-1].offset
        return None


def spans(clients: Sequence[AgencyClient], month: Month) -> Iterator[tuple[MerchantId, date, date]]:
    """Cut appointments at a month's ends; those of one merchant that touch or overlap make one stretch of days."""
    found: list[tuple[MerchantId, date, date]] = []
    for client in sorted(clients, key=lambda one: (one.merchant, one.from_day)):
        first = max(client.from_day, month.first_day)
        last = month.last_day if client.to_day is None else min(client.to_day, month.last_day)
        if last < first:
            continue
        if found and found[-1][0] == client.merchant and first <= found[-1][2] + timedelta(days=1):
            found[-1] = (client.merchant, found[-1][1], max(last, found[-1][2]))
        else:
            found.append((client.merchant, first, last))
    yield from found
