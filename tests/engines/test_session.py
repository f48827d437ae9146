"""Sessions: several steps over one snapshot, whatever is written meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pytest

from events.strategies import NOON, read_note
from hongmao.engines.lake import ParquetLake
from hongmao.engines.tables import DuckTables
from hongmao.events.api import Logged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.engines.session import Session


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[ParquetLake]:
    with ParquetLake(tmp_path, small_files_max=1) as opened:
        yield opened


@pytest.fixture(params=[300_000, 0], ids=["warm", "files"])
def tables(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[DuckTables]:
    opened = DuckTables(tmp_path, warm_rows_max=request.param)
    yield opened
    opened.close()


def reads(first: int, last: int) -> list[Logged]:
    return [Logged(offset, read_note(offset, at_ms=NOON + offset)) for offset in range(first, last + 1)]


def test_every_step_sees_the_snapshot_the_session_began_with(lake: ParquetLake, tables: DuckTables) -> None:
    lake.absorb(reads(1, 5))

    def job(session: Session) -> tuple[object, ...]:
        session.make("early", "SELECT event_id FROM events WHERE occurred_at_ms <= $at", {"at": NOON + 2})
        lake.absorb(reads(6, 9))
        assert tables.rows("SELECT count(*) AS n FROM events") == [{"n": 9}]
        session.give("asked", pa.table({"event_id": ["evt-000001", "evt-000009"]}))
        found = session.table("SELECT event_id FROM early JOIN asked USING (event_id)").to_pylist()
        return session.position, session.lake.position, session.value("SELECT count(*) FROM events"), found

    assert tables.work(job) == (5, 5, 5, [{"event_id": "evt-000001"}])
    assert tables.work(lambda session: session.position) == 9


def test_what_a_session_made_is_gone_with_it(lake: ParquetLake, tables: DuckTables) -> None:
    lake.absorb(reads(1, 5))
    tables.work(lambda session: session.make("early", "SELECT 1 AS n"))
    with pytest.raises(duckdb.CatalogException, match="early"):
        tables.rows("SELECT * FROM early")


def test_a_job_overtaken_by_merges_is_done_again_as_a_whole(lake: ParquetLake, tmp_path: Path) -> None:
    tables = DuckTables(tmp_path, warm_rows_max=0)
    lake.absorb(reads(1, 2))
    lake.absorb(reads(3, 4))
    seen: list[int] = []

    def job(session: Session) -> object:
        if not seen:
            # Two merges: the second takes away the files that the first replaced, and with them what we began to read.
            for offset in (5, 6):
                lake.compact()
                lake.absorb(reads(offset, offset))
            lake.compact()
        seen.append(session.position)
        return session.value("SELECT count(*) FROM events")

    assert tables.work(job) == 6
    assert seen == [4, 6]
    tables.close()


def test_memory_is_bounded_and_the_rest_is_spilled(lake: ParquetLake, tmp_path: Path) -> None:
    lake.absorb(reads(1, 2))
    tables = DuckTables(tmp_path, memory="192MiB")
    # Sorting texts of some 250 MB within 192 MiB: what does not fit goes to disk, and the answer is the same.
    sorted_texts = """
        SELECT sum(place * n) FROM (
            SELECT n, row_number() OVER (ORDER BY repeat(lpad(n::VARCHAR, 7, '0'), 36)) AS place FROM range(1000000) r(n)
        )
    """
    assert tables.work(lambda session: session.value(sorted_texts)) == sum(n * (n + 1) for n in range(1_000_000))
    assert tables.rows("SELECT current_setting('memory_limit') AS held") == [{"held": "192.0 MiB"}]
    tables.close()
