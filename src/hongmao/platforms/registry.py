"""Which platforms there are: those of the entry point group `hongmao.platforms`, ours and plugins' alike.

A package registers one by a line in its pyproject.toml, `NAME = "package.module:PLATFORM"`; ours stand in this project's.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final

from hongmao.platforms.contracts import Platform
from hongmao.platforms.errors import PlatformBroken, PlatformTwice

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.metadata import EntryPoint

GROUP: Final = "hongmao.platforms"


@cache
def load_platforms() -> Mapping[str, Platform]:
    """Load every registered platform, by name. Raises `PlatformTwice` or `PlatformBroken`, which name the package."""
    found: dict[str, tuple[Platform, str]] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda one: (one.name, one.value)):
        platform = _load(entry)
        if platform.name in found and found[platform.name][1] != entry.value:
            raise PlatformTwice(id=platform.name, packages=f"{found[platform.name][1]}, {entry.value}")
        found[platform.name] = (platform, entry.value)
    return {name: platform for name, (platform, _) in sorted(found.items())}


def _load(entry: EntryPoint) -> Platform:
    try:
        platform = entry.load()
    except Exception as error:
        raise PlatformBroken(id=entry.name, why=f"{type(error).__name__}: {error}") from error
    if not isinstance(platform, Platform) or platform.name != entry.name:
        raise PlatformBroken(id=entry.name, why=f"{entry.value} is no Platform of that name")
    return platform
