"""Making paths: checked, from names or from codes, and put together from parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hongmao.attribution.paths import amounts
from hongmao.attribution.paths.contracts import VALUE_LIMBS, Paths, Totals
from hongmao.attribution.paths.errors import PathsMalformed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

COUNT_MAX = 10**15
"""More journeys than this in one row are a mistake, and their sums would leave 64 bits."""


def paths_of(
    rows: Iterable[Sequence[str]],
    *,
    conversions: ArrayLike,
    nulls: ArrayLike | None = None,
    value: NDArray[np.int64] | None = None,
    channels: Sequence[str] | None = None,
) -> Paths:
    """Build paths from channels' names, a row each. Channels are sorted by name unless their order is given."""
    listed = [tuple(row) for row in rows]
    names = sorted({name for row in listed for name in row}) if channels is None else list(channels)
    code = {name: number for number, name in enumerate(names)}
    flat = np.fromiter((code[name] for row in listed for name in row), np.int32)
    return paths_of_codes(
        channels=names,
        flat=flat,
        lengths=np.fromiter(map(len, listed), np.int64),
        conversions=conversions,
        nulls=nulls,
        value=value,
    )


def paths_of_codes(
    *,
    channels: Sequence[str],
    flat: ArrayLike,
    lengths: ArrayLike,
    conversions: ArrayLike,
    nulls: ArrayLike | None = None,
    value: NDArray[np.int64] | None = None,
) -> Paths:
    """Build paths from channels' codes laid out one row after the other; no nulls given means that there are none.

    Raises `PathsMalformed` with the row, counted from 1.
    """
    long = np.asarray(lengths, np.int64)
    converted = np.asarray(conversions, np.int64)
    paths = Paths(
        channels=tuple(channels),
        flat=np.ascontiguousarray(flat, np.int32),
        starts=np.concatenate([np.zeros(1, np.int64), np.cumsum(long)]),
        conversions=converted,
        nulls=np.zeros_like(converted) if nulls is None else np.asarray(nulls, np.int64),
        value=None if value is None else np.ascontiguousarray(value, np.int64),
    )
    check(paths)
    return paths


def check(paths: Paths) -> None:
    """Hold paths against what their contract says; raises `PathsMalformed`."""
    if len(set(paths.channels)) != len(paths.channels):
        raise PathsMalformed(place="—", why_zh="渠道名重复", why_en="a channel's name stands twice")
    shapes = {paths.rows, len(paths.nulls), len(paths.starts) - 1}
    if paths.value is not None:
        shapes |= {paths.value.shape[1]} if paths.value.shape[0] == VALUE_LIMBS else {-1}
    if len(shapes) != 1 or paths.starts[0] != 0 or paths.starts[-1] != paths.touches:
        raise PathsMalformed(place="—", why_zh="各列长度不一致", why_en="its columns have different lengths")
    _check_rows(np.diff(paths.starts) < 0, "长度为负", "its length is negative")
    for counts, name in ((paths.conversions, "conversions"), (paths.nulls, "nulls")):
        wrong = (counts < 0) | (counts > COUNT_MAX)
        _check_rows(wrong, f"{name} 不在 0 到 10^15 之间", f"{name} are not between 0 and 10^15")
    if paths.touches:
        unknown = (paths.flat < 0) | (paths.flat >= len(paths.channels))
        at = int(np.searchsorted(paths.starts, int(np.argmax(unknown)), side="right"))
        if unknown.any():
            raise PathsMalformed(place=at, why_zh="渠道编号不存在", why_en="a touch is no known channel")
    if paths.value is not None:
        stray = (paths.conversions == 0) & (paths.value != 0).any(axis=0)
        _check_rows(stray, "没有转化却有金额", "it has a value and no conversion")


def together(parts: Sequence[Paths]) -> Paths:
    """Put parts over the same channels together, such as days or shards; no answer depends on how they were cut."""
    first = parts[0]
    if any(part.channels != first.channels or (part.value is None) != (first.value is None) for part in parts):
        raise PathsMalformed(
            place="—", why_zh="各部分的渠道或金额列不同", why_en="its parts have other channels or values"
        )
    values = [part.value for part in parts if part.value is not None]
    return Paths(
        channels=first.channels,
        flat=np.concatenate([part.flat for part in parts]),
        starts=np.concatenate([np.zeros(1, np.int64), np.cumsum(np.concatenate([lengths(part) for part in parts]))]),
        conversions=np.concatenate([part.conversions for part in parts]),
        nulls=np.concatenate([part.nulls for part in parts]),
        value=np.concatenate(values, axis=1) if values else None,
    )


def some(paths: Paths, rows: NDArray[np.int64]) -> Paths:
    """Take some rows, in the order given."""
    long = lengths(paths)[rows]
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(long)])
    places = np.arange(starts[-1]) + np.repeat(paths.starts[rows] - starts[:-1], long)
    return Paths(
        channels=paths.channels,
        flat=paths.flat[places],
        starts=starts,
        conversions=paths.conversions[rows],
        nulls=paths.nulls[rows],
        value=None if paths.value is None else paths.value[:, rows],
    )


def lengths(paths: Paths) -> NDArray[np.int64]:
    """Count the touches of each row."""
    return np.diff(paths.starts)


def limbs_of(paths: Paths) -> NDArray[np.int64]:
    """Give the value's limbs, or an array of none."""
    return np.zeros((0, paths.rows), np.int64) if paths.value is None else paths.value


def totals(paths: Paths) -> Totals:
    """Add up the paths themselves."""
    return Totals(
        rows=paths.rows,
        conversions=int(paths.conversions.sum()),
        nulls=int(paths.nulls.sum()),
        value=None if paths.value is None else amounts.total(paths.value),
        path_len_max=int(lengths(paths).max(initial=0)),
    )


def _check_rows(wrong: NDArray[np.bool_], why_zh: str, why_en: str) -> None:
    if wrong.any():
        raise PathsMalformed(place=int(np.argmax(wrong)) + 1, why_zh=why_zh, why_en=why_en)
