"""Compile the kernel once, before somebody waits for it: `python -m hongmao.attribution.warm`.

Compiled code is kept on disk beside the sources (or where NUMBA_CACHE_DIR says). Without this, the first credits on a
machine take some seconds longer and are the same.
"""

from __future__ import annotations

import numpy as np

from hongmao.attribution.journeys.api import CreditRule, Groups, blocks, credit, lane_of, spans_of, split
from hongmao.attribution.models import MODELS, RULES, spec_named
from hongmao.attribution.paths.api import Settings, path_spec_named, solve
from hongmao.attribution.paths.building import paths_of

_ROWS = (("a", "b"), ("b", "a", "c"), ("c",), ("a",), ("b", "c"), ("a", "c"))


def warm() -> None:
    """Run every loop once over next to nothing."""
    _credit()
    paths = paths_of(_ROWS, conversions=[3, 1, 2, 1, 2, 1], nulls=[4, 2, 3, 1, 1, 2])
    for name in MODELS:
        if name not in RULES:
            solve(paths, path_spec_named(name), Settings(replicates=2))
    for name in ("markov:2", "shapley:rate", "shapley:sampled"):
        solve(paths, path_spec_named(name), Settings(permutations=4))


def _credit() -> None:
    kind, organic = np.zeros(4, np.int16), np.zeros(4, np.bool_)
    at_ms = np.array([4, 3, 2, 1], np.int64)
    reader = np.array([0, 1, 0, 1], np.int64)
    lane, starts = lane_of(reader=reader, readers=2, at_ms=at_ms, tie=at_ms, kind=kind, organic=organic)
    spans = spans_of(lane, starts, reader=np.array([0, 1], np.int64), at_ms=np.array([5, 5], np.int64), reach_ms=-1)
    rules = [CreditRule(spec=spec_named("custom:1" if name == "custom" else name), reach_ms=(-1,)) for name in RULES]
    groups = Groups(code=np.zeros(4, np.int32), count=1)
    for start, stop in blocks(spans):
        done = credit(lane, spans.part(start, stop), rules, amount_fen=np.array([5, 7], np.int64), groups=groups)
        split(done.millionths[0], np.array([0, 2, 4], np.int64), np.array([-1, -2], np.int64))


if __name__ == "__main__":
    warm()
