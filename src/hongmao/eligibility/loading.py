"""From a TOML text to a document that holds together; whatever is wrong with it is said with its file and line."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from hongmao.definitions.api import read_toml
from hongmao.eligibility.coherence import check
from hongmao.eligibility.documents import Categories, Document, RuleSet
from hongmao.eligibility.errors import RulesetMisnamed
from hongmao.eligibility.lines import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

D = TypeVar("D", bound=Document)
Sort = Literal["ruleset", "categories"]
SORTS: Final[dict[Sort, type[RuleSet | Categories]]] = {"ruleset": RuleSet, "categories": Categories}
IDS: Final[dict[Sort, str]] = {"ruleset": "seeding_direct", "categories": "seeding_direct_categories"}
"""The one id of each sort that shops are judged by: a file of another id would lie there and never speak."""
_FOLDERS: Final[dict[Sort, str]] = {"ruleset": "rulesets", "categories": "categories"}


@dataclass(frozen=True, slots=True)
class Source:
    """A file: where it stands, what it says to the byte, and what that means."""

    sort: Sort
    file: str
    text: str
    document: RuleSet | Categories

    def place(self, *path: str) -> str:
        """Name the file and line of a key."""
        return f"{self.file}:{line_of(self.text, path)}"


def read(text: str, *, file: str, sort: Sort | None = None) -> Source:
    """Read one file; without a sort it is told by whether rules stand in it. Raises a `TomlRefused` with its line."""
    sort = sort or _sort_of(text)
    source = Source(sort, file, text, read_toml(text, SORTS[sort], file=file))
    if source.document.id != IDS[sort]:
        raise RulesetMisnamed(place=source.place("id"), expected=IDS[sort], found=source.document.id)
    check(source.document, source.place)
    return source


@functools.cache
def shipped() -> tuple[Source, ...]:
    """Give the files that ship with us and are in force from their first day on."""
    return tuple(source for sort in SORTS for source in _folder(files("hongmao.eligibility") / "files", sort))


def alternative(name: str) -> str:
    """Give the text of a draft that ships with us and is in force nowhere, such as `seeding_direct_pdd_all`."""
    return (files("hongmao.eligibility") / "files" / "alternatives" / f"{name}.toml").read_text(encoding="utf-8")


def _folder(root: Traversable, sort: Sort) -> Iterator[Source]:
    for path in sorted((root / _FOLDERS[sort]).iterdir(), key=lambda entry: entry.name):
        if path.name.endswith(".toml"):
            source = read(path.read_text(encoding="utf-8"), file=f"{_FOLDERS[sort]}/{path.name}", sort=sort)
            if path.name != f"{source.document.key}.toml":
                raise RulesetMisnamed(place=source.place("id"), expected=path.name, found=f"{source.document.key}.toml")
            yield source


def _sort_of(text: str) -> Sort:
    try:
        keys = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return "ruleset"  # whoever reads it next says what is wrong with it, and where
    return "categories" if "open" in keys else "ruleset"
