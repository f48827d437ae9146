"""Beijing time, as the gateway reads and writes it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Final

BEIJING: Final = timezone(timedelta(hours=8))
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 - beside `timezone`, which is needed anyway
_MS: Final = timedelta(milliseconds=1)


def moment_of(at_ms: int) -> datetime:
    """Take an instant from epoch milliseconds."""
    return (_EPOCH + at_ms * _MS).astimezone(BEIJING)


def ms_of(moment: datetime) -> int:
    """Give an instant as epoch milliseconds."""
    return (moment - _EPOCH) // _MS


def to_second(at_ms: int | None) -> str | None:
    """Write an instant to the second; None stays None."""
    return None if at_ms is None else moment_of(at_ms).strftime("%Y-%m-%d %H:%M:%S")


def read(text: str, form: str) -> int | None:
    """Read an instant written in a form; None where it is not."""
    try:
        return ms_of(datetime.strptime(text, form).replace(tzinfo=BEIJING))
    except ValueError:
        return None
