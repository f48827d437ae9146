"""Removal effects (移除效应), three ways that must agree: one inverse, losses followed, or LU each.

RE_c = 1 - P(conversion, states that hold c lead to null) / P(conversion), and the same with the expected value of a
journey in place of P. Anderl, Becker, von Wangenheim & Schumann, IJRM 33(3), 2016.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hongmao.attribution.paths.markov.chain import Chain

DENSE_STATES_MAX = 8_000
"""An inverse of this size takes 512 MiB; above it channels are closed block by block."""
SCIPY_FROM = 400
"""From this size the wait for SciPy's in-place inverse is shorter than what it saves."""
BLOCK = 64
SWEEPS_MAX = 20_000
REST = 2.0**-46
"""Losses are followed until a sweep over all states adds less than this share of P(conversion)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What a whole chain brings, and what it brings without each channel."""

    whole: NDArray[np.float64]
    """P(conversion) and, where there is a value, the expected value of a journey."""
    removed: NDArray[np.float64]
    """Shape (measures, channels): the removal effects; NaN where `whole` is 0."""


def effects_of(chain: Chain) -> Effects:
    """Solve a chain by the route its size asks for."""
    if chain.held.shape[1] == 1 and chain.states <= DENSE_STATES_MAX:
        return by_inverse(chain)
    followed = by_losses(chain)
    return followed if followed is not None else by_elimination(chain)


def by_inverse(chain: Chain) -> Effects:
    """Solve order 1 by one inverse N = (I - Q)^-1: RE_c = N_0c / N_cc x h_c / h_0, with h = N r.

    N_0c / N_cc is the chance to ever reach c, and h_c what comes of being there: what is lost when c is closed.
    """
    inverse = _inverse(chain)
    reached = (chain.begin @ inverse) / np.diag(inverse)
    ahead = inverse @ chain.reward
    whole = chain.begin @ ahead + chain.untouched
    lost = np.zeros((chain.reward.shape[1], chain.channels))
    lost[:, chain.held[:, 0]] = reached * ahead.T
    return _effects(whole, lost)


def by_losses(chain: Chain) -> Effects | None:
    """Follow what is lost from the states a channel closes, all channels at once; None where that does not end.

    The chain is fitted to the very journeys, so its visits are theirs and need no solving: what closing c loses is the
    reward of the visits to its states and of all that would have come of those.
    """
    whole = chain.visits @ chain.reward
    lost = np.zeros((chain.reward.shape[1], chain.channels))
    closing = np.unique(chain.held[chain.held >= 0])
    for first in range(0, len(closing), BLOCK):
        block = closing[first : first + BLOCK]
        visits = lost_visits(chain, block, enough=REST * float(whole[0]))
        if visits is None:
            return None
        lost[:, block] = chain.reward.T @ visits
    return _effects(whole + chain.untouched, lost)


def lost_visits(chain: Chain, closing: NDArray[np.int64], *, enough: float) -> NDArray[np.float64] | None:
    """Give the visits each state loses, a column per closed channel; None where sweeps do not come to an end."""
    column = np.full(chain.channels + 1, -1, np.int64)
    column[closing] = np.arange(len(closing))
    lost = np.zeros((chain.states, len(closing)))
    rest = compiled.lose_visits(
        chain.source, chain.target_starts, chain.chance, chain.visits, column[chain.held], lost, enough, SWEEPS_MAX
    )
    return lost if rest <= enough else None


def by_elimination(chain: Chain) -> Effects:
    """Solve each channel's masked system by sparse LU: slow, and right where journeys hardly ever end."""
    from scipy.sparse import csr_array, eye_array  # noqa: PLC0415 - heavy, and rarely asked for
    from scipy.sparse.linalg import spsolve  # noqa: PLC0415 - same

    moves = csr_array((chain.chance, (chain.source, chain.target)), shape=(chain.states, chain.states))

    def gained(kept: NDArray[np.int64]) -> NDArray[np.float64]:
        if not len(kept):
            return np.zeros(chain.reward.shape[1])
        system = (eye_array(len(kept), format="csr") - moves[kept][:, kept]).tocsc()
        ahead = np.asarray(spsolve(system, chain.reward[kept])).reshape(len(kept), -1)
        collected: NDArray[np.float64] = chain.begin[kept] @ ahead
        return collected

    whole = gained(np.arange(chain.states))
    lost = np.zeros((len(whole), chain.channels))
    for channel in np.unique(chain.held[chain.held >= 0]).tolist():
        lost[:, channel] = whole - gained(np.flatnonzero(~(chain.held == channel).any(axis=1)))
    return _effects(whole + chain.untouched, lost)


def shares(removed: NDArray[np.float64], earned: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give credit by channel: `earned` x effect / sum of effects; value without effects of its own follows conversions."""
    effects = np.nan_to_num(removed, nan=0.0)
    summed = effects.sum(axis=1)
    if len(effects) > 1 and summed[1] <= 0:
        effects, summed = effects[[0, 0]], summed[[0, 0]]
    divisor = np.where(summed > 0, summed, 1.0)
    credit: NDArray[np.float64] = effects * (earned / divisor)[:, None]
    return credit


def _effects(whole: NDArray[np.float64], lost: NDArray[np.float64]) -> Effects:
    with np.errstate(divide="ignore", invalid="ignore"):
        removed = np.where(whole[:, None] == 0, np.nan, lost / whole[:, None])
    return Effects(whole=whole, removed=removed)


def _inverse(chain: Chain) -> NDArray[np.float64]:
    system = np.zeros((chain.states, chain.states), order="F")
    system[chain.source, chain.target] = -chain.chance
    np.fill_diagonal(system, 1.0)
    if chain.states < SCIPY_FROM:
        small: NDArray[np.float64] = np.linalg.inv(system).astype(np.float64, copy=False)
        return small
    from scipy.linalg import inv  # noqa: PLC0415 - heavy, and small chains do without

    inverse: NDArray[np.float64] = inv(system, overwrite_a=True, check_finite=False)
    return inverse
