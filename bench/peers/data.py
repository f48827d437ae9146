"""Journeys for comparing with peers: a seeded first-order chain over channels or notes, as rows and as grouped paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def chain(touches: int, channels: int, seed: int) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Draw journeys of about 4.3 touches; gives touches, lengths, and 1 where a journey converted."""
    luck = np.random.default_rng(seed)
    popular = luck.dirichlet(np.full(channels, 0.5))
    stays, ends, converts = (
        luck.uniform(0.1, 0.6, channels),
        luck.uniform(0.15, 0.3, channels),
        luck.uniform(0.05, 0.4, channels),
    )
    bounds = np.cumsum(popular)
    journeys = int(touches / 4.3)
    alive, now = np.arange(journeys), np.searchsorted(bounds, luck.random(journeys) * bounds[-1])
    steps, owners, converted = [now], [alive], np.zeros(journeys, np.int64)
    while len(alive):
        ended = luck.random(len(alive)) < ends[now]
        converted[alive[ended]] = luck.random(int(ended.sum())) < converts[now[ended]]
        alive, now = alive[~ended], now[~ended]
        moved = luck.random(len(alive)) >= stays[now]
        now[moved] = np.searchsorted(bounds, luck.random(int(moved.sum())) * bounds[-1])
        steps.append(now.copy())
        owners.append(alive)
    owner = np.concatenate(owners)
    flat = np.concatenate(steps)[np.argsort(owner, kind="stable")].astype(np.int32)
    return flat, np.bincount(owner, minlength=journeys), converted


def notes(journeys: int, count: int, seed: int) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Draw journeys of four notes each out of many, the popular ones more often."""
    luck = np.random.default_rng(seed)
    bounds = np.cumsum(1 / (10 + np.arange(count)))
    flat = np.searchsorted(bounds, luck.random(4 * journeys) * bounds[-1]).astype(np.int32)
    return flat, np.full(journeys, 4, np.int64), (luck.random(journeys) < 0.2).astype(np.int64)


def save(folder: Path, name: str, drawn: tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]) -> Path:
    """Keep journeys where jobs find them."""
    path = folder / f"{name}.npz"
    flat, lengths, converted = drawn
    np.savez(path, flat=flat, lengths=lengths, converted=converted)
    return path
