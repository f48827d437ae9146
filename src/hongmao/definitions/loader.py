"""From a folder of dated files to a registry: read, convert, check; the first fault is raised with its line."""

from __future__ import annotations

import functools
from importlib.resources import files
from typing import TYPE_CHECKING

from hongmao.definitions import rules
from hongmao.definitions.errors import DefinitionMisnamed
from hongmao.definitions.known import check_known
from hongmao.definitions.registry import Registry
from hongmao.definitions.sources import SORTS, read_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from hongmao.definitions.acts import Sort
    from hongmao.definitions.contracts import AnyDefinition
    from hongmao.definitions.known import Known
    from hongmao.definitions.sources import Source


def load_registry(root: Path | None = None, *, known: Known | None = None) -> Registry:
    """Load every `attribution/*.toml` and `metrics/*.toml` below a folder; without one, those that ship with us.

    Raises a `TomlRefused` that names file and line; a registry that exists holds together. What the deployment has
    added stands in its database: a running house reads a `LiveRegistry`.
    """
    return registry_of(shipped() if root is None else load_sources(root), known=known)


def registry_of(sources: Sequence[Source], *, known: Known | None = None) -> Registry:
    """Check files as a whole, and what they speak of where that is `known`."""
    by_identity = {id(source.definition): source for source in sources}
    definitions = sorted((source.definition for source in sources), key=lambda one: (one.id, one.version))

    def place(one: AnyDefinition, path: tuple[str, ...]) -> str:
        return by_identity[id(one)].place(path)

    rules.check(definitions, place)
    if known is not None:
        check_known(definitions, known, place)
    return Registry(tuple(definitions))


@functools.cache
def shipped() -> tuple[Source, ...]:
    """Give the files that ship with us."""
    return load_sources(files("hongmao.definitions") / "files")


def load_sources(folder: Traversable) -> tuple[Source, ...]:
    """Read every file below a folder."""
    return tuple(source for sort in SORTS for source in _load_folder(folder / sort, sort))


def load_text(text: str, *, file: str, sort: Sort) -> AnyDefinition:
    """Read one definition; `sort` is the name of the folder it belongs in."""
    return read_source(text, file=file, sort=sort).definition


def _load_folder(folder: Traversable, sort: Sort) -> Iterator[Source]:
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if path.name.endswith(".toml"):
            source = read_source(path.read_text(encoding="utf-8"), file=f"{sort}/{path.name}", sort=sort)
            if path.name != f"{source.definition.key}.toml":
                raise DefinitionMisnamed(place=source.place(("id",)), expected=f"{source.definition.key}.toml")
            yield source
