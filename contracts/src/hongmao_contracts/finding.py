"""Finds platforms: those that installed packages register, or one by the module and name it is given."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from typing import TYPE_CHECKING

from hongmao.platforms.api import Platform
from hongmao.platforms.registry import GROUP, load_platforms
from hongmao_contracts.errors import PackageWrong, PlatformNotThere

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A platform and the module that defines it, beside which its samples and README stand."""

    platform: Platform
    module: str

    @property
    def folder(self) -> Traversable:
        """Give the folder of the platform."""
        return files(package_of(self.module))


def find(name: str, package: str | None = None) -> Found:
    """Find a platform by its name, in `module:ATTR` where a package is named."""
    if package is not None:
        return _named(name, package)
    entries = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in entries:
        raise PlatformNotThere(id=name, known=", ".join(sorted(entries)) or "-")
    # Only this one is loaded: another plugin that is broken is not this author's trouble.
    return _named(name, f"{entries[name].module}:{entries[name].attr}")


def registered() -> dict[str, Found]:
    """List what installed packages register, by name."""
    modules = {entry.name: entry.module for entry in entry_points(group=GROUP)}
    return {name: Found(platform=platform, module=modules[name]) for name, platform in load_platforms().items()}


def package_of(module: str) -> str:
    """Name the package a module stands in; a package is its own."""
    found = import_module(module)
    return module if hasattr(found, "__path__") else module.rpartition(".")[0] or module


def _named(name: str, package: str) -> Found:
    module, _, attribute = package.partition(":")
    try:
        platform = getattr(import_module(module), attribute)
    except Exception as error:
        raise PackageWrong(place=package, why=f"{type(error).__name__}: {error}") from error
    if not isinstance(platform, Platform) or platform.name != name:
        raise PackageWrong(place=package, why=f"no Platform of the name {name}")
    return Found(platform=platform, module=module)
