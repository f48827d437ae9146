"""The chain refitted from weighted rows: its structure is laid out once, a refit only fills in chances."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths import compiled, replicates
from hongmao.attribution.paths.building import lengths
from hongmao.attribution.paths.markov.chain import chain_of
from hongmao.attribution.paths.markov.counts import count
from hongmao.attribution.paths.markov.removal import effects_of, shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hongmao.attribution.paths.contracts import Paths
    from hongmao.attribution.paths.markov.chain import Chain
    from hongmao.attribution.paths.replicates import Floats


class Refit:
    """Refits one chain and gives credit, shape (measures, channels); rows are those of the paths it was made with."""

    def __init__(self, paths: Paths, order: int) -> None:
        """Lay the structure out: which move and which state every touch of every row adds to."""
        counts = count(paths, order)
        self._chain = chain_of(counts)
        self._touched = lengths(paths) > 0
        room = int(np.maximum(lengths(paths) - order, 0).sum())
        keys, rows = np.empty(room, np.int64), np.empty(room, np.int64)
        begun, ended = np.empty(paths.rows, np.int64), np.empty(paths.rows, np.int64)
        compiled.list_moves(paths.flat, paths.starts, order, counts.bits, keys, rows, begun, ended)
        mask = (1 << (order * counts.bits)) - 1
        source, target = (
            np.searchsorted(counts.states, keys >> counts.bits),
            np.searchsorted(counts.states, keys & mask),
        )
        leaving = source != target
        # A move's place in the chain, whose moves stand by target and then by source.
        pair = self._chain.target * self._chain.states + self._chain.source
        self._move = np.searchsorted(pair, (target * self._chain.states + source)[leaving])
        self._row = rows[leaving]
        self._begun = np.searchsorted(counts.states, begun[self._touched])
        self._ended = np.searchsorted(counts.states, ended[self._touched])

    def __call__(self, conversions: Floats, nulls: Floats, value: Floats | None) -> Floats:
        """Give credit by removal effects of the chain that these weights make."""
        effects = effects_of(self.chain(conversions, nulls, value))
        return shares(effects.removed, replicates.sums(conversions, value, self._touched))

    def chain(self, conversions: Floats, nulls: Floats, value: Floats | None) -> Chain:
        """Fill the chances in."""
        chain, journeys = self._chain, conversions + nulls
        moves = np.bincount(self._move, journeys[self._row], len(chain.source))
        brought = [one for one in (conversions, value) if one is not None]
        earned = np.column_stack([self._at_end(one) for one in brought])
        out = np.bincount(chain.source, moves, chain.states) + self._at_end(journeys)
        every = max(float(journeys.sum()), 1.0)
        # A state that nobody came to in this draw has no chances: nothing leaves it and nothing comes of it.
        divisor = np.where(out > 0, out, 1.0)
        return replace(
            chain,
            chance=moves / divisor[chain.source],
            visits=out / every,
            begin=np.bincount(self._begun, journeys[self._touched], chain.states) / every,
            reward=earned / divisor[:, None],
            untouched=replicates.sums(conversions, value, ~self._touched) / every,
        )

    def _at_end(self, column: Floats) -> NDArray[np.float64]:
        ended = np.bincount(self._ended, column[self._touched], self._chain.states)
        return ended.astype(np.float64, copy=False)
