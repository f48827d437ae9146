"""Closing periods, pure: which close may be made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.kernel.ids import check_id
from hongmao.kernel.time import day_number, iso
from hongmao.ledger.contracts import Close
from hongmao.ledger.errors import PeriodNotOver, PeriodUnordered
from hongmao.ledger.sums import midnight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hongmao.ledger.contracts import Head

PERIOD_CHARS_MAX = 16


def check_period(
    period: str, before_ms: int, now_ms: int, closed_before_ms: int, closes: Iterable[Close]
) -> Close | None:
    """Let a close through, or give the one it repeats; raises the first rule broken.

    A period ends at a midnight of Asia/Shanghai, where a balance is read from whole days.
    """
    there = next((close for close in closes if close.period == period), None)
    if there is not None and there.before_ms == before_ms:
        return there
    named = len(check_id(period, place="period")) <= PERIOD_CHARS_MAX and there is None
    if not named or before_ms <= closed_before_ms or midnight(day_number(before_ms)) != before_ms:
        raise PeriodUnordered(id=period, before=iso(before_ms), closed_before=iso(closed_before_ms))
    if before_ms > now_ms:
        raise PeriodNotOver(id=period, before=iso(before_ms))
    return None


def close_of(period: str, before_ms: int, head: Head, by: str, at_ms: int) -> Close:
    """Write a close down, with the head of the chain as it is made."""
    return Close(period=period, before_ms=before_ms, seal=head.seal, head_hash=head.hash, by=by, at_ms=at_ms)
