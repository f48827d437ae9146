"""Instants in epoch milliseconds, half-open windows, and days as the trade counts them: in Asia/Shanghai."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from hongmao.kernel.errors import BadInput

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
# China has kept UTC+8 without daylight saving since 1991, so a fixed offset is exact for every event we can accept
# and needs no zone database on the machine.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
SHANGHAI_MS = 8 * HOUR_MS
_EPOCH = date(1970, 1, 1)
_SPAN = re.compile(r"(?P<count>[1-9][0-9]{0,4})(?P<unit>[hd])")


class TimeUnreadable(BadInput):
    """The text is no instant."""

    code = "time_unreadable"
    zh = "“{place}”不是 ISO-8601 时间"
    en = "{place!r} is no ISO-8601 time"
    hint_zh = "例如 2025-05-07T10:00:00+08:00；不写时区按北京时间"
    hint_en = "Write for example 2025-05-07T10:00:00+08:00; without a zone it is Asia/Shanghai"


class SpanUnreadable(BadInput):
    """The text is no length of time."""

    code = "span_unreadable"
    zh = "“{place}”不是时长"
    en = "{place!r} is no length of time"
    hint_zh = "请写成小时或天，例如 24h、15d"
    hint_en = "Write hours or days, for example 24h or 15d"


@dataclass(frozen=True, slots=True)
class Window:
    """窗口: a half-open stretch of time, start in and end out, so that neighbours share no instant.

    >>> Window(0, 10).contains(0), Window(0, 10).contains(10)
    (True, False)
    """

    start_ms: int
    end_ms: int

    @classmethod
    def after(cls, start_ms: int, *, length_ms: int) -> Window:
        """Open at an instant for a length: a click at day 0 10:00 with 7 d closes at day 7 10:00 (ATTR-1)."""
        return cls(start_ms, start_ms + length_ms)

    @classmethod
    def of_day(cls, day: date) -> Window:
        """Take one day of Asia/Shanghai."""
        start = (day - _EPOCH).days * DAY_MS - SHANGHAI_MS
        return cls(start, start + DAY_MS)

    def contains(self, at_ms: int) -> bool:
        """Tell whether an instant falls inside."""
        return self.start_ms <= at_ms < self.end_ms


def day_number(at_ms: int) -> int:
    """Count the Asia/Shanghai day of an instant from 1970-01-01.

    >>> day_number(1_746_547_200_000), day_number(1_746_547_199_999)  # midnight in Shanghai, and just before
    (20215, 20214)
    """
    return (at_ms + SHANGHAI_MS) // DAY_MS


def numbered_day(number: int) -> date:
    """Name a day that `day_number` counted.

    >>> numbered_day(20_215).isoformat()
    '2025-05-07'
    """
    return _EPOCH + timedelta(days=number)


def into_day_ms(at_ms: int) -> int:
    """Say how long the Asia/Shanghai day of an instant has lasted then."""
    return (at_ms + SHANGHAI_MS) % DAY_MS


def day_of(at_ms: int) -> date:
    """Name the Asia/Shanghai day an instant falls on.

    >>> day_of(1_746_547_200_000).isoformat()  # 2025-05-06T16:00:00Z is midnight in Shanghai
    '2025-05-07'
    """
    return numbered_day(day_number(at_ms))


def instant(text: str) -> int:
    """Read an ISO-8601 instant as epoch milliseconds; a time without a zone is Asia/Shanghai."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise TimeUnreadable(place=text) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=SHANGHAI)
    return round(moment.timestamp() * SECOND_MS)


def iso(at_ms: int) -> str:
    """Write an instant for people and files: Asia/Shanghai with its offset, to the millisecond."""
    return datetime.fromtimestamp(at_ms / SECOND_MS, UTC).astimezone(SHANGHAI).isoformat(timespec="milliseconds")


def span_ms(text: str) -> int:
    """Read a length such as `24h` or `15d` as milliseconds."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise SpanUnreadable(place=text)
    return int(match["count"]) * (HOUR_MS if match["unit"] == "h" else DAY_MS)
