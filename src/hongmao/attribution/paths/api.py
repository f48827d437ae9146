"""Paths' door: read a model's name, solve it on paths. Pure computation; what is heavy is loaded when a model asks for it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from hongmao.attribution.models import RULES
from hongmao.attribution.paths.contracts import (
    ChannelCredit,
    Interval,
    Note,
    PathResult,
    Paths,
    Settings,
    StabilityRow,
    Totals,
    Unattributed,
)
from hongmao.attribution.paths.specs import LEAVE_ONE_OUT, path_spec_named, spelled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.attribution.models import ModelSpec

__all__ = [
    "ChannelCredit",
    "Interval",
    "Note",
    "PathResult",
    "Paths",
    "Settings",
    "StabilityRow",
    "Totals",
    "Unattributed",
    "path_spec_named",
    "solve",
    "spelled",
    "stability",
]

_SOLVERS: Mapping[str, str] = {
    **dict.fromkeys(RULES, "heuristics"),
    "markov": "markov.model",
    "shapley": "shapley.model",
    "data_driven": "data_driven.model",
    LEAVE_ONE_OUT: "leave_one_out",
}


def solve(paths: Paths, spec: ModelSpec, settings: Settings | None = None) -> PathResult:
    """Solve one model on paths; the same paths, spec and settings give the same bits, whatever the order of the rows.

    Raises `PathsHaveNoTimes`, `TooManyStates` or `TooManyChannels` where a model cannot be had, with what can.
    """
    module = importlib.import_module(f"hongmao.attribution.paths.{_SOLVERS[spec.name]}")
    result: PathResult = module.solve(paths, spec, settings or Settings())
    return result


def stability(
    paths: Paths, spec: ModelSpec, settings: Settings | None = None, disturbances: Sequence[str] | None = None
) -> tuple[StabilityRow, ...]:
    """Solve a model again on paths disturbed as `stability.DISTURBANCES` (or the names given) say.

    Raises `PathParameterRefused` for a disturbance that is none.
    """
    module = importlib.import_module("hongmao.attribution.paths.stability")
    rows: tuple[StabilityRow, ...] = module.stability(
        paths, spec, settings or Settings(), module.DISTURBANCES if disturbances is None else disturbances
    )
    return rows
