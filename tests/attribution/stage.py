"""A stage for stories: events as a DuckDB view, credits as they are published, and dates as people write them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb
import msgspec
import pyarrow as pa

from hongmao.attribution.api import Attribution
from hongmao.definitions.api import load_registry
from hongmao.engines.attribution.duckdb_engine import DuckDbCredits
from hongmao.engines.lake.manifest import Manifest
from hongmao.engines.session import opened
from hongmao.events.contracts import Event, Kind
from hongmao.kernel.time import day_of, instant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hongmao.engines.session import Session

T = TypeVar("T")
REGISTRY = load_registry()
# One database for all stages: each question has a cursor with a view `events` of its own.
_DUCKDB = duckdb.connect()
_TYPES: dict[str, pa.DataType] = {
    **dict.fromkeys(Event.__struct_fields__, pa.string()),
    **dict.fromkeys(
        ("occurred_at_ms", "received_at_ms", "schema_version", "price_fen", "version", "quantity", "amount_fen",
         "deposit_fen", "offset"),
        pa.int64(),
    ),
    **dict.fromkeys(("labelled", "new_visitor", "claimed_elsewhere", "price_compare"), pa.bool_()),
    "day": pa.date32(),
}  # fmt: skip
SCHEMA = pa.schema(list(_TYPES.items()))


def at(text: str) -> int:
    """Read `2025-05-07 10:00` as people in Shanghai write it."""
    return instant(text)


class Stage:
    """Events in the order they arrived, and what attribution makes of them."""

    def __init__(self, events: Sequence[Event]) -> None:
        """Number the arrivals; the same event may arrive twice."""
        rows = [
            {
                **msgspec.to_builtins(event),
                "kind": str(event.kind),
                "offset": offset,
                "day": day_of(event.occurred_at_ms),
            }
            for offset, event in enumerate(events, start=1)
        ]
        self.events = pa.Table.from_pylist(rows, schema=SCHEMA)
        self.published: dict[str, Any] = {}
        self.attribution = Attribution(DuckDbCredits(self, self), REGISTRY)

    def rows(self, sql: str, params: Mapping[str, object] | None = None) -> list[dict[str, object]]:
        """Ask the view `events`, on a cursor that no other stage shares."""
        with _DUCKDB.cursor() as cursor:
            cursor.register("events", self.events)
            cursor.execute(sql, dict(params or {}))
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def work(self, job: Callable[[Session], T]) -> T:
        """Have a job done over the view `events`, in a session of its own."""
        cursor = _DUCKDB.cursor()
        cursor.register("events", self.events)
        cursor.execute("BEGIN")
        with opened(cursor, Manifest(), self.events.num_rows) as session:
            return job(session)

    def publish(self, name: str, table: Any) -> None:
        """Keep what was published."""
        self.published[name] = table

    def credits(self, definition: str = "last_click", window: str | None = "30d") -> list[dict[str, Any]]:
        """Read the rows of one definition and window."""
        return [
            row
            for row in self.table().to_pylist()
            if row["definition_id"] == definition and window in (None, row["window"])
        ]

    def table(self) -> Any:
        """Compute, if that has not been done, and give the whole table: the events of a stage never change."""
        if "credits" not in self.published:
            self.attribution.run()
        return self.published["credits"]


_counter = itertools.count()


def click(when: str | int, click_id: str | None, **fields: Any) -> Event:
    """Make a component click of reader rdr-1 on note-1's link into shop-1, unless said otherwise."""
    given = {"note": "note-1", "creator": "creator-1", "link": "link-1", "line": "cid", "item": "item-1", **_HOUSE}
    return _event(Kind.COMPONENT_CLICK, when, {"reader": "rdr-1", "click_id": click_id, **given, **fields})


def act(kind: Kind, when: str | int, *, organic: bool = False, **fields: Any) -> Event:
    """Make reader rdr-1 do something with note-1: behind link-1 into shop-1, or organic and behind nothing."""
    given = {"note": "note-1", "creator": "creator-1", "reader": "rdr-1"}
    paid = {} if organic else {"link": "link-1", "line": "cid", "item": "item-1", **_HOUSE}
    return _event(kind, when, {**given, **paid, **fields})


def shop(kind: Kind, when: str | int, sub_order: str | None, amount_fen: int | None = None, **fields: Any) -> Event:
    """Make a returned order event of shop-1; the order is the sub-order's number before its dash."""
    order = None if sub_order is None else sub_order.rpartition("-")[0]
    given = {"sub_order_id": sub_order, "order_id": order, "amount_fen": amount_fen, "item": "item-1", **_HOUSE}
    return _event(kind, when, {"source": "sandbox", "version": 1, "ref": f"n-{kind}-{sub_order}", **given, **fields})


def pay(when: str | int, sub_order: str | None, amount_fen: int | None, click_id: str | None, **fields: Any) -> Event:
    """Make a payment."""
    return shop(Kind.PAY, when, sub_order, amount_fen, click_id=click_id, **fields)


_HOUSE = {"platform": "sandbox", "shop": "shop-1", "merchant": "mer-1", "tenant": "ten-1"}


def _event(kind: Kind, when: str | int, fields: dict[str, Any]) -> Event:
    occurred_at_ms = at(when) if isinstance(when, str) else when
    event_id = fields.pop("event_id", None) or f"evt-{kind}-{occurred_at_ms}-{next(_counter):04d}"
    return Event(event_id=event_id, kind=kind, occurred_at_ms=occurred_at_ms, **fields)
