"""From a folder of dated files to a registry: read, convert, check; the first fault is raised with its line."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from hongmao.definitions import rules, toml
from hongmao.definitions.contracts import AttributionDefinition, MetricDefinition
from hongmao.definitions.errors import DefinitionMisnamed
from hongmao.definitions.lines import line_of
from hongmao.definitions.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from hongmao.definitions.contracts import AnyDefinition

SORTS: dict[str, type[AttributionDefinition | MetricDefinition]] = {
    "attribution": AttributionDefinition,
    "metrics": MetricDefinition,
}


@dataclass(frozen=True, slots=True)
class Source:
    """A definition with the text it came from, for complaints that only the whole set can give rise to."""

    file: str
    text: str
    definition: AnyDefinition

    def place(self, path: tuple[str, ...]) -> str:
        """Name the file and line of a key."""
        return f"{self.file}:{line_of(self.text, path)}"


def load_registry(root: Path | None = None) -> Registry:
    """Load every `attribution/*.toml` and `metrics/*.toml` below a folder; without one, those that ship with us.

    Raises a `TomlRefused` that names file and line; a registry that exists holds together.
    """
    folder: Traversable = root if root is not None else files("hongmao.definitions") / "files"
    sources = [source for sort in SORTS for source in _load_folder(folder / sort, sort)]
    by_identity = {id(source.definition): source for source in sources}
    definitions = sorted((source.definition for source in sources), key=lambda one: (one.id, one.version))
    rules.check(definitions, lambda one, path: by_identity[id(one)].place(path))
    return Registry(tuple(definitions))


def load_text(text: str, *, file: str, sort: str) -> AnyDefinition:
    """Read one definition; `sort` is the name of the folder it belongs in."""
    return toml.read(text, SORTS[sort], file=file)


def _load_folder(folder: Traversable, sort: str) -> Iterator[Source]:
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if path.name.endswith(".toml"):
            file = f"{sort}/{path.name}"
            text = path.read_text(encoding="utf-8")
            source = Source(file, text, load_text(text, file=file, sort=sort))
            if path.name != f"{source.definition.key}.toml":
                raise DefinitionMisnamed(place=source.place(("id",)), expected=f"{source.definition.key}.toml")
            yield source
