"""The presets and calendars that ship with us, read once; what is wrong with one is said with its file and line."""

from __future__ import annotations

import functools
from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Final, TypeVar

from hongmao.definitions.api import read_toml
from hongmao.policy.contracts import Calendar, Preset
from hongmao.policy.errors import CalendarBroken, PolicyMisnamed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

D = TypeVar("D", Preset, Calendar)
_IN_ORDER: Final = ("test", "gather", "warm", "burst", "carry_on")
_DAY: Final = timedelta(days=1)


@functools.cache
def presets() -> dict[str, Preset]:
    """Give the presets by id, the latest version of each."""
    return {one.id: one for one in sorted(_folder("presets", _read_preset), key=lambda one: (one.id, one.version))}


@functools.cache
def calendars() -> tuple[Calendar, ...]:
    """Give the calendars, the latest version of each, by their first day."""
    latest = {one.id: one for one in sorted(_folder("calendars", read_calendar), key=lambda one: (one.id, one.version))}
    return tuple(sorted(latest.values(), key=lambda one: one.phase[0].first))


def read_calendar(text: str, *, file: str) -> Calendar:
    """Read a calendar whose phases follow each other without a gap; raises a `TomlRefused`."""
    calendar = read_toml(text, Calendar, file=file)
    expected, order = None, list(_IN_ORDER)
    for phase in calendar.phase:
        begins = expected or phase.first
        if phase.id not in order or phase.first != begins or phase.last < phase.first:
            raise CalendarBroken(place=f"{file}:{_line(text, phase.id)}", phase=phase.id, expected=begins)
        order = order[order.index(phase.id) + 1 :]
        expected = phase.last + _DAY
    if expected is None:
        raise CalendarBroken(place=f"{file}:1", phase=_IN_ORDER[0], expected=calendar.effective)
    return calendar


def _read_preset(text: str, *, file: str) -> Preset:
    return read_toml(text, Preset, file=file)


def _folder(name: str, reads: Callable[..., D]) -> Iterator[D]:
    for path in sorted((files("hongmao.policy") / "files" / name).iterdir(), key=lambda entry: entry.name):
        if path.name.endswith(".toml"):
            found = reads(path.read_text(encoding="utf-8"), file=f"{name}/{path.name}")
            if path.name != f"{found.key}.toml":
                raise PolicyMisnamed(place=f"{name}/{path.name}:1", expected=f"{found.key}.toml")
            yield found


def _line(text: str, phase: str) -> int:
    named = (number for number, line in enumerate(text.splitlines(), start=1) if line.strip() == f'id = "{phase}"')
    return next(named, 1)
