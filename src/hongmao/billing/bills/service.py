"""The desk of bills: keep a platform's file to the row, and hold it against our books as often as somebody asks."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.billing.bills.contracts import Bill, By, Look, Outcome, Sort
from hongmao.billing.bills.errors import BillEmpty, BillSeenAlready, BillTooLong, BillUnknown, BillUnreadable
from hongmao.billing.bills.loading import format_of, formats_of
from hongmao.billing.bills.rules import compare, days_of, is_total_row, month, read_line, sums_of
from hongmao.catalog.api import NothingThere, Permission, demand, sees
from hongmao.returns.api import (
    HEADER_ROWS_MAX,
    FileTooLarge,
    FileUnreadable,
    named_format,
    recognised,
    scan_table,
    table_lines,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hongmao.billing.agencies.service import Agencies
    from hongmao.billing.bills.contracts import BillFormat, BillLine, Compared
    from hongmao.billing.bills.store import BillStore, OurBooks
    from hongmao.catalog.api import Catalog, Principal
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import MerchantId
    from hongmao.kernel.time import Window
    from hongmao.ledger.api import Ledger
    from hongmao.returns.api import Columns, Line

BILL_BYTES_MAX: Final = 32 * 2**20
BILL_ROWS_MAX: Final = 100_000
NAME_CHARS_MAX: Final = 80
PAGE_BILLS_MAX: Final = 200


class Bills:
    """Keeps bills and reconciles them."""

    def __init__(
        self, store: BillStore, books: OurBooks, ledger: Ledger, catalog: Catalog, agencies: Agencies, clock: Clock
    ) -> None:
        """Work on a store; `books` say what we have of the same month."""
        self._store = store
        self._books = books
        self._ledger = ledger
        self._catalog = catalog
        self._agencies = agencies
        self._clock = clock

    def take(
        self,
        who: Principal,
        path: Path,
        *,
        name: str,
        merchant: MerchantId,
        platform: str,
        period: str,
        format: str | None = None,  # noqa: A002 - the word of the trade
    ) -> Look:
        """Keep a file that lies on the disk, and reconcile it. All of it is kept or nothing.

        The same file once more is the bill that is there (`duplicate`), reconciled anew. Without a `format` it is told by
        its headers. What is wrong with the file is raised; what is wrong with a row is an outcome with its place.
        """
        demand(who, Permission.IMPORT_BILLS)
        owner = self._catalog.merchant(who, merchant)
        days = month(period, place="month")
        formats = formats_of(platform)
        if format is not None:
            formats = (named_format(formats, format, platform=platform),)
        name = name[:NAME_CHARS_MAX]
        try:
            sha256, chosen, lines = _read(path, formats, days, name=name, platform=platform, told=format is not None)
        except FileUnreadable as error:
            raise BillUnreadable(**error.params) from None
        wanted = Bill(
            number=0,
            tenant=owner.tenant,
            merchant=owner.id,
            platform=platform,
            format=chosen.id,
            period=period,
            sha256=sha256,
            name=name,
            by=who.id,
            at_ms=self._clock.now_ms(),
        )
        bill, duplicate = self._store.keep(wanted, lines)
        if duplicate and _terms(bill) != _terms(wanted):
            raise BillSeenAlready(
                id=bill.number,
                merchant=bill.merchant,
                platform=bill.platform,
                format=bill.format,
                period=bill.period,
            )
        return self._looked(bill, duplicate=duplicate, keeps=True)

    def reconcile(self, who: Principal, number: int) -> Look:
        """Hold a bill against our books anew, and keep what is found otherwise than before."""
        demand(who, Permission.IMPORT_BILLS)
        bill = self._bill(who, number)
        if sees(who) not in (None, bill.tenant):  # an agency reads; what is kept is for the client's own people
            raise BillUnknown(id=number)
        return self._looked(bill, duplicate=False, keeps=True)

    def look(self, who: Principal, number: int) -> Look:
        """Hold a bill against our books as they stand, and keep nothing. The merchant's agency may, for its days."""
        demand(who, Permission.READ_WALLETS)
        return self._looked(self._bill(who, number), duplicate=False, keeps=False)

    def lines(self, who: Principal, number: int, *, after: int = 0, limit: int = 1_000) -> Sequence[BillLine]:
        """Give a bill's rows as they came, those below row `after`."""
        demand(who, Permission.READ_WALLETS)
        return self._store.lines(self._bill(who, number), after=after, limit=limit)

    def listed(
        self,
        who: Principal,
        merchant: MerchantId | None = None,
        *,
        before: int | None = None,
        limit: int = PAGE_BILLS_MAX,
    ) -> Sequence[Bill]:
        """List bills, the newest first: of one's own merchants, and of clients whose agency one is, for its days."""
        demand(who, Permission.READ_WALLETS)
        own = sees(who)
        found = list(self._store.listed(own, merchant, before=before, limit=limit))
        if own is not None:
            clients = {one.merchant: one.tenant for one in self._agencies.appointed(who) if one.agency == own}
            for client, tenant in clients.items():
                if merchant in (None, client):
                    theirs = self._store.listed(tenant, client, before=before, limit=limit)
                    found += [bill for bill in theirs if self._may_read(who, bill)]
        return sorted(found, key=lambda bill: -bill.number)[:limit]

    def _bill(self, who: Principal, number: int) -> Bill:
        bill = self._store.find(None, number)
        if bill is None or not self._may_read(who, bill):
            raise BillUnknown(id=number)
        return bill

    def _may_read(self, who: Principal, bill: Bill) -> bool:
        try:
            self._agencies.reader(who, bill.merchant, month(bill.period, place="month"))
        except NothingThere:
            return False
        return True

    def _looked(self, bill: Bill, *, duplicate: bool, keeps: bool) -> Look:
        now_ms = self._clock.now_ms()
        head = self._ledger.head()
        chosen = format_of(bill.format)
        lines = self._store.lines(bill)
        keys = {line.key for line in lines if line.sort is Sort.LINE} if chosen.by is By.SUB_ORDER else set()
        booked = self._books.booked(bill, chosen, month(bill.period, place="month"), keys)
        compared = compare(chosen.by, lines, booked)
        if keeps:
            self._store.note(bill, compared, seal=head.seal, at_ms=now_ms)
        before = self._store.found(bill)
        compared = tuple(replace(one, since_ms=_since(one, before.get((one.day, one.key)))) for one in compared)
        counts = Counter(one.outcome.value for one in compared)
        unreadable = tuple(line for line in lines if line.sort is Sort.UNREADABLE)
        return Look(
            bill=bill,
            duplicate=duplicate,
            at_ms=now_ms,
            seal=head.seal,
            head=head.hash,
            compared=compared,
            unreadable=unreadable,
            total_rows=tuple(line for line in lines if line.sort is Sort.TOTAL),
            days=days_of(compared),
            sums=sums_of(compared),
            counts={**{outcome.value: counts[outcome.value] for outcome in Outcome}, "unreadable": len(unreadable)},
            lines=len(lines),
        )


def _terms(bill: Bill) -> tuple[str, ...]:
    return bill.merchant, bill.platform, bill.format, bill.period


def _since(one: Compared, before: Compared | None) -> int | None:
    """Say since when something stands as it does; None where no kept look has found it so."""
    same = before is not None and (before.outcome, before.ours_fen, before.theirs_fen) == (
        one.outcome,
        one.ours_fen,
        one.theirs_fen,
    )
    return before.since_ms if before is not None and same else None


def _read(
    path: Path, formats: Sequence[BillFormat], days: Window, *, name: str, platform: str, told: bool
) -> tuple[str, BillFormat, list[BillLine]]:
    scanned = scan_table(path, name=name)
    if scanned.size_bytes > BILL_BYTES_MAX:
        raise FileTooLarge(place=name, limit=BILL_BYTES_MAX)
    read = table_lines(path, scanned, name=name)
    top = list(islice(read, HEADER_ROWS_MAX))
    at, columns = recognised([line.cells for line in top], formats, platform=platform, place=name, told=told)
    width = len(top[at].cells)
    body = islice(chain(top[at + 1 :], read), BILL_ROWS_MAX + 1)
    lines = [_line(line, columns, days, width=width) for line in body]
    if len(lines) > BILL_ROWS_MAX:
        raise BillTooLong(place=name, rows_max=BILL_ROWS_MAX)
    if not lines:
        raise BillEmpty(place=name)
    return scanned.sha256, columns.format, lines


def _line(line: Line, columns: Columns[BillFormat], days: Window, *, width: int) -> BillLine:
    beyond = any(cell.strip() for cell in line.cells[width:])
    return read_line(
        columns.format,
        columns.fields(line.cells),
        row=line.number,
        raw=msgspec.json.encode(line.cells).decode(),
        total=is_total_row(line.cells),
        fault=line.fault or ("too_many_cells" if beyond else ""),
        period=days,
    )
