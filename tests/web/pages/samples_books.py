"""A bill with every outcome, as the desk of bills shows it: rows are compared by the real rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from hongmao.billing.api import Bill, BillLine, BillUnknown, Look
from hongmao.billing.bills.contracts import Booked, By, Sort
from hongmao.billing.bills.rules import compare, days_of, sums_of
from hongmao.kernel.ids import MerchantId, TenantId
from hongmao.kernel.time import instant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hongmao.catalog.api import Principal

NOW_MS = instant("2025-06-03T10:00:00+08:00")
DAY = date(2025, 5, 7)
BILL = Bill(
    number=1,
    tenant=TenantId("brand-1"),
    merchant=MerchantId("merchant-1"),
    platform="xhs",
    format="juguang_note",
    period="2025-05",
    sha256="ab" * 32,
    name="五月<账单>.csv",
    by="user-1",
    at_ms=NOW_MS,
)


def _line(row: int, key: str, fen: int | None, sort: Sort = Sort.LINE, code: str = "") -> BillLine:
    return BillLine(
        row=row, sort=sort, day=DAY if sort is Sort.LINE else None, key=key, amount_fen=fen,
        field="amount" if code else "", code=code, raw=f'["2025-05-07","{key}","<b>"]',
    )  # fmt: skip


LINES = (
    _line(2, "note-001", 120),
    _line(3, "note-002", 300),
    _line(4, "note-009", 50),
    _line(5, "", None, Sort.UNREADABLE, "not_whole_fen"),
    _line(6, "", 470, Sort.TOTAL),
)
OURS = tuple(
    Booked(day=DAY, key=key, amount_fen=fen) for key, fen in (("note-001", 120), ("note-002", 240), ("note-003", 80))
)


def look() -> Look:
    """Hold the sample against what the sample's books say."""
    compared = tuple(replace(one, since_ms=NOW_MS) for one in compare(By.NOTE, LINES, OURS))
    counts = {"same": 1, "missing": 1, "extra": 1, "differs": 1, "unreadable": 1}
    return Look(
        bill=BILL,
        duplicate=False,
        at_ms=NOW_MS,
        seal=7,
        head="ab" * 32,
        compared=compared,
        unreadable=(LINES[3],),
        total_rows=(LINES[4],),
        days=days_of(compared),
        sums=sums_of(compared),
        counts=counts,
        lines=len(LINES),
    )


class FakeBills:
    """One bill of the first merchant, and a desk that remembers what it was handed."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes, dict[str, object]]] = []

    def listed(self, who: Principal) -> Sequence[Bill]:
        return (BILL,) if who.tenant.endswith("1") else ()

    def look(self, who: Principal, number: int) -> Look:
        if number != BILL.number or not self.listed(who):
            raise BillUnknown(id=number)
        return look()

    reconcile = look

    def take(self, who: Principal, path: Path, *, name: str, **said: object) -> Look:
        self.taken.append((name, path.read_bytes(), {"tenant": who.tenant, **said}))
        return look()
