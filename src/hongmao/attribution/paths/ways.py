"""Paths as a reader of tables has them: the touches by name, how often they ended in what, and for how many fen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hongmao.attribution.paths import amounts
from hongmao.attribution.paths.api import path_spec_named, solve
from hongmao.attribution.paths.building import paths_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.attribution.paths.contracts import PathResult


class Taken(NamedTuple):
    """One path, however often it was taken."""

    steps: tuple[str, ...]
    conversions: int
    nulls: int
    value_fen: int
    """Of its conversions together; 0 where it had none."""


def solve_taken(taken: Sequence[Taken], model: str) -> PathResult:
    """Solve one model, named as people write it, on paths; values of the result are fen.

    Raises what `path_spec_named` and `solve` raise.
    """
    fen = np.array([one.value_fen for one in taken], np.int64)
    paths = paths_of(
        [one.steps for one in taken],
        conversions=[one.conversions for one in taken],
        nulls=[one.nulls for one in taken],
        value=amounts.of_whole(fen),
    )
    return solve(paths, path_spec_named(model))
