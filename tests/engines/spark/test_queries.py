"""Every question that attribution asks has the same answer on both engines."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from attribution.crowd import crowd
from attribution.stage import REGISTRY, Stage
from engines.spark.mirror import Mirror
from hongmao.attribution.api import Attribution
from hongmao.engines.attribution.duckdb_engine import DuckDbCredits

if TYPE_CHECKING:
    from hongmao.engines.spark.session import Spark

PLATFORM = Path(str(files("hongmao.attribution") / "sql" / "platform"))
# Starting Spark is part of whichever test comes first.


def test_the_platforms_credits_are_the_same_at_every_step(spark: Spark) -> None:
    stage = Stage(crowd(worlds=60))
    mirror = Mirror(stage, spark)
    attribution = Attribution(DuckDbCredits(mirror, stage), REGISTRY)
    tally = attribution.run().tally
    assert tally.rows > 500
    assert tally.conversions > 20
    assert tally.refunds > 5
    assert len(tally.unattributed) >= 4
    order = next(row["order_id"] for row in stage.published["credits"].to_pylist() if row["note"] and row["order_id"])
    assert attribution.explain(order).sub_orders
    # No query of the platform's has escaped: a new file is asked here, or this list says that it is not.
    asked = "\n".join(mirror.asked)
    told = {path.stem: lines_of(path.read_text(encoding="utf-8")) for path in PLATFORM.glob("*.sql")}
    assert [name for name, lines in told.items() if not all(line in asked for line in lines)] == []


def lines_of(query: str) -> list[str]:
    """Give the lines of a query that reach an engine as they are written."""
    return [line for line in query.splitlines() if not line.startswith("--") and "{" not in line]
