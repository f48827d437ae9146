"""Log lines as JSON, one object a line: what programs gather and search. Every line is redacted, tracebacks too."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from hongmao.telemetry.redaction import CUT, redacted

if TYPE_CHECKING:
    from typing import TextIO

LINE_CHARS_MAX: Final = 16_384  # of a message or a traceback; a log is no place for a body
# What every record has; whatever else it has was given by `extra=` and is told.
_OWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

# JSON leaves these as they are, and some readers of lines break there.
_BREAKS: Final = {ord(mark): f"\\u{ord(mark):04x}" for mark in "\x7f\x85\u2028\u2029"}


class JsonLines(logging.Formatter):
    """Writes `at`, `level`, `logger`, `text`, the facts given by `extra`, and `trace` where something was raised."""

    def __init__(self, *, role: str) -> None:
        """Name the role of the process in each line."""
        super().__init__()
        self._role = role

    def format(self, record: logging.LogRecord) -> str:
        """Write one record as one line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "role": self._role,
            "text": _told(_text(record)),
        }
        for name, value in vars(record).items():
            if name not in _OWN:
                line.setdefault(name, _fact(name, value))
        if record.exc_info:
            line["trace"] = _told(self.formatException(record.exc_info))
        if record.stack_info:
            line["stack"] = _told(record.stack_info)
        return json.dumps(line, ensure_ascii=False).translate(_BREAKS)


def write_lines(stream: TextIO, *, role: str) -> logging.Handler:
    """Send every logger's lines to a stream: ours as they come, libraries' where something is wrong. Gives the handler."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines(role=role))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("hongmao").setLevel(logging.INFO)
    return handler


def _text(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (
        TypeError,
        ValueError,
    ):  # arguments that do not fit are a fault of ours, and the words are still worth reading
        return str(record.msg)


def _fact(name: str, value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    # Redacted together with its name, because the name may be what gives it away.
    return _told(f"{name}={value}").removeprefix(f"{name}=")


def _told(text: str) -> str:
    # Redacted before it is shortened: a token cut in two by the limit would no longer look like one.
    whole = redacted(text)
    return whole if len(whole) <= LINE_CHARS_MAX else whole[:LINE_CHARS_MAX] + CUT
