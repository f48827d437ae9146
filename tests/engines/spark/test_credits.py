"""The platform's credits on a real lake: Spark publishes the very files that DuckDB does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from attribution.crowd import crowd
from attribution.stage import REGISTRY
from conftest import SPARK
from hongmao.attribution.api import CREDITS_TABLE, KeptAttribution
from hongmao.engines.attribution.duckdb_engine import CREDITS_SCHEMA
from hongmao.engines.attribution.lake_engine import LakeCredits
from hongmao.engines.lake import snapshot
from hongmao.engines.lake.derived import Derived
from hongmao.engines.lake.writer import ParquetLake
from hongmao.engines.spark.credits import SparkCredits
from hongmao.engines.spark.session import Loan
from hongmao.engines.spark.tables import SparkTables
from hongmao.engines.tables import DuckTables
from hongmao.events.api import Logged, QueryRefused

if TYPE_CHECKING:
    from pathlib import Path

    from hongmao.events.contracts import Event

# Starting Spark is part of whichever test comes first.


def fill(root: Path, events: list[Event], *, after: int = 0) -> None:
    with ParquetLake(root) as lake:
        lake.absorb([Logged(offset, event) for offset, event in enumerate(events, start=after + 1)])


@pytest.mark.usefixtures("spark")
def test_two_engines_publish_the_same_files(tmp_path: Path) -> None:
    events = list({event.event_id: event for event in crowd(worlds=30)}.values())
    one, other = tmp_path / "duckdb", tmp_path / "spark"
    for root in (one, other):
        fill(root, events)
    tables = {root: DuckTables(root, empty={CREDITS_TABLE: CREDITS_SCHEMA}) for root in (one, other)}
    loan = Loan(SPARK)
    seen = SparkTables(loan, other)
    in_process = KeptAttribution(LakeCredits(tables[one], Derived(one), one), REGISTRY)
    on_spark = KeptAttribution(SparkCredits(seen, tables[other], Derived(other), other), REGISTRY)
    expected, made = in_process.advance(), on_spark.advance()
    assert made.rows == expected.rows > 300
    assert made.checksum == expected.checksum
    assert (made.first_day, made.last_day, made.parts) == (expected.first_day, expected.last_day, expected.parts)
    assert made.source == expected.source
    assert (expected.maker.engine, made.maker.engine) == ("duckdb", "spark")
    folders = [root / snapshot.FOLDER / CREDITS_TABLE for root in (one, other)]
    assert snapshot.load(folders[0]).parts == snapshot.load(folders[1]).parts
    order = "select * from credits order by all"
    assert tables[one].rows(order) == tables[other].rows(order)
    # Nothing has happened since: nothing is computed, and the manifest stays the one that is there.
    assert on_spark.advance() == made
    assert on_spark.manifest() == made
    # What a deployment asks beside: its position, a plain question, and no fraction from any engine.
    assert seen.position() == tables[other].position() == len(events)
    assert seen.rows("select count(*) as n from events") == [{"n": len(events)}]
    assert SparkTables(loan, other, until=5).rows("select count(*) as n from events") == [{"n": 5}]
    with pytest.raises(QueryRefused, match="double"):
        seen.rows("select count(*) / 2 as half from events")
    loan.close()
    for table in tables.values():
        table.close()


@pytest.mark.usefixtures("spark")
def test_an_empty_lake_has_no_events(tmp_path: Path) -> None:
    loan = Loan(SPARK)
    assert SparkTables(loan, tmp_path).rows("select count(*) as n from events") == [{"n": 0}]
    loan.close()
