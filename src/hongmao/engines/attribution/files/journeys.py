"""The good touches and conversions of a job, cut into journeys: text becomes codes here, arrays do the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hongmao.attribution.journeys.api import lane_of
from hongmao.attribution.path_files.cutting import Told, journeys_of
from hongmao.attribution.path_files.strewn import TooManyKeys
from hongmao.engines.attribution.files.strewing import strewn_from_file, strewn_from_table, touches_file
from hongmao.engines.attribution.path_files.encoding import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from hongmao.attribution.path_files.contracts import Cut, Journeys
    from hongmao.attribution.path_files.strewn import Strewn

# Touches of one reader, instant, order and key are the same touch to every path, so no order of rows is needed.
_TOUCHES = "select reader, key, at_ms{order} from touches"
# Nothing says when a conversion happened whose reader never touched anything: it is a journey of no touches at any time.
_CONVERSIONS = "select reader, coalesce(at_ms, -1) as at_ms, coalesce(value_fen, 0) as value_fen from conversions"
_GAPS_MAX = 4
"""Readers that are whole numbers are their own codes unless that leaves more places empty than this many a row."""


def journeys_of_tables(
    connection: duckdb.DuckDBPyConnection, *, cut: Cut, length_ms: int | None, with_value: bool, with_order: bool
) -> Journeys:
    """Cut the relations `touches` and `conversions` of a job into journeys, as `cut` says.

    Readers are strewn over buckets and cut there; where the map orders touches, or names more keys than fit beside a time
    into one number, touches are put in order as those of credits are. Both ways give the same bits.
    """
    conversions = connection.sql(_CONVERSIONS).to_arrow_table()
    if not with_order:
        try:
            strewn, converting = _strewn(connection, conversions)
        except TooManyKeys:
            pass
        else:
            return strewn.journeys(
                reader=converting,
                at_ms=_whole(conversions["at_ms"]),
                value_fen=_whole(conversions["value_fen"]) if with_value else None,
                cut=cut,
                reach_ms=length_ms,
            )
    told = _told(connection, conversions, with_value=with_value, with_order=with_order)
    return journeys_of(told, cut=cut, reach_ms=length_ms)


def _strewn(connection: duckdb.DuckDBPyConnection, conversions: Any) -> tuple[Strewn, Any]:
    """Strew the touches, and number the readers of the conversions as theirs are."""
    file = touches_file(connection)
    if file is not None:
        return strewn_from_file(file), _whole(conversions["reader"])
    touches = connection.sql(_TOUCHES.format(order="")).to_arrow_table()
    readers = _numbered([*touches["reader"].chunks, *conversions["reader"].chunks])
    return strewn_from_table(touches, readers[: touches.num_rows]), readers[touches.num_rows :]


def _told(connection: duckdb.DuckDBPyConnection, conversions: Any, *, with_value: bool, with_order: bool) -> Told:
    """Put the touches in order, reader by reader."""
    order = ", ord_number, ord" if with_order else ""
    touches = connection.sql(_TOUCHES.format(order=order)).to_arrow_table()
    readers = _codes([*touches["reader"].chunks, *conversions["reader"].chunks])
    channels, key = in_order(_together(touches["key"].chunks))
    lane, starts = lane_of(
        reader=readers[: touches.num_rows],
        readers=int(readers.max(initial=-1)) + 1,
        at_ms=_whole(touches["at_ms"]),
        tie=_ties(touches, key) if with_order else key.astype(np.int64),
    )
    return Told(
        lane=lane,
        starts=starts,
        key=key[lane.source],
        channels=channels,
        reader=readers[touches.num_rows :],
        at_ms=_whole(conversions["at_ms"]),
        value_fen=_whole(conversions["value_fen"]) if with_value else None,
    )


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
    return _encoded(readers)


def _numbered(chunks: Sequence[Any]) -> Any:
    """Number readers, with whatever gaps; whole numbers number themselves."""
    readers = _together(chunks)
    if pa.types.is_integer(readers.type):
        return readers.to_numpy(zero_copy_only=False).astype(np.int64, copy=False)
    return _encoded(readers)


def _encoded(readers: Any) -> Any:
    return pc.dictionary_encode(readers).indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _together(chunks: Sequence[Any]) -> Any:
    return pa.concat_arrays(chunks) if chunks else pa.array([], pa.string())


def _whole(column: Any) -> Any:
    return column.to_numpy().astype(np.int64, copy=False)
