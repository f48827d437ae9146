"""A party's statement of a month. Amounts are whole fen; days those of Asia/Shanghai, first and last included."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

    from hongmao.billing.contracts import StatementMovement


class Party(StrEnum):
    """Who has a part in the money."""

    MERCHANT = "merchant"  # 商家: its purses on every line
    AGENCY = "agency"  # 代理商: the purses of its clients, for the days of each
    CREATOR = "creator"  # 达人: what was paid out for orders
    PLATFORM = "platform"  # 社区: revenue, fees of creators' orders, what was given
    ALIBABA = "alibaba"  # 阿里: the line `ud`, what it matches, the service fee it is owed


HOUSE_PARTIES: Final = frozenset({Party.PLATFORM, Party.ALIBABA})
"""There is one of each, so nobody names which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """账期: a month of Asia/Shanghai, start in and end out. `text` is as in 2025-05."""

    text: str
    from_ms: int
    to_ms: int
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One account over the days that the party may see of it: all of the month, but for an agency's client."""

    owner: str
    kind: str
    line: str
    funder: str
    first_day: date
    last_day: date
    opening_fen: int
    movements: tuple[StatementMovement, ...]
    closing_fen: int

    @property
    def balanced(self) -> bool:
        """Tell whether opening and movements make the closing, to the fen."""
        return self.opening_fen + sum(one.amount_fen for one in self.movements) == self.closing_fen

    @property
    def silent(self) -> bool:
        """Tell whether nothing stood there and nothing moved. An account opened later reads so, and is not printed."""
        return not (self.opening_fen or self.closing_fen or self.movements)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """All accounts of one line together; lines are never added up with each other (BILL-4).

    `in_fen` and `out_fen` are the movements above and below zero.
    """

    line: str
    opening_fen: int
    in_fen: int
    out_fen: int
    closing_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """汇率: what one yuan is in another currency, of which day, and who says so. No amount is converted without all three.

    `rate` is the text it was given as; `digits` are the currency's decimals (ISO 4217).
    """

    currency: str
    rate: str
    day: date
    source: str
    digits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertedTotal:
    """折算: a line's total in the other currency, each figure converted once from the fen of the total (BILL-9).

    So they need not add up to the last cent. Amounts are text with the currency's decimals.
    """

    line: str
    opening: str
    came_in: str
    went_out: str
    closing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """Totals in another currency, with the rate that made them."""

    rate: Exchange
    totals: tuple[ConvertedTotal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyStatement:
    """账单: what a party had, what moved, what it has.

    `seal` and `head` say where the chain of the ledger ended: as the books closed, or, while they are open, as the
    statement began to be drawn. `as_of_ms` is when that was posted.
    """

    party: Party
    of: str
    month: str
    from_ms: int
    to_ms: int
    sections: tuple[Section, ...]
    totals: tuple[Total, ...]
    closed: bool
    seal: int
    head: str
    as_of_ms: int
    conversion: Conversion | None = None

    @property
    def balanced(self) -> bool:
        """Tell whether every account's figures meet."""
        return all(section.balanced for section in self.sections)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthStanding:
    """A month that a statement can be drawn of, and whether its books are closed; then when, and with which head."""

    month: str
    closed: bool
    closed_at_ms: int | None = None
    head: str | None = None
