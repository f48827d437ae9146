"""Ports of bills: what is kept of them, and what our books say of the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from hongmao.billing.bills.contracts import Bill, BillFormat, BillLine, Booked, Compared
    from hongmao.kernel.ids import MerchantId, TenantId
    from hongmao.kernel.time import Window

Key = tuple["date | None", str]
"""The day and key under which a bill and our books meet."""


class BillStore(Protocol):
    """Bills, their lines, and what looks at them found. Nothing of it is ever changed."""

    def keep(self, bill: Bill, lines: Sequence[BillLine]) -> tuple[Bill, bool]:
        """Keep a bill with its lines under a number of its own; where its tenant has the same file, give that and True."""
        ...

    def find(self, tenant: TenantId | None, number: int) -> Bill | None:
        """Find a bill; another tenant's reads as None."""
        ...

    def listed(
        self, tenant: TenantId | None, merchant: MerchantId | None, *, before: int | None, limit: int
    ) -> Sequence[Bill]:
        """List bills, the newest first, those below `before`."""
        ...

    def lines(self, bill: Bill, *, after: int = 0, limit: int | None = None) -> Sequence[BillLine]:
        """Give a bill's lines in the order of its rows: those below a row, all of them without a limit."""
        ...

    def found(self, bill: Bill) -> Mapping[Key, Compared]:
        """Give what was found last for each key, with the instant since when."""
        ...

    def note(self, bill: Bill, compared: Sequence[Compared], *, seal: int, at_ms: int) -> None:
        """Keep what differs from what was found last."""
        ...


class OurBooks(Protocol):
    """What our own books say of a merchant's month."""

    def booked(
        self,
        bill: Bill,
        format: BillFormat,  # noqa: A002 - the word of the trade
        period: Window,
        keys: Collection[str],
    ) -> Sequence[Booked]:
        """Say what is booked, less what was given back. Of sub-orders also those of `keys` that other months have."""
        ...
