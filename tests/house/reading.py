"""The code as a reader has it before them: files, trees, names."""

from __future__ import annotations

import ast
import functools
import importlib
import pkgutil
from typing import TYPE_CHECKING

import hongmao
from hongmao.kernel.errors import HongmaoError, every_error
from shared import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCE = ROOT / "src"
DOCS = ROOT / "docs"
# Alembic names and calls its migrations; they are history, not rooms of the house.
_HISTORY = "migrations/versions"


def modules() -> list[Path]:
    """List every Python file of the package, in a stable order."""
    return sorted(path for path in (SOURCE / "hongmao").rglob("*.py") if _HISTORY not in path.as_posix())


def dotted(path: Path) -> str:
    """Give the import name of a file of the package."""
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


@functools.cache
def tree(path: Path) -> ast.Module:
    """Parse a file once."""
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """Give line and full name of every call in a file, such as `(12, "datetime.datetime.now")`.

    A name is followed through the file's own imports, so that a parameter called `random` is not the module.
    """
    bound = dict(_bindings(path))
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            name, _, rest = ast.unparse(node.func).partition(".")
            yield node.lineno, ".".join(filter(None, (bound.get(name, f"<{name}>" if rest else name), rest)))


def _bindings(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree(path)):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    top = alias.name.partition(".")[0]
                    yield (alias.asname, alias.name) if alias.asname else (top, top)
            case ast.ImportFrom(module=str(module), names=names):
                yield from ((alias.asname or alias.name, f"{module}.{alias.name}") for alias in names)
            case _:
                pass


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Give line and dotted name of everything a file imports; `from a import b` is `a.b`."""
    for node in ast.walk(tree(path)):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in names)
            case _:
                pass


def errors() -> list[type[HongmaoError]]:
    """Import the whole package and list its errors."""
    for module in pkgutil.walk_packages(hongmao.__path__, "hongmao."):
        if ".migrations." not in module.name and not module.name.endswith("__main__"):  # run by Alembic, and on import
            importlib.import_module(module.name)
    return [error for error in every_error() if error.__module__.startswith("hongmao.")]


def own_texts() -> list[Path]:
    """List every text of ours: what a reader of the repository may open."""
    folders = ("src", "contracts", "tests", "scripts", "docs", "examples", "changelog.d", ".ci")
    endings = {".py", ".md", ".toml", ".sql", ".html", ".css", ".js", ".mjs", ".json", ".txt", ".po", ".svg", ""}
    found = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    found += [path for path in ROOT.iterdir() if path.name not in {"uv.lock", "package-lock.json"}]
    made = ("__pycache__", "/static/built/", "/node_modules/")
    return sorted(p for p in found if p.is_file() and p.suffix in endings and not any(m in p.as_posix() for m in made))
