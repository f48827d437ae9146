"""The stories that are told of DuckDB, told of Spark: the platform's orders and anybody's files alike."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from attribution.files import desk
from attribution.stage import Stage
from conftest import SPARK
from hongmao.engines.lake.manifest import Manifest
from hongmao.engines.spark.files.engine import SparkFiles
from hongmao.engines.spark.tables import Steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from hongmao.engines.spark.session import Spark

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]
STORIES = (
    "attribution.test_stories",
    "attribution.test_defects_of_others",
    "attribution.test_explain",
    "attribution.files.test_formats",
    "attribution.files.test_rows",
)

for story in STORIES:
    known = vars(import_module(story))
    globals().update({name: thing for name, thing in known.items() if name.startswith("test_")})


@pytest.fixture(autouse=True)
def on_spark(spark: Spark, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let stages and desks stand on Spark."""

    def work(self: Stage, job: Callable[[Any], Any]) -> Any:
        steps = Steps(spark.session.newSession(), Manifest(), self.events.num_rows)
        steps.give("events", self.events)
        try:
            return job(steps)
        finally:
            steps.close()

    monkeypatch.setattr(Stage, "work", work)
    monkeypatch.setattr(desk, "DuckDbFiles", lambda: SparkFiles(SPARK))
