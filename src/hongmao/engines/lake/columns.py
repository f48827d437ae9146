"""The lake's columns: those of the event, plus its place in the log and its Asia/Shanghai day. Whole numbers stay BIGINT."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pyarrow as pa
from msgspec import inspect

from hongmao.events.api import Event
from hongmao.kernel.fingerprint import fingerprint
from hongmao.kernel.time import day_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.events.api import Logged

_ARROW: Final = {
    inspect.IntType: pa.int64(),
    inspect.StrType: pa.string(),
    inspect.EnumType: pa.string(),
    inspect.BoolType: pa.bool_(),
}
_SQL: Final = {pa.int64(): "BIGINT", pa.string(): "VARCHAR", pa.bool_(): "BOOLEAN"}


def _arrow_type(kind: inspect.Type) -> Any:
    if isinstance(kind, inspect.UnionType):
        (kind,) = (part for part in kind.types if not isinstance(part, inspect.NoneType))
    return _ARROW[type(kind)]


def _event_columns() -> list[tuple[str, Any]]:
    described = inspect.type_info(Event)
    assert isinstance(described, inspect.StructType)  # noqa: S101 - what msgspec says of every Struct
    return [(field.name, _arrow_type(field.type)) for field in described.fields]


SCHEMA: Final = pa.schema([("offset", pa.int64()), ("day", pa.string()), *_event_columns()])
COLUMNS: Final[tuple[str, ...]] = tuple(SCHEMA.names)
SQL_TYPES: Final[dict[str, str]] = {field.name: _SQL[field.type] for field in SCHEMA}
FINGERPRINT: Final = fingerprint([[field.name, str(field.type)] for field in SCHEMA])
"""Names the columns: a lake written under other ones is rebuilt, never guessed at."""

_DAY, _OCCURRED, _ID, _KIND = (COLUMNS.index(name) for name in ("day", "occurred_at_ms", "event_id", "kind"))


def table_of(batch: Sequence[Logged]) -> Any:
    """Turn events into one Arrow table, sorted by day, kind, time and id: each partition is one stretch of it."""
    rows = [
        (entry.offset, day_of(entry.event.occurred_at_ms).isoformat(), *msgspec.structs.astuple(entry.event))
        for entry in batch
    ]
    if not rows:
        return SCHEMA.empty_table()
    rows.sort(key=itemgetter(_DAY, _KIND, _OCCURRED, _ID))
    return pa.Table.from_arrays(
        [pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), SCHEMA, strict=True)],
        schema=SCHEMA,
    )
