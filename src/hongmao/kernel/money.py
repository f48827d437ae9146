"""Money in whole fen (分): added, compared, split and printed without ever losing one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.kernel.errors import HongmaoError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FEN_PER_YUAN = 100
# Largest amount one field may hold: ten trillion yuan, far above any GMV and far below where a signed 64-bit sum overflows.
AMOUNT_FEN_MAX = 10**15
_YUAN = re.compile(r"(?P<sign>-?)(?P<yuan>[0-9]{1,14})(?:\.(?P<fen>[0-9]{1,2}))?")


class MoneyUnreadable(HongmaoError):
    """The text is no amount in yuan with at most two decimals."""

    code = "money_unreadable"
    status = 422
    zh = "“{text}”不是金额"
    en = "{text!r} is not an amount of money"
    hint_zh = "请写成最多两位小数的元，例如 12.34"
    hint_en = "Write yuan with at most two decimals, for example 12.34"


class CannotAllocate(HongmaoError):
    """Weights that are empty, negative or all zero cannot share an amount."""

    code = "cannot_allocate"
    status = 422
    zh = "无法按权重 {weights} 分配金额"
    en = "An amount cannot be shared by the weights {weights}"
    hint_zh = "请给出至少一个大于 0 的权重，且没有负数"
    hint_en = "Give at least one weight above 0 and none below"


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """金额: an exact amount in fen, positive or negative.

    >>> Money(29_900) - Money(9_900)
    Money(fen=20000)
    >>> str(Money(29_905))
    '299.05'
    """

    fen: int

    def __post_init__(self) -> None:
        """Refuse floats and booleans at the door: half a fen must not enter unseen."""
        if type(self.fen) is not int:
            raise MoneyUnreadable(text=str(self.fen))

    @classmethod
    def parse(cls, yuan: str) -> Money:
        """Read yuan as people write them ("12.3"); raises `MoneyUnreadable` rather than rounding."""
        match = _YUAN.fullmatch(yuan.strip())
        if match is None:
            raise MoneyUnreadable(text=yuan)
        fen = int(match["yuan"]) * FEN_PER_YUAN + int((match["fen"] or "0").ljust(2, "0"))
        return cls(-fen if match["sign"] else fen)

    @classmethod
    def total(cls, amounts: Iterable[Money]) -> Money:
        """Add up amounts; nothing at all is zero fen."""
        return cls(sum(amount.fen for amount in amounts))

    def __add__(self, other: Money) -> Money:
        """Add two amounts."""
        return Money(self.fen + other.fen)

    def __sub__(self, other: Money) -> Money:
        """Subtract an amount; the result may be negative."""
        return Money(self.fen - other.fen)

    def __neg__(self) -> Money:
        """Turn a payment into its reversal."""
        return Money(-self.fen)

    def __bool__(self) -> bool:
        """Tell whether anything moves at all."""
        return self.fen != 0

    def __str__(self) -> str:
        """Print yuan with two decimals and no currency sign."""
        sign = "-" if self.fen < 0 else ""
        yuan, fen = divmod(abs(self.fen), FEN_PER_YUAN)
        return f"{sign}{yuan}.{fen:02d}"

    def allocate(self, weights: Sequence[int]) -> tuple[Money, ...]:
        """Share this amount by whole-number weights so that the parts add up to it, to the last fen.

        Cumulative rounding: part i is the rounded share of all weights up to i, less what was given before. It is exact
        for any sign and any weights, and adding a weight at the end never changes an earlier part of the same total.

        >>> [part.fen for part in Money(100).allocate([1, 1, 1])]
        [33, 34, 33]
        """
        total = sum(weights)
        if not weights or min(weights) < 0 or total == 0:
            raise CannotAllocate(weights=list(weights))
        parts: list[Money] = []
        given, seen = 0, 0
        for weight in weights:
            seen += weight
            upto = (2 * self.fen * seen + total) // (2 * total)
            parts.append(Money(upto - given))
            given = upto
        return tuple(parts)
