"""Nothing stands in the catalogue that no part of the house tells."""

from __future__ import annotations

import ast

from hongmao.telemetry import names, parts
from hongmao.telemetry.names import CATALOGUE, Metric
from house.reading import SOURCE, modules

TELEMETRY = SOURCE / "hongmao" / "telemetry"
CONSTANTS = {name: value for name, value in vars(names).items() if isinstance(value, Metric)}


def attributes(*, of: str) -> set[str]:
    """Name what modules outside the catalogue ask of a name, such as `names.CLICKS`."""
    return {
        node.attr
        for path in modules()
        if path != TELEMETRY / "names.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == of
    }


def called_outside() -> set[str]:
    """Name the methods that are called anywhere outside of telemetry."""
    return {
        node.func.attr
        for path in modules()
        if TELEMETRY not in path.parents
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }


def test_every_figure_is_told_by_somebody() -> None:
    assert {metric.name for metric in CONSTANTS.values()} == set(CATALOGUE)
    assert sorted(set(CONSTANTS) - attributes(of="names")) == []


def test_what_is_bound_for_a_part_is_called_by_a_part() -> None:
    bound = {
        method
        for part in (parts.LogMeter, parts.RouteMeter, parts.EdgeMeter)
        for method in vars(part)
        if not method.startswith("_")
    }
    assert sorted(bound - called_outside()) == []
