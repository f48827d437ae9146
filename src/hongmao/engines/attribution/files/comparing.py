"""Whether two engines gave the same credits, and where the first row stands that differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hongmao.engines.attribution.files.asked import column_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hongmao.attribution.files.contracts import Rule
    from hongmao.engines.attribution.files.bucketed import BucketedFiles

_NOBODY = -1
"""Stands for the touch of a conversion that nobody earned, and for money that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A row that one engine has and the other has not, or not with these figures."""

    conversion_row: int
    touch_row: int | None
    figures: tuple[tuple[int, ...] | None, tuple[int, ...] | None]
    """Millionths, and fen where values are known, as each engine has them; None where it has no such row."""


def first_difference(one: BucketedFiles, other: BucketedFiles, rule: Rule) -> Difference | None:
    """Find the first row, by conversion and touch, in which two engines differ under a rule."""
    left, right = rows_of(one.credit_files(), rule), rows_of(other.credit_files(), rule)
    common = min(left.shape[1], right.shape[1])
    unequal = np.flatnonzero((left[:, :common] != right[:, :common]).any(axis=0))
    if unequal.size == 0 and left.shape[1] == right.shape[1]:
        return None
    at = int(unequal[0]) if unequal.size else common
    mine, theirs = _at(left, at), _at(right, at)
    place = min(row[:2] for row in (mine, theirs) if row is not None)
    conversion, touch = place
    return Difference(
        conversion_row=conversion,
        touch_row=None if touch == _NOBODY else touch,
        figures=(_figures(mine, place), _figures(theirs, place)),
    )


def rows_of(files: Sequence[Path], rule: Rule) -> Any:
    """Read a rule's credits as columns of whole numbers, sorted by conversion and touch: the same from any cut."""
    present = pq.read_schema(files[0]).names
    figures = [name for name in (f"credit:{column_of(rule)}", f"fen:{column_of(rule)}") if name in present]
    columns = ["conversion_row", "touch_row", *figures]
    whole = pa.concat_tables([pq.read_table(file, columns=["window", *columns]) for file in files])
    window = whole["window"].cast(pa.string())
    there = pc.is_null(window) if rule.window is None else pc.equal(window, rule.window)
    mine = whole.filter(pc.and_(pc.fill_null(there, False), whole[figures[0]].is_valid()))  # noqa: FBT003 - a value to fill in
    arrays = [pc.fill_null(mine[name].cast(pa.int64()), _NOBODY).to_numpy() for name in columns]
    return np.array(arrays)[:, np.lexsort((arrays[1], arrays[0]))]


def _at(rows: Any, place: int) -> tuple[int, ...] | None:
    return tuple(int(cell) for cell in rows[:, place]) if place < rows.shape[1] else None


def _figures(row: tuple[int, ...] | None, place: tuple[int, ...]) -> tuple[int, ...] | None:
    return row[2:] if row is not None and row[:2] == place else None
