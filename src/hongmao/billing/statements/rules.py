"""Statements, pure: months, totals, and a rate that is applied once."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from decimal import MAX_PREC, ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Final

from hongmao.billing.contracts import StatementMovement
from hongmao.billing.statements.contracts import (
    HOUSE_PARTIES,
    Conversion,
    ConvertedTotal,
    Exchange,
    Month,
    Party,
    Section,
    Total,
)
from hongmao.billing.statements.errors import (
    MonthUnreadable,
    OwnerUnnamed,
    PartyUnknown,
    RateMissing,
    RateUnreadable,
)
from hongmao.kernel.ids import check_id
from hongmao.kernel.money import FEN_PER_YUAN
from hongmao.kernel.time import Window, numbered_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hongmao.ledger.contracts import Close, Turnover

_MONTH: Final = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])", re.ASCII)
_DAY: Final = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_RATE: Final = re.compile(r"[0-9]{1,7}(\.[0-9]{1,10})?", re.ASCII)
_SOURCE_CHARS_MAX: Final = 120
_HOME: Final = "CNY"
# Decimals of currencies that have not two (ISO 4217, list one).
_DIGITS: Final[Mapping[str, int]] = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
_EXACT: Final = Context(prec=min(100, MAX_PREC), rounding=ROUND_HALF_EVEN)


def month_of(text: str, *, place: str = "month") -> Month:
    """Read a month.

    >>> month_of("2025-05").last_day.isoformat()
    '2025-05-31'
    """
    found = _MONTH.fullmatch(text)
    if found is None:
        raise MonthUnreadable(place=place)
    first = date(int(found[1]), int(found[2]), 1)
    return _month(first)


def month_with(day: date) -> Month:
    """Give the month that a day lies in."""
    return _month(day.replace(day=1))


def month_before(month: Month) -> Month:
    """Give the month before."""
    return month_with(month.first_day - timedelta(days=1))


def party_of(text: str, of: str | None) -> tuple[Party, str]:
    """Read who a statement is of: a party and, where there are many of its kind, which."""
    if text not in set(Party):
        raise PartyUnknown(place="party")
    party = Party(text)
    if (of is None) != (party in HOUSE_PARTIES):
        raise OwnerUnnamed(party=party.value, place="of")
    return party, check_id(of, place="of") if of is not None else party.value


def movements_of(turnover: Turnover) -> tuple[StatementMovement, ...]:
    """Write down what moved on an account, by day and reason, with whose money it was."""
    return tuple(
        StatementMovement(
            day=numbered_day(movement.day),
            why=movement.why,
            entries=movement.entries,
            amount_fen=movement.amount_fen,
            funder=turnover.account.funder,
        )
        for movement in turnover.movements
    )


def section_of(turnover: Turnover, first_day: date, last_day: date) -> Section:
    """Write an account's turnover down."""
    account = turnover.account
    return Section(
        owner=account.owner,
        kind=account.kind,
        line=account.line,
        funder=account.funder,
        first_day=first_day,
        last_day=last_day,
        opening_fen=turnover.opening_fen,
        movements=movements_of(turnover),
        closing_fen=turnover.closing_fen,
    )


def totals_of(sections: Iterable[Section]) -> tuple[Total, ...]:
    """Add accounts up, line by line."""
    lines: dict[str, list[Section]] = {}
    for section in sections:
        lines.setdefault(section.line, []).append(section)
    return tuple(_total(line, lines[line]) for line in sorted(lines))


def close_over(closes: Iterable[Close], month: Month) -> Close | None:
    """Give the close that a month lies behind: the first that ends with it or later. None while its books are open."""
    over = [close for close in closes if close.before_ms >= month.to_ms]
    return min(over, key=lambda close: close.before_ms, default=None)


def exchange_of(
    currency: str | None, rate: str | None, day: str | None, source: str | None, today: date
) -> Exchange | None:
    """Read a conversion that is asked for; None where nothing of it was given. A part of it is no rate (BILL-9)."""
    given = {"currency": currency, "rate": rate, "rate_day": day, "rate_source": source}
    if not any(given.values()):
        return None
    missing = next((name for name, value in given.items() if not value), None)
    if missing is not None:
        raise RateMissing(place=missing)
    return _rate(str(currency), str(rate), str(day), str(source), today)


def convert(totals: Sequence[Total], rate: Exchange) -> Conversion:
    """Convert each figure of each total once, half to even."""
    return Conversion(
        rate=rate,
        totals=tuple(
            ConvertedTotal(
                line=total.line,
                opening=converted(total.opening_fen, rate),
                came_in=converted(total.in_fen, rate),
                went_out=converted(total.out_fen, rate),
                closing=converted(total.closing_fen, rate),
            )
            for total in totals
        ),
    )


def converted(amount_fen: int, rate: Exchange) -> str:
    """Convert an amount, exactly until the last step: half to even at the currency's decimals."""
    exact = _EXACT.divide(_EXACT.multiply(Decimal(amount_fen), Decimal(rate.rate)), Decimal(FEN_PER_YUAN))
    rounded = exact.quantize(Decimal(1).scaleb(-rate.digits), context=_EXACT)
    return f"{rounded or abs(rounded):f}"


def _month(first: date) -> Month:
    next_first = (first + timedelta(days=31)).replace(day=1)
    return Month(
        text=f"{first:%Y-%m}",
        from_ms=Window.of_day(first).start_ms,
        to_ms=Window.of_day(next_first).start_ms,
        first_day=first,
        last_day=next_first - timedelta(days=1),
    )


def _total(line: str, sections: Sequence[Section]) -> Total:
    moved = [one.amount_fen for section in sections for one in section.movements]
    return Total(
        line=line,
        opening_fen=sum(section.opening_fen for section in sections),
        in_fen=sum(amount for amount in moved if amount > 0),
        out_fen=sum(amount for amount in moved if amount < 0),
        closing_fen=sum(section.closing_fen for section in sections),
    )


def _rate(currency: str, rate: str, day: str, source: str, today: date) -> Exchange:
    if _CURRENCY.fullmatch(currency) is None or currency == _HOME:
        raise RateUnreadable(place="currency")
    if _RATE.fullmatch(rate) is None or not Decimal(rate):
        raise RateUnreadable(place="rate")
    if (read := _day(day)) is None or read > today:
        raise RateUnreadable(place="rate_day")
    if (
        len(source) > _SOURCE_CHARS_MAX
        or not source.strip()
        or any(unicodedata.category(one)[0] == "C" for one in source)
    ):
        raise RateUnreadable(place="rate_source")
    return Exchange(currency=currency, rate=rate, day=read, source=source, digits=_DIGITS.get(currency, 2))


def _day(text: str) -> date | None:
    if _DAY.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
