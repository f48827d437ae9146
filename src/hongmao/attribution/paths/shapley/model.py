"""Which game a spec names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.attribution.paths.shapley import closed, coalitions, sampled

if TYPE_CHECKING:
    from hongmao.attribution.models import ModelSpec
    from hongmao.attribution.paths.contracts import PathResult, Paths, Settings


def solve(paths: Paths, spec: ModelSpec, settings: Settings) -> PathResult:
    """Solve the game that the spec names."""
    match spec.text("game"):
        case "ordered":
            return closed.solve_ordered(paths, spec, settings)
        case "rate":
            return coalitions.solve(paths, spec, settings)
        case "sampled":
            return sampled.solve(paths, spec, settings)
        case _:
            return closed.solve(paths, spec, settings)
