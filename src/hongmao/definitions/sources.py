"""A definition with the text it came from, so that what only the whole set can give rise to still names a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.definitions import toml
from hongmao.definitions.contracts import AttributionDefinition, MetricDefinition
from hongmao.definitions.errors import SortUnclear
from hongmao.definitions.lines import line_of

if TYPE_CHECKING:
    from datetime import date

    from hongmao.definitions.acts import Act, Sort
    from hongmao.definitions.contracts import AnyDefinition

SORTS: dict[Sort, type[AttributionDefinition | MetricDefinition]] = {
    "attribution": AttributionDefinition,
    "metrics": MetricDefinition,
}
_EFFECTIVE = re.compile(r"^(?P<key>effective\s*=\s*)\d{4}-\d{2}-\d{2}", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Source:
    """One file: where it stands, what it says, what it means; and the act that brought it, unless it ships with us."""

    file: str
    text: str
    definition: AnyDefinition
    act: Act | None = None

    @property
    def sort(self) -> Sort:
        """Name the folder it belongs in."""
        return "metrics" if isinstance(self.definition, MetricDefinition) else "attribution"

    def place(self, path: tuple[str, ...]) -> str:
        """Name the file and line of a key."""
        return f"{self.file}:{line_of(self.text, path)}"


def read_source(text: str, *, file: str, sort: Sort, act: Act | None = None) -> Source:
    """Read one file; raises a `TomlRefused` with its line."""
    return Source(file, text, toml.read(text, SORTS[sort], file=file), act)


def read_draft(text: str, *, file: str, from_day: date | None = None) -> Source:
    """Read a file that is not in force yet; what it defines shows by its keys (`scope` or `style`).

    With `from_day` its first day is written into the text: what is kept is what will be in force.
    """
    if from_day is not None:
        text = _EFFECTIVE.sub(lambda found: f"{found['key']}{from_day.isoformat()}", text, count=1)
    keys = toml.keys_of(text, file=file)
    if ("scope" in keys) == ("style" in keys):
        raise SortUnclear(place=f"{file}:1")
    return read_source(text, file=file, sort="attribution" if "scope" in keys else "metrics")


def source_of(act: Act) -> Source:
    """Read what an act brought, as it was then."""
    return read_source(act.text, file=f"applied/{act.key}.toml", sort=act.sort, act=act)
