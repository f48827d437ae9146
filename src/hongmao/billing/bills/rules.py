"""Reading a bill's rows and holding them against our books. Pure: rows and what is booked go in, outcomes come out.

A bill and our books meet on a **key**: a day and a note, creativity, campaign or programme; or a sub-order, whatever its day.
Rows of one key are added up first, so a bill that writes a day in two rows is no difference, and one that writes a row twice is.

    ours - theirs = missing - extra + (ours - theirs of what differs)
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from datetime import date
from typing import TYPE_CHECKING, Final

from hongmao.billing.bills.contracts import BillLine, Booked, By, Compared, Outcome, Sort, Sums
from hongmao.billing.bills.errors import PeriodMalformed
from hongmao.kernel.money import AMOUNT_FEN_MAX, FEN_PER_YUAN
from hongmao.kernel.time import Window
from hongmao.returns.api import cell_of, is_total

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hongmao.billing.bills.contracts import BillFormat

KEY_CHARS_MAX: Final = 64
_MONTH: Final = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_DAY: Final = re.compile(
    r"(?P<year>20[0-9]{2})(?:(?P<sign>[-/.年])(?P<month>[0-9]{1,2})[-/.月](?P<day>[0-9]{1,2})日?|(?P<m>[0-9]{2})(?P<d>[0-9]{2}))"
    r"(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\.[0-9]+)?)?"
)
_AMOUNT: Final = re.compile(r"(?P<sign>[-+]?)(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,16})(?:\.(?P<part>[0-9]*))?")
_CURRENCY: Final = re.compile(r"^([-+]?)(?:¥|￥|CNY|RMB)|元$", re.IGNORECASE)
_MINUS: Final = str.maketrans("\u2212\u2013\u2014", "---")
_TOTALS: Final = frozenset({"total", "totals", "grandtotal", "subtotal", "sum"})


def month(text: str, *, place: str) -> Window:
    """Read a month, such as 2025-05, as its days of Asia/Shanghai."""
    found = _MONTH.fullmatch(text)
    if found is None:
        raise PeriodMalformed(place=place)
    year, number = int(found[1]), int(found[2])
    after = date(year + number // 12, number % 12 + 1, 1)
    return Window(Window.of_day(date(year, number, 1)).start_ms, Window.of_day(after).start_ms)


def plain(text: str) -> str:
    """Write a cell in half-width characters, without what surrounds it; a dash is how exports write nothing."""
    return cell_of(unicodedata.normalize("NFKC", text))


def amount_of(text: str, unit: str) -> int | str:
    """Read an amount as fen, or give the code of what is wrong with it.

    Full-width digits, thousands in threes, ¥ or 元 are how people write money. A third decimal is no money.

    >>> amount_of("￥1,234.50", "yuan"), amount_of("-３.5", "yuan"), amount_of("0.1234", "yuan"), amount_of("1,2", "yuan")
    (123450, -350, 'not_whole_fen', 'bad_value')
    """
    written = plain(text)
    if not written:
        return "missing_field"
    bare = _CURRENCY.sub(r"\1", written.translate(_MINUS).replace(" ", ""))
    found = _AMOUNT.fullmatch(_CURRENCY.sub(r"\1", bare))
    if found is None or found["part"] == "":
        return "bad_value"
    part = found["part"] or ""
    if len(part) > (2 if unit == "yuan" else 0):
        return "not_whole_fen"
    whole = int(found["whole"].replace(",", ""))
    fen = whole * FEN_PER_YUAN + int(part.ljust(2, "0")) if unit == "yuan" else whole
    if fen > AMOUNT_FEN_MAX:
        return "out_of_range"
    return -fen if found["sign"] == "-" else fen


def day_of_text(text: str, period: Window) -> date | str:
    """Read a day of the bill's month, or give the code of what is wrong with it."""
    written = plain(text)
    if not written:
        return "missing_field"
    found = _DAY.fullmatch(written)
    if found is None:
        return "bad_time"
    try:
        day = date(int(found["year"]), int(found["month"] or found["m"]), int(found["day"] or found["d"]))
    except ValueError:
        return "bad_time"
    return day if period.contains(Window.of_day(day).start_ms) else "day_outside_period"


def key_of(text: str) -> str | None:
    """Read what a line is about; None where no id could look so."""
    written = plain(text).removeprefix("'")
    return written if written and len(written) <= KEY_CHARS_MAX and written.isprintable() else None


def is_total_row(cells: Sequence[str]) -> bool:
    """Tell whether a row sums up others, in Chinese or English."""
    first = next((cell for cell in cells if cell_of(cell)), "")
    return is_total(cells) or unicodedata.normalize("NFKC", first).replace(" ", "").casefold() in _TOTALS


def read_line(
    format: BillFormat,  # noqa: A002 - the word of the trade
    fields: Mapping[str, str],
    *,
    row: int,
    raw: str,
    total: bool,
    fault: str,
    period: Window,
) -> BillLine:
    """Read one row. The first of its fields that cannot be read makes it unreadable, and is named."""
    amount = amount_of(fields["amount"], format.unit)
    if total:
        stated = amount if isinstance(amount, int) else None
        return BillLine(row=row, sort=Sort.TOTAL, day=None, key="", amount_fen=stated, field="", code="", raw=raw)

    def unreadable(field: str, code: str) -> BillLine:
        return BillLine(
            row=row, sort=Sort.UNREADABLE, day=None, key="", amount_fen=None, field=field, code=code, raw=raw
        )

    if fault:
        return unreadable("", fault)
    day, key = day_of_text(fields["day"], period), key_of(fields["key"])
    if isinstance(day, str):
        return unreadable("day", day)
    if key is None:
        return unreadable("key", "bad_value" if plain(fields["key"]) else "missing_field")
    if isinstance(amount, str):
        return unreadable("amount", amount)
    return BillLine(row=row, sort=Sort.LINE, day=day, key=key, amount_fen=amount, field="", code="", raw=raw)


def compare(by: By, lines: Iterable[BillLine], booked: Iterable[Booked]) -> tuple[Compared, ...]:
    """Hold a bill's lines against what is booked, key by key, by day and key.

    A sub-order stands under the first day on which the bill has it, else under that of our books.
    """
    dated = by is not By.SUB_ORDER
    theirs: defaultdict[tuple[date | None, str], list[BillLine]] = defaultdict(list)
    ours: defaultdict[tuple[date | None, str], list[Booked]] = defaultdict(list)
    for line in lines:
        if line.sort is Sort.LINE:
            theirs[line.day if dated else None, line.key].append(line)
    for entry in booked:
        ours[entry.day if dated else None, entry.key].append(entry)
    found = [_compared(key, theirs.get((day, key), []), ours.get((day, key), [])) for day, key in {*theirs, *ours}]
    return tuple(sorted(found, key=lambda one: (one.day or date.min, one.key)))


def days_of(compared: Iterable[Compared]) -> tuple[Sums, ...]:
    """Add both sides up day by day."""
    by_day: defaultdict[date | None, list[Compared]] = defaultdict(list)
    for one in compared:
        by_day[one.day].append(one)
    return tuple(sums_of(by_day[day], day=day) for day in sorted(by_day, key=lambda day: day or date.min))


def sums_of(compared: Iterable[Compared], *, day: date | None = None) -> Sums:
    """Add both sides up, and what makes their difference."""
    every = tuple(compared)
    differences: Counter[Outcome] = Counter()
    for one in every:
        differences[one.outcome] += one.difference_fen
    return Sums(
        day=day,
        ours_fen=sum(one.ours_fen or 0 for one in every),
        theirs_fen=sum(one.theirs_fen or 0 for one in every),
        missing_fen=differences[Outcome.MISSING],
        extra_fen=-differences[Outcome.EXTRA],
        differs_fen=differences[Outcome.DIFFERS],
    )


def _compared(key: str, theirs: Sequence[BillLine], ours: Sequence[Booked]) -> Compared:
    ours_fen = sum(one.amount_fen for one in ours) if ours else None
    theirs_fen = sum(one.amount_fen or 0 for one in theirs) if theirs else None
    days = [line.day for line in theirs if line.day is not None] or [one.day for one in ours]
    return Compared(
        day=min(days),
        key=key,
        outcome=_outcome(ours_fen, theirs_fen),
        ours_fen=ours_fen,
        theirs_fen=theirs_fen,
        rows=tuple(line.row for line in theirs),
    )


def _outcome(ours_fen: int | None, theirs_fen: int | None) -> Outcome:
    # Nothing booked and a line of 0.00 are the same sum: a platform lists notes that cost nothing, and we post nothing.
    if (ours_fen or 0) == (theirs_fen or 0):
        return Outcome.SAME
    if theirs_fen is None:
        return Outcome.MISSING
    return Outcome.EXTRA if ours_fen is None else Outcome.DIFFERS
