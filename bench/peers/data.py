"""Journeys for comparing with peers: a seeded first-order chain over channels or notes, as rows and as grouped paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

FROM_MS, DAY_MS = 1_746_547_200_000, 86_400_000


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


def events(folder: Path, drawn: tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]], seed: int) -> None:
    """Write the same journeys as a log has them: touches and conversions by time, readers mixed, one journey a reader."""
    flat, lengths, converted = drawn
    luck = np.random.default_rng(seed)
    reader, begin = luck.permutation(len(lengths)), luck.integers(0, 30 * DAY_MS, len(lengths))
    starts = np.cumsum(lengths) - lengths
    gone = np.cumsum(luck.integers(1_000, DAY_MS // 4, len(flat)))
    at_ms = FROM_MS + np.repeat(begin - gone[starts], lengths) + gone
    order = np.argsort(at_ms, kind="stable")
    names = np.array([f"c{code:04}" for code in range(int(flat.max()) + 1)])
    touches = {"reader": np.repeat(reader, lengths)[order], "time": at_ms[order], "key": names[flat[order]]}
    bought = np.flatnonzero(converted)
    bought_ms = (at_ms[starts + lengths - 1] + 60_000)[bought]
    order = np.argsort(bought_ms, kind="stable")
    conversions = {"reader": reader[bought][order], "time": bought_ms[order]}
    pq.write_table(pa.table(touches), folder / "touches.parquet")
    pq.write_table(pa.table(conversions), folder / "conversions.parquet")


def save(folder: Path, name: str, drawn: tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]) -> Path:
    """Keep journeys where jobs find them."""
    path = folder / f"{name}.npz"
    flat, lengths, converted = drawn
    np.savez(path, flat=flat, lengths=lengths, converted=converted)
    return path
