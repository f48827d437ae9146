"""The good touches and conversions of a job, cut into journeys: text becomes codes here, arrays do the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hongmao.attribution.journeys.api import lane_of
from hongmao.attribution.path_files.cutting import Told, journeys_of
from hongmao.engines.attribution.path_files.encoding import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from hongmao.attribution.path_files.contracts import Cut, Journeys

# Touches of one reader, instant, order and key are the same touch to every path, so no order of rows is needed.
_TOUCHES = "select reader, key, at_ms{order} from touches"
# Nothing says when a conversion happened whose reader never touched anything: it is a journey of no touches at any time.
_CONVERSIONS = "select reader, coalesce(at_ms, -1) as at_ms, coalesce(value_fen, 0) as value_fen from conversions"
_GAPS_MAX = 4
"""Readers that are whole numbers are their own codes unless that leaves more places empty than this many a row."""


def journeys_of_tables(
    connection: duckdb.DuckDBPyConnection, *, cut: Cut, length_ms: int | None, with_value: bool, with_order: bool
) -> Journeys:
    """Cut the tables `touches` and `conversions` of a job into journeys, as `cut` says."""
    order = ", ord_number, ord" if with_order else ""
    touches = connection.sql(_TOUCHES.format(order=order)).to_arrow_table()
    conversions = connection.sql(_CONVERSIONS).to_arrow_table()
    readers = _codes([*touches["reader"].chunks, *conversions["reader"].chunks])
    touching, converting = readers[: touches.num_rows], readers[touches.num_rows :]
    channels, key = in_order(_together(touches["key"].chunks))
    lane, starts = lane_of(
        reader=touching,
        readers=int(readers.max(initial=-1)) + 1,
        at_ms=_whole(touches["at_ms"]),
        tie=_ties(touches, key) if with_order else key.astype(np.int64),
    )
    told = Told(
        lane=lane,
        starts=starts,
        key=key[lane.source],
        channels=channels,
        reader=converting,
        at_ms=_whole(conversions["at_ms"]),
        value_fen=_whole(conversions["value_fen"]) if with_value else None,
    )
    return journeys_of(told, cut=cut, reach_ms=length_ms)


def _ties(touches: Any, key: Any) -> Any:
    """Rank touches of one instant as the credits do: by the map's order, then by key."""
    number = touches["ord_number"].to_numpy()
    _, told = in_order(_together(touches["ord"].chunks))
    order = np.lexsort((key, told, number))
    new = np.zeros(order.size, np.int64)
    for column in (key, told, number):
        new[1:] |= column[order][1:] != column[order][:-1]
    rank = np.empty(order.size, np.int64)
    rank[order] = np.cumsum(new)
    return rank


def _codes(chunks: Sequence[Any]) -> Any:
    """Number readers; whole numbers that are dense enough number themselves."""
    readers = _together(chunks)
    if pa.types.is_integer(readers.type) and len(readers):
        codes = readers.to_numpy(zero_copy_only=False).astype(np.int64, copy=False)
        if codes.min() >= 0 and codes.max() < _GAPS_MAX * codes.size:
            return codes
    return pc.dictionary_encode(readers).indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _together(chunks: Sequence[Any]) -> Any:
    return pa.concat_arrays(chunks) if chunks else pa.array([], pa.string())


def _whole(column: Any) -> Any:
    return column.to_numpy().astype(np.int64, copy=False)
