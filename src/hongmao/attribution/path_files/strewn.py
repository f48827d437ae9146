"""Touches as they come, chunk by chunk and in any order, strewn over buckets of readers and cut into journeys there.

`Strewn.add` may be called from several threads, a chunk each; `journeys` gives, bit for bit, what `cutting.journeys_of` gives
of the same touches put in order: no order of chunks, rows or threads decides anything.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.path_files import adding, compiled
from hongmao.attribution.path_files.contracts import Journeys
from hongmao.attribution.paths import grouping
from hongmao.attribution.paths.building import check
from hongmao.attribution.paths.contracts import Paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.attribution.journeys.contracts import Int32, Int64, Truth
    from hongmao.attribution.path_files.contracts import Cut

NUMBER_BITS = 63
KEY_BITS_MAX = 24
BUCKET_TOUCHES = 4_096
"""About so many touches a bucket, at some 80 bytes each while it is cut: it stays in a second-level cache."""
_BITS_MAX = 16
_CUTS = {"every": compiled.EVERY, "first": compiled.FIRST, "window": compiled.WINDOW}
_NO_LIMIT = -1


class TooManyKeys(Exception):
    """More distinct keys than fit beside a time into one number."""


class Strewn:
    """Touches whose times lie in known bounds; how many chunks and touches there will be is said at the beginning."""

    def __init__(self, *, touches: int, chunks: int, earliest_ms: int, latest_ms: int) -> None:
        """Make room. Raises `TooManyKeys` where times leave no room for keys."""
        self._base_ms = earliest_ms
        self._key_bits = min(NUMBER_BITS - max(latest_ms - earliest_ms, 1).bit_length(), KEY_BITS_MAX)
        if self._key_bits <= 0:
            raise TooManyKeys
        self._bits = min(max((touches // BUCKET_TOUCHES).bit_length(), 1), _BITS_MAX)
        self._rows = np.empty((touches, 2), np.int64)
        self._offsets = np.zeros((chunks, (1 << self._bits) + 1), np.int64)
        self._codes: dict[str, int] = {}
        self._lock = Lock()

    def add(self, chunk: int, begin: int, *, reader: Int64, at_ms: Int64, key: Int32, names: Sequence[str]) -> None:
        """Take the touches `begin .. begin + len(reader)`; `key` holds places in `names`. Raises `TooManyKeys`."""
        used = np.zeros(len(names), np.bool_)
        used[key] = True  # a dictionary may hold names that no row has
        codes = self._codes_of(names, used)
        compiled.strew_touches(
            reader,
            at_ms,
            key,
            codes,
            self._base_ms,
            self._key_bits,
            self._bits,
            begin,
            self._rows,
            self._offsets[chunk],
        )

    def journeys(
        self, *, reader: Int64, at_ms: Int64, value_fen: Int64 | None, cut: Cut, reach_ms: int | None
    ) -> Journeys:
        """Cut journeys, given the conversions; see `cutting.journeys_of`."""
        conversions = np.empty((reader.size, 3), np.int64)
        by_bucket = np.zeros((1 << self._bits) + 1, np.int64)
        fen = np.zeros(0, np.int64) if value_fen is None else value_fen
        compiled.strew_conversions(reader, at_ms, fen, self._bits, conversions, by_bucket)
        names, rank = self._ranked()
        lane = np.empty(len(self._rows), np.int32)
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.diff(self._offsets, axis=1).sum(axis=0))])

        def run(low: int, high: int) -> tuple[Int64, int, int]:
            return compiled.cut_buckets(
                self._rows,
                self._offsets,
                rank,
                self._key_bits,
                self._base_ms,
                self._bits,
                len(names).bit_length(),
                conversions,
                by_bucket,
                _CUTS[cut],
                _NO_LIMIT if reach_ms is None else reach_ms,
                lane,
                int(starts[low]),
                low,
                high,
            )

        with ThreadPoolExecutor() as pool:
            parts = list(pool.map(lambda bounds: run(*bounds), _even(starts + by_bucket)))
        groups = parts[0][0]
        for other, _, _ in parts[1:]:
            groups = adding.merge_groups(groups, other, lane)
        covered = sum(part[1] for part in parts)
        return Journeys(
            paths=_paths(names, groups, lane, with_value=value_fen is not None),
            touches_on_paths=covered,
            touches_left_out=len(lane) - covered,
            conversions_left_out=sum(part[2] for part in parts),
        )

    def _codes_of(self, names: Sequence[str], used: Truth) -> Int32:
        with self._lock:
            pairs = zip(names, used.tolist(), strict=True)
            codes = [self._codes.setdefault(name, len(self._codes)) if met else -1 for name, met in pairs]
            if len(self._codes) > 1 << self._key_bits:
                raise TooManyKeys
        return np.array(codes, np.int32)

    def _ranked(self) -> tuple[tuple[str, ...], Int32]:
        """Put names in alphabetical order, and give each code its place there."""
        names = sorted(self._codes)
        rank = np.empty(len(names), np.int32)
        rank[[self._codes[name] for name in names]] = np.arange(len(names), dtype=np.int32)
        return tuple(names), rank


def _paths(names: tuple[str, ...], groups: Int64, lane: Int32, *, with_value: bool) -> Paths:
    """Lay groups out by the hash of their touches, which is the order that `grouping.distinct` gives them."""
    hashes = adding.hash_groups(lane, groups)
    order = np.argsort(hashes, kind="stable")
    groups = groups[order]
    starts = np.zeros(len(groups) + 1, np.int64)
    np.cumsum(groups[:, adding.END] - groups[:, adding.BEGIN], out=starts[1:])
    value = None
    if with_value:
        limbs = [groups[:, adding.UNITS], groups[:, adding.BILLIONTHS]]
        value = np.stack([*limbs, np.zeros(len(groups), np.int64)])
    paths = Paths(
        channels=names,
        flat=adding.gather_lane(lane, groups, starts),
        starts=starts,
        conversions=np.ascontiguousarray(groups[:, adding.CONVERSIONS]),
        nulls=np.ascontiguousarray(groups[:, adding.NULLS]),
        value=value,
    )
    check(paths)
    # Different paths with one hash, two in 2^64, are put in order by their touches.
    alike = hashes[order][1:] == hashes[order][:-1]
    return grouping.distinct(paths) if alike.any() else paths


def _even(starts: Int64) -> list[tuple[int, int]]:
    """Cut buckets into a stretch a processor, of about equal content."""
    workers = os.cpu_count() or 1
    goals = [int(starts[-1]) * part // workers for part in range(1, workers)]
    cuts = [0, *(int(cut) for cut in np.searchsorted(starts, goals)), len(starts) - 1]
    return [(low, high) for low, high in pairwise(cuts) if low < high]
