from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conftest import SPARK
from engines.lake.buckets import lake_in
from events.strategies import read_note
from hongmao.engines.lake import ParquetLake
from hongmao.engines.spark.session import Loan
from hongmao.engines.spark.tables import SparkTables
from hongmao.events.api import Logged

if TYPE_CHECKING:
    from pathlib import Path

    from engines.lake.buckets import Store


@pytest.mark.usefixtures("spark")
def test_spark_reads_a_bucket_by_its_copies_here(store: Store, tmp_path: Path) -> None:
    files = lake_in(store, tmp_path)
    seen = SparkTables(Loan(SPARK), files)
    count = 'select count(*) as n, max("offset") as last from events'
    with ParquetLake(files) as lake:
        lake.absorb([Logged(number, read_note(number)) for number in range(1, 4)])
        assert seen.rows(count) == [{"n": 3, "last": 3}]
        lake.absorb([Logged(number, read_note(number)) for number in range(4, 8)])
        lake.compact(whole=True)
        assert seen.rows(count) == [{"n": 7, "last": 7}]
    # What somebody else has cleared away comes again.
    for path in (tmp_path / "lake-cache").rglob("*.parquet"):
        path.unlink()
    assert seen.rows(count) == [{"n": 7, "last": 7}]
