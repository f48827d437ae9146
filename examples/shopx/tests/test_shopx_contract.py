"""shopx keeps its contract, and stands on nothing of Hongmao but its published door."""

from __future__ import annotations

import ast
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import hongmao_shopx
from hongmao.platforms import api
from hongmao_contracts.suite import checks_of
from hongmao_shopx.platform import SHOPX

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = Path(hongmao_shopx.__file__).parent


@pytest.mark.parametrize(("name", "check"), checks_of(SHOPX))
def test_it_keeps_its_contract(name: str, check: Callable[[], None]) -> None:
    assert name
    check()


def test_every_way_in_is_tried() -> None:
    tried = {name.partition(".")[0] for name, _ in checks_of(SHOPX)}
    assert tried == {"platform", "signing", "webhook", "pull[facts]", "link", "file[settlements]", "target[shopx_ads]"}


def imports(path: Path) -> set[tuple[str, str]]:
    """List what a module takes of others, as (module, name)."""
    found: set[tuple[str, str]] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found |= {(str(node.module), alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names}
    return found


def test_it_imports_nothing_of_hongmao_but_the_api() -> None:
    modules = sorted(SOURCE.rglob("*.py"))
    taken = {(module, name) for path in modules for module, name in imports(path)}
    ours = {module for module, _ in taken if module.partition(".")[0] in {"hongmao", "hongmao_contracts"}}
    assert len(modules) > 8
    assert ours == {"hongmao.platforms.api"}
    # What is for annotations only is no attribute of the module, and is imported where only a type checker looks.
    names = {name for module, name in taken if module == "hongmao.platforms.api"}
    assert {name for name in names if not hasattr(api, name)} <= {"Market", "GatewayKey"}


def test_one_line_of_its_own_registers_it() -> None:
    [entry] = [entry for entry in entry_points(group="hongmao.platforms") if entry.name == "shopx"]
    assert entry.dist is not None
    assert (entry.dist.name, entry.load()) == ("hongmao-shopx", SHOPX)
