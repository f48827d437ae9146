"""What a report may be asked, and when its cells are complete: no IO, no clock of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hongmao.insight.contracts import SCOPES, Maturity, OrderStatus, ReportQuery, Ripeness, ViewClock
from hongmao.insight.errors import ChoiceUnknown, DaysBackwards, DayUnreadable, TooManyDays
from hongmao.kernel.time import DAY_MS, Window, day_of, span_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DAYS_BY_DEFAULT = 7
DAYS_MAX = 366  # one year with its leap day: a chart of more days has fewer pixels than points
_CHARS_SHOWN = 40


def read_query(
    *,
    now_ms: int,
    offered: Callable[[date], tuple[str, Sequence[str]]],
    from_day: str | None = None,
    to_day: str | None = None,
    window: str | None = None,
    clock: str | None = None,
    scope: str | None = None,
) -> ReportQuery:
    """Read a report's question from text; what is left out is the last 7 days, the default window, billing time, CID.

    `offered` gives the default window and all that may be chosen, by the definitions of the last day.

    Raises `DayUnreadable`, `DaysBackwards`, `TooManyDays` or `ChoiceUnknown`, each with its place.
    """
    last = _day(to_day, place="to") if to_day else None
    first = _day(from_day, place="from") if from_day else None
    last = last or max(day_of(now_ms), first or date.min)
    first = first or last - timedelta(days=DAYS_BY_DEFAULT - 1)
    check_range(first, last)
    default, windows = offered(last)
    return ReportQuery(
        from_day=first,
        to_day=last,
        window=_choice(window or default, windows, place="window"),
        clock=ViewClock(_choice(clock or "billing", tuple(ViewClock), place="clock")),
        scope=_choice(scope or "cid", SCOPES, place="scope"),
    )


def check_range(first: date, last: date) -> None:
    """Let a range of days through that a report can cover."""
    if last < first:
        raise DaysBackwards(place="from..to", from_day=first.isoformat(), to_day=last.isoformat())
    days = (last - first).days + 1
    if days > DAYS_MAX:
        raise TooManyDays(place="from..to", days=days, limit=DAYS_MAX)


def days_of(query: ReportQuery) -> tuple[date, ...]:
    """List every day of a query, first to last."""
    return tuple(query.from_day + timedelta(days=n) for n in range((query.to_day - query.from_day).days + 1))


def complete_at_ms(
    day: date, *, window: str | None, clock: ViewClock | None, mature_days: int, lagging: bool = False
) -> int:
    """Say when a day's cell stops growing (ATTR-9).

    By billing time a conversion may come until the window of the day's last click has closed; by event time, and for
    what has no window, the day itself is the end. What shops return may then be late: `mature_days` of the definition.
    A report is `lagging`: it tells of a day on the day that many days later, and of a window after it has closed.
    """
    end_ms = Window.of_day(day).end_ms
    open_ms = span_ms(window) if window is not None and clock is ViewClock.BILLING else 0
    if lagging:
        return end_ms + open_ms + max(0, mature_days - 1) * DAY_MS
    return end_ms + max(open_ms, mature_days * DAY_MS)


def maturity(at_ms: int, *, now_ms: int) -> Maturity:
    """Judge a cell that is complete at an instant."""
    return Maturity(ripeness=Ripeness.MATURE if now_ms >= at_ms else Ripeness.GROWING, complete_at_ms=at_ms)


def _day(text: str, *, place: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise DayUnreadable(place=place, got=text[:_CHARS_SHOWN]) from None


def _choice(text: str, offered: Sequence[str], *, place: str) -> str:
    if text not in offered:
        raise ChoiceUnknown(place=place, got=text[:_CHARS_SHOWN], offered=", ".join(offered))
    return text


def order_status(
    *, paid: bool, deposited: bool, arrived: bool, refunds: int, gross_fen: int | None, refunded_fen: int | None
) -> OrderStatus:
    """Say how far an order or sub-order has come (拍下 > 支付 > 收货, 退款); what went back outranks what arrived.

    A refund of unknown amount, or of an unknown payment, is a part refund: we cannot know that it was the whole.
    """
    if refunds:
        known = gross_fen is not None and refunded_fen is not None
        whole = known and (refunded_fen or 0) >= (gross_fen or 0)
        return OrderStatus.REFUNDED if whole else OrderStatus.PART_REFUNDED
    if arrived:
        return OrderStatus.RECEIVED
    if paid:
        return OrderStatus.PAID
    return OrderStatus.DEPOSIT if deposited else OrderStatus.PLACED


@dataclass(frozen=True, slots=True)
class Settled:
    """What an order or sub-order is worth: refunded and net stay unknown where a part of them is."""

    gross_fen: int | None
    refunded_fen: int | None
    net_fen: int | None
    partial: bool


def settle(
    *, gross_fen: int | None, gross_unknown: bool, refunds: int, refunded_fen: int | None, refunds_unknown: int
) -> Settled:
    """Work out net from paid and refunded: 0 refunded where no refund came, partial where an amount is missing (ATTR-7)."""
    refunded = refunded_fen if refunds else 0
    net = None if gross_fen is None or refunded is None else gross_fen - refunded
    return Settled(gross_fen, refunded, net, gross_unknown or refunds_unknown > 0)
