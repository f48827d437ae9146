"""The engine on the real lake: what it publishes is what everybody's queries then read."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from attribution.stage import REGISTRY, Stage, click, pay, shop
from hongmao.attribution.api import CREDITS_TABLE, Attribution
from hongmao.engines.attribution.duckdb_engine import CREDITS_SCHEMA, DuckDbCredits
from hongmao.engines.lake.derived import Derived
from hongmao.engines.lake.writer import ParquetLake
from hongmao.engines.tables import DuckTables
from hongmao.events.api import Logged
from hongmao.events.contracts import Kind

if TYPE_CHECKING:
    from pathlib import Path


def test_credits_computed_on_the_lake_are_those_computed_in_memory(tmp_path: Path) -> None:
    events = [
        click("2025-05-07 10:00", "c-1"),
        pay("2025-05-07 11:00", "o-1-1", 29_900, "c-1"),
        shop(Kind.REFUND, "2025-05-09 11:00", "o-1-1", 9_900, ref="r-1"),
    ]
    tables = DuckTables(tmp_path, empty={CREDITS_TABLE: CREDITS_SCHEMA})
    attribution = Attribution(DuckDbCredits(tables, Derived(tmp_path)), REGISTRY)
    assert attribution.run().tally.rows == 0
    with ParquetLake(tmp_path) as lake:
        lake.absorb([Logged(offset, event) for offset, event in enumerate(events, start=1)])
    # A payment and a refund in four windows of every definition.
    assert attribution.run().tally.rows == 8 * len(REGISTRY.attributions(date(2025, 5, 7)))
    net = tables.rows(
        "select sum(value_fen)::bigint as net from credits where \"window\" = '15d' and definition_id = 'last_click'"
    )
    assert net == [{"net": 20_000}]
    published = tables.rows("select * from credits")
    assert published == Stage(events).table().to_pylist()
    assert attribution.explain("o-1", tenant="ten-1").sub_orders[0].verdicts
    tables.close()
