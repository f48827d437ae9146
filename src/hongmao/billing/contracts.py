"""What billing hands out: charges with their reason, wallets, statements. Amounts are whole fen, times epoch ms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from hongmao.kernel.ids import MerchantId, TenantId


class Line(StrEnum):
    """资金线: two ways of paying that never share a wallet (BILL-4)."""

    CID = "cid"  # the merchant buys from the community
    UD = "ud"  # Alibaba buys for the merchant


FUNDER: Final[Mapping[Line, str]] = {Line.CID: "merchant", Line.UD: "alibaba"}
"""出资方 of each line's money (BILL-2)."""

ALIBABA: Final = "@alibaba"
COMMUNITY: Final = "@community"
OUTSIDE: Final = "@outside"
"""Owners of the house's own accounts. An id never begins with @, so no merchant can be mistaken for one."""


INCOME: Final = "income"
MEDIA: Final = "media"
"""Kinds of Alibaba's accounts: what merchants pay it for clicks, and what it pays the community for them."""


class Reason(StrEnum):
    """Why a click cost nothing, in the order in which it is looked for. An invalid one is `invalid:` and its own reason."""

    OTHER_MEDIA = "other_media"  # another media's ad led here, and that media bills it
    LABEL_NOT_SHOWN = "label_not_shown"  # no proof that 广告 stood beside it (BILL-7, LABEL-1)
    NO_PRICE = "no_price"  # a link nobody pays for
    NO_PAYER = "no_payer"  # the click names no merchant, or no line we know
    BY_IMPRESSIONS = "by_impressions"  # its campaign is charged for impressions
    DOUBLE_TAP = "double_tap"  # this impression's click of this link was paid for already
    OVER_BUDGET = "over_budget"  # above the day's budget, and above what is given back (BILL-1)
    FUNDS_MISSING = "funds_missing"  # the wallet did not hold enough


INVALID: Final = "invalid:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """计费: what one component click cost. `reason` says why it cost nothing; None where it was paid.

    `funder` is whose money paid most of it; the ledger's batch has every part. `campaign` is what it was spent for, where a
    campaign had the link when it was clicked; a click that could cost nothing by itself is no campaign's. `compensated_fen` of
    its price was given back, being above a budget.
    """

    event_id: str
    click_id: str
    link: str
    impression: str | None
    tenant: TenantId
    merchant: MerchantId | None
    note: str
    line: str
    funder: str | None
    at_ms: int
    amount_fen: int
    reason: str | None
    campaign: int | None = None
    compensated_fen: int = 0

    @property
    def batch(self) -> str | None:
        """Give the key of the ledger's batch; None where nothing was paid."""
        return click_key(self.event_id) if self.amount_fen else None

    @property
    def wallet(self) -> str | None:
        """Name the wallet that paid; None where nothing was."""
        return f"{self.merchant}/{self.line}" if self.amount_fen else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """消耗 of one Asia/Shanghai day, note and link on one line. `clicks` counts those that were paid.

    `unknown`: impressions cost more than `amount_fen`, and how much of that counts as of the moment cannot be told.
    """

    day: date
    note: str
    link: str
    merchant: MerchantId | None
    line: str
    clicks: int
    amount_fen: int
    unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """余额: what is left of one kind of money, and whose it was."""

    kind: str
    funder: str
    balance_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """钱包: what one merchant has left to spend on one line, all kinds together, and who pays in.

    `purses` are its kinds that were ever opened, the first to be spent first.
    """

    merchant: MerchantId
    line: Line
    funder: str
    balance_fen: int
    purses: tuple[Purse, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp:
    """充值: an entered payment. `duplicate` where the same key had entered it before."""

    merchant: MerchantId
    line: str
    funder: str
    amount_fen: int
    key: str
    duplicate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """发放: money that was given to a merchant. `duplicate` where the same key had given it before."""

    merchant: MerchantId
    kind: str
    funder: str
    amount_fen: int
    key: str
    duplicate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Funded:
    """What one funder's money paid of a merchant's clicks and impressions, and what of it programmes paid (联投)."""

    funder: str
    amount_fen: int
    coinvested_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding:
    """出资构成: whose money a merchant's clicks of some time were. The parts sum to what the clicks cost."""

    merchant: MerchantId
    from_ms: int
    to_ms: int
    parts: tuple[Funded, ...]

    @property
    def own_fen(self) -> int:
        """Give what the merchant paid in itself."""
        return sum(part.amount_fen for part in self.parts if part.funder == FUNDER[Line.CID])

    @property
    def total_fen(self) -> int:
        """Give what the clicks cost."""
        return sum(part.amount_fen for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementMovement:
    """发生额 of one day and reason: what comes in and goes out, and `_late` what came after its period."""

    day: date
    why: str
    entries: int
    amount_fen: int
    funder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One wallet over a statement's time."""

    line: str
    kind: str
    funder: str
    opening_fen: int
    movements: tuple[StatementMovement, ...]
    closing_fen: int

    @property
    def balanced(self) -> bool:
        """Tell whether opening and movements make the closing, to the fen."""
        return self.opening_fen + sum(m.amount_fen for m in self.movements) == self.closing_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncharged:
    """How many clicks cost nothing, for one reason."""

    reason: str
    clicks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """账单: a merchant's wallets from one instant to another, start in and end out."""

    merchant: MerchantId
    tenant: TenantId
    from_ms: int
    to_ms: int
    lines: tuple[StatementLine, ...]
    uncharged: tuple[Uncharged, ...]

    @property
    def balanced(self) -> bool:
        """Tell whether every wallet's figures meet."""
        return all(line.balanced for line in self.lines)


def compensation_key(event_id: str) -> str:
    """Name the batch that gives back what of a click stood above a budget."""
    return f"compensate/{event_id}"


def click_key(event_id: str) -> str:
    """Name the ledger's batch of a click: one per event, for ever. An id holds no slash, so no two keys meet."""
    return f"click/{event_id}"
