"""A platform's bill: its lines as they came, what our books say of the same, and how the two sums meet.

Amounts are whole fen; above zero is what a merchant was charged. Days are those of Asia/Shanghai.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from hongmao.kernel.ids import MerchantId, TenantId


class Sort(StrEnum):
    """What a row of a bill is."""

    LINE = "line"
    TOTAL = "total"  # sums up others, and is in no sum
    UNREADABLE = "unreadable"


class Outcome(StrEnum):
    """差异: how a bill and our books agree on one key."""

    SAME = "same"
    MISSING = "missing"  # we have it, they have not
    EXTRA = "extra"  # they have it, we have not
    DIFFERS = "differs"  # both have it, with other amounts
    UNREADABLE = "unreadable"  # a row that says nothing which could be compared


class Book(StrEnum):
    """Which of our books a bill is held against."""

    CID = "cid"  # what clicks cost on the merchant's own line
    UD = "ud"  # what clicks cost on Alibaba's line
    FEE = "fee"  # service fees of sub-orders
    COINVEST = "coinvest"  # what programmes paid of the merchant's clicks


class By(StrEnum):
    """What a line of a bill is about, beside its day."""

    NOTE = "note"
    CREATIVITY = "creativity"
    CAMPAIGN = "campaign"
    SUB_ORDER = "sub_order"  # whatever its day: a fee may be booked on another
    PROGRAMME = "programme"


class BillFormat(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """账单格式: how a platform writes one of its bills. A file of `formats/`; none is changed once published."""

    id: str
    version: int
    platforms: tuple[str, ...]
    zh: str
    en: str
    source: str
    """Where the columns are known from."""
    book: Book
    by: By
    columns: dict[str, tuple[str, ...]]
    """Field (`day`, `key`, `amount`) -> the headers it goes by."""
    unit: str = "yuan"
    """`yuan` with at most two decimals, or whole `fen`."""

    @property
    def name(self) -> str:
        """Name it for people and files."""
        return self.id

    @property
    def aliases(self) -> Mapping[str, tuple[str, ...]]:
        """Give the headers of each field."""
        return self.columns

    @property
    def required(self) -> tuple[str, ...]:
        """Give the fields without which a file is none of these bills: all of them."""
        return tuple(self.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """One row of a bill. `code` says why it could not be read, `field` where; `raw` is the row as it came."""

    row: int
    sort: Sort
    day: date | None
    key: str
    amount_fen: int | None
    field: str
    code: str
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """账单: one file of a platform for a merchant's month."""

    number: int
    tenant: TenantId
    merchant: MerchantId
    platform: str
    format: str
    period: str
    sha256: str
    name: str
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What our books say of one key on one day."""

    day: date
    key: str
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One key of a bill and of our books. None is what one side does not have at all.

    `rows` are the bill's rows of this key; `since_ms` is when a look found first what stands here now.
    """

    day: date | None
    key: str
    outcome: Outcome
    ours_fen: int | None
    theirs_fen: int | None
    rows: tuple[int, ...]
    since_ms: int | None = None

    @property
    def difference_fen(self) -> int:
        """Give ours less theirs."""
        return (self.ours_fen or 0) - (self.theirs_fen or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Both sums of a day or of the whole bill, and what makes their difference: `explained` to the fen."""

    day: date | None
    ours_fen: int
    theirs_fen: int
    missing_fen: int
    extra_fen: int
    differs_fen: int

    @property
    def difference_fen(self) -> int:
        """Give ours less theirs."""
        return self.ours_fen - self.theirs_fen

    @property
    def explained(self) -> bool:
        """Tell whether missing, extra and differing lines make the difference."""
        return self.difference_fen == self.missing_fen - self.extra_fen + self.differs_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """对账: a bill held against our books as they stand at the ledger's `seal`.

    `total_rows` are the rows that sum up others, with the sum that each states.
    """

    bill: Bill
    duplicate: bool
    at_ms: int
    seal: int
    head: str
    compared: tuple[Compared, ...]
    unreadable: tuple[BillLine, ...]
    total_rows: tuple[BillLine, ...]
    days: tuple[Sums, ...]
    sums: Sums
    counts: Mapping[str, int]
    lines: int
