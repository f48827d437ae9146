"""Grouped paths as Arrow hands them over, into `Paths`: names become codes, values limbs; nothing is copied row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hongmao.attribution.paths.building import paths_of_codes

if TYPE_CHECKING:
    from hongmao.attribution.paths.contracts import Paths


def paths_of_groups(groups: Any, *, with_value: bool) -> Paths:
    """Take a table of `steps` (lists of names), `conversions`, `nulls` and the limbs `units`, `billionths`, `rest`."""
    steps = groups["steps"].combine_chunks()
    steps = pa.concat_arrays(steps.chunks) if isinstance(steps, pa.ChunkedArray) else steps
    channels, flat = in_order(steps.flatten())
    limbs = np.stack([_numbers(groups, name) for name in ("units", "billionths", "rest")]) if with_value else None
    return paths_of_codes(
        channels=channels,
        flat=flat,
        lengths=pc.list_value_length(steps).to_numpy(zero_copy_only=False),
        conversions=_numbers(groups, "conversions"),
        nulls=_numbers(groups, "nulls"),
        value=limbs,
    )


def in_order(names: Any) -> tuple[tuple[str, ...], Any]:
    """Number names in their alphabetical order: give the distinct names, and the number of each."""
    encoded = pc.dictionary_encode(names)
    distinct = encoded.dictionary.to_pylist()
    order = sorted(range(len(distinct)), key=distinct.__getitem__)
    place = np.empty(len(distinct), np.int32)
    place[order] = np.arange(len(distinct), dtype=np.int32)
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    return tuple(distinct[one] for one in order), place[codes] if len(distinct) else np.zeros(0, np.int32)


def _numbers(groups: Any, name: str) -> Any:
    return groups[name].to_numpy().astype(np.int64, copy=False)
