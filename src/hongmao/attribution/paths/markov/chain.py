"""The chain that counts make: chances of moves between states, of converting and of giving up, without self-loops.

Consecutive equal states are merged here: a move from a state to itself says how long a journey stays, not whether it
converts, and removal effects are the same with it (tested).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths import amounts
from hongmao.attribution.paths.markov.counts import BEGUN, CONVERTED, NULLS, VALUE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hongmao.attribution.paths.markov.counts import ChainCounts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chain:
    """吸收马尔可夫链: START → states → conversion or null. Rewards are what leaving a state for its end brings on average."""

    channels: int
    states: int
    source: NDArray[np.int64]
    """Moves, sorted by target and then by source."""
    target: NDArray[np.int64]
    target_starts: NDArray[np.int64]
    """Where each target's moves begin; one longer than there are states."""
    chance: NDArray[np.float64]
    visits: NDArray[np.float64]
    """How often a journey comes to each state on average, not counting stays: known from the counts without solving."""
    begin: NDArray[np.float64]
    """Chance that a journey begins in each state; with journeys that no touch is known of they add up to 1."""
    reward: NDArray[np.float64]
    """Shape (states, 1 or 2): expected conversions, and value, on leaving the state for an end."""
    untouched: NDArray[np.float64]
    """The same two of journeys without a touch: what START brings directly."""
    held: NDArray[np.int64]
    """Shape (states, order): the channels each state holds, each once, -1 where it holds fewer."""


def chain_of(counts: ChainCounts) -> Chain:
    """Turn counts into chances."""
    source = np.searchsorted(counts.states, counts.sources)
    target = np.searchsorted(counts.states, counts.targets)
    leaving = source != target
    source, target, moves = source[leaving], target[leaving], counts.moves[leaving]
    states = len(counts.states)
    out = np.bincount(source, moves, states) + counts.ends[:, CONVERTED] + counts.ends[:, NULLS]
    order = np.argsort(target, kind="stable")  # keys are sorted, so sources rise within each target
    journeys = float(max(counts.ends[:, BEGUN].sum() + counts.untouched[BEGUN], 1))
    earned = _earned(counts.ends)
    return Chain(
        channels=len(counts.channels),
        states=states,
        source=source[order],
        target=target[order],
        target_starts=np.searchsorted(target[order], np.arange(states + 1)),
        chance=(moves / out[source])[order],
        visits=out / journeys,
        begin=counts.ends[:, BEGUN] / journeys,
        reward=earned / out[:, None],
        untouched=_earned(counts.untouched[None])[0] / journeys,
        held=held_by(counts.states, counts.order, counts.bits),
    )


def held_by(states: NDArray[np.int64], order: int, bits: int) -> NDArray[np.int64]:
    """List the channels in each state's code, each once, -1 where there are fewer than the order."""
    touches = np.column_stack([(states >> (bits * place)) & ((1 << bits) - 1) for place in range(order)]) - 1
    held = np.sort(touches, axis=1)
    held[:, 1:][held[:, 1:] == held[:, :-1]] = -1
    return held


def _earned(ends: NDArray[np.int64]) -> NDArray[np.float64]:
    columns = [ends[:, CONVERTED].astype(np.float64)]
    if ends.shape[1] > VALUE:
        columns.append(amounts.floats(ends[:, VALUE:].T))
    return np.column_stack(columns)
