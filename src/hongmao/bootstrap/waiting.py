"""Waiting for the process that owns the log: it makes the log and brings the database up to date, others only use them."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final, TypeVar

from hongmao.bootstrap.roles import OwnerMissing
from hongmao.bus.errors import LogOwnerless
from hongmao.bus.line.client import LineLog
from hongmao.events.api import LogMissing
from hongmao.storage.errors import StateBusy, StateOutdated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hongmao.events.api import EventLog
    from hongmao.kernel.errors import HongmaoError

T = TypeVar("T")
WAIT_S: Final = 120
LOOK_S: Final = 0.2
_log = logging.getLogger("hongmao.roles")


def once_owned(
    open_: Callable[[], T], home: Path, *, wait_s: float = WAIT_S, pause: Callable[[float], None] = time.sleep
) -> T:
    """Open what the owner makes ready, as soon as it is there. `OwnerMissing` says what never was."""
    for look in range(max(1, round(wait_s / LOOK_S))):
        try:
            return open_()
        except (LogMissing, StateOutdated, StateBusy) as error:
            last: HongmaoError = error
        if not look:
            _log.warning("waits up to %d s for the worker of %s: %s", wait_s, home, last.message("en"))
        pause(LOOK_S)
    raise OwnerMissing(place=str(home), seconds=round(wait_s), why=last.code)


def require_owner(log: EventLog) -> None:
    """Raise `LogOwnerless` where a log is reached over a line at whose end there is nobody at the moment."""
    if isinstance(log, LineLog) and not log.up:
        raise LogOwnerless(path=str(log.folder))
