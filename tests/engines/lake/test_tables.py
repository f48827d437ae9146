from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pytest

from events.strategies import NOON, read_note
from hongmao.engines.lake import Derived, ParquetLake, manifest, snapshot, warm
from hongmao.engines.tables import DuckTables
from hongmao.events.api import LakeDamaged, Logged, QueryRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

CREDITS = pa.schema([("order_id", pa.string()), ("note", pa.string()), ("value_fen", pa.int64())])
COUNT = "SELECT count(*) AS n FROM events"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "it's a lake"


@pytest.fixture
def lake(root: Path) -> Iterator[ParquetLake]:
    with ParquetLake(root, small_files_max=2) as opened:
        yield opened


@pytest.fixture(params=[300_000, 0], ids=["warm", "files"])
def tables(root: Path, request: pytest.FixtureRequest) -> Iterator[DuckTables]:
    opened = DuckTables(root, empty={"credits": CREDITS}, warm_rows_max=request.param)
    yield opened
    opened.close()


def reads(first: int, last: int) -> list[Logged]:
    return [Logged(offset, read_note(offset, at_ms=NOON + offset)) for offset in range(first, last + 1)]


def credits_of(*values: int) -> pa.Table:
    rows = {"order_id": [f"o-{n}" for n in range(len(values))], "note": ["note-1"] * len(values), "value_fen": values}
    return pa.table(rows, schema=CREDITS)


def one(tables: DuckTables, sql: str) -> Sequence[object]:
    (row,) = tables.rows(sql)
    return tuple(row.values())


class TestEvents:
    def test_are_an_empty_table_before_the_first(self, tables: DuckTables) -> None:
        assert tables.rows("SELECT * FROM events") == []
        assert one(tables, "SELECT count(*), sum(amount_fen), max(day), bool_or(labelled) FROM events") == (
            0,
            None,
            None,
            None,
        )
        assert tables.position() == 0

    def test_come_with_parameters_and_plain_python_values(self, tables: DuckTables, lake: ParquetLake) -> None:
        lake.absorb(reads(1, 3))

        rows = tables.rows(
            'SELECT "offset", event_id, day, kind, labelled, amount_fen FROM events WHERE occurred_at_ms > $after AND day = $day',
            {"after": NOON + 1, "day": "2025-05-07"},
        )

        assert sorted(rows, key=lambda row: str(row["event_id"])) == [
            {
                "offset": 2,
                "event_id": "evt-000002",
                "day": "2025-05-07",
                "kind": "read",
                "labelled": None,
                "amount_fen": None,
            },
            {
                "offset": 3,
                "event_id": "evt-000003",
                "day": "2025-05-07",
                "kind": "read",
                "labelled": None,
                "amount_fen": None,
            },
        ]

    def test_of_a_new_batch_are_seen_at_once(self, tables: DuckTables, lake: ParquetLake) -> None:
        for last in (1, 2, 5, 9):
            lake.absorb(reads(lake.position() + 1, last))
            assert one(tables, COUNT) == (last,)
            assert tables.position() == last

    def test_are_the_same_after_a_merge_and_after_a_rebuild(self, tables: DuckTables, lake: ParquetLake) -> None:
        for offset in range(1, 6):
            lake.absorb(reads(offset, offset))
        before = tables.rows("SELECT * FROM events ORDER BY event_id")

        assert lake.compact() == 5
        assert tables.rows("SELECT * FROM events ORDER BY event_id") == before
        # The rebuilt lake has the same position and fewer events behind one and the same manifest name.
        lake.wipe()
        lake.absorb(reads(1, 2))
        assert tables.rows("SELECT * FROM events ORDER BY event_id") == before[:2]
        lake.absorb(reads(3, 5))
        assert tables.rows("SELECT * FROM events ORDER BY event_id") == before

    def test_of_another_log_replace_those_of_the_first(self, tables: DuckTables, lake: ParquetLake) -> None:
        lake.absorb(reads(1, 5))
        assert one(tables, COUNT) == (5,)

        lake.wipe()
        lake.absorb([Logged(offset, read_note(offset + 100)) for offset in range(1, 8)])

        assert one(tables, "SELECT min(event_id), count(*) FROM events") == ("evt-000101", 7)

    def test_of_few_but_long_texts_stay_on_disk(
        self, root: Path, lake: ParquetLake, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(warm, "WARM_BYTES_MAX", 1_000)
        lake.absorb(reads(1, 5))
        tables = DuckTables(root)

        assert one(tables, COUNT) == (5,)
        assert one(tables, "SELECT count(*) FROM warm_events") == (0,)
        tables.close()

    def test_outgrow_the_memory_and_go_on_from_files(self, root: Path, lake: ParquetLake) -> None:
        tables = DuckTables(root, warm_rows_max=3)
        for last in (2, 3, 4, 7):
            lake.absorb(reads(lake.position() + 1, last))
            assert one(tables, "SELECT count(*), max(event_id) FROM events") == (last, f"evt-{last:06d}")
        lake.wipe()
        lake.absorb(reads(1, 2))
        assert one(tables, COUNT) == (2,)
        tables.close()

    def test_whose_file_vanished_are_an_error_not_a_smaller_answer(self, root: Path, lake: ParquetLake) -> None:
        lake.absorb(reads(1, 5))
        (path,) = root.rglob("*.parquet")
        path.unlink()
        tables = DuckTables(root)

        with pytest.raises(duckdb.IOException):
            tables.rows(COUNT)
        tables.close()

    def test_of_a_broken_manifest_are_a_named_error(self, root: Path, tables: DuckTables, lake: ParquetLake) -> None:
        lake.absorb(reads(1, 5))
        (root / manifest.NAME).write_text("{")

        with pytest.raises(LakeDamaged):
            tables.rows(COUNT)

    def test_cost_little_to_ask_for_while_nothing_changes(
        self, tables: DuckTables, lake: ParquetLake, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lake.absorb(reads(1, 5))
        assert one(tables, COUNT) == (5,)
        monkeypatch.setattr(manifest, "load", lambda _: pytest.fail("nothing changed, yet the manifest was read"))

        assert one(tables, COUNT) == (5,)


class TestQueries:
    @pytest.mark.parametrize(
        "sql",
        [
            "DELETE FROM warm_events",
            "SELECT 1; SELECT 2",
            "COPY (SELECT 1) TO 'x.parquet'",
            "ATTACH 'x.db'",
            "SET threads = 1",
            "CREATE TABLE x (a INT)",
            "",
        ],
    )
    def test_are_one_select(self, tables: DuckTables, sql: str) -> None:
        with pytest.raises(QueryRefused, match="it is not one SELECT"):
            tables.rows(sql)

    def test_read_nothing_outside_the_lake(self, tables: DuckTables, tmp_path: Path) -> None:
        (tmp_path / "secret.csv").write_text("a\n1\n")

        with pytest.raises(duckdb.PermissionException):
            tables.rows("SELECT * FROM read_csv($path)", {"path": str(tmp_path / "secret.csv")})

    @pytest.mark.parametrize("figure", ["1.5::DOUBLE", "avg(n)", "1 / 2", "[1.5::FLOAT]"])
    def test_never_answer_in_floating_point(self, tables: DuckTables, figure: str) -> None:
        with pytest.raises(QueryRefused, match=r"roi (DOUBLE|FLOAT)"):
            tables.rows(f"SELECT {figure} AS roi FROM range(3) t(n) GROUP BY ALL")  # noqa: S608 - a fixed list

    def test_sum_beyond_64_bits_exactly(self, tables: DuckTables, root: Path) -> None:
        Derived(root).publish("credits", credits_of(2**62, 2**62, 2**62))

        assert one(tables, "SELECT sum(value_fen) FROM credits") == (3 * 2**62,)

    def test_that_are_wrong_say_where(self, tables: DuckTables) -> None:
        with pytest.raises(duckdb.BinderException, match="colour"):
            tables.rows("SELECT colour FROM events")

    def test_run_side_by_side_while_the_lake_grows_and_merges(self, tables: DuckTables, lake: ParquetLake) -> None:
        done = threading.Event()

        def ask() -> list[int]:
            seen = []
            while not done.is_set():
                (row,) = tables.rows(
                    'SELECT count(*) AS n, count(DISTINCT "offset") AS d, max("offset") AS last FROM events'
                )
                assert row["n"] == row["d"] == (row["last"] or 0)
                seen.append(int(str(row["n"])))
            return seen

        with ThreadPoolExecutor(3) as pool:
            askers = [pool.submit(ask) for _ in range(3)]
            try:
                for offset in range(1, 41, 2):
                    lake.absorb(reads(offset, offset + 1))
                    lake.compact()
            finally:
                done.set()
            for asker in askers:
                seen = asker.result(300)
                assert seen == sorted(seen)
        assert one(tables, COUNT) == (40,)


class TestDerived:
    def test_tables_are_empty_and_typed_before_they_are_published(self, tables: DuckTables) -> None:
        assert one(tables, "SELECT count(*), sum(value_fen), max(order_id) FROM credits") == (0, None, None)

    def test_tables_are_replaced_as_a_whole(self, tables: DuckTables, root: Path) -> None:
        publisher = Derived(root)
        for values in ((1, 2, 3), (10,), ()):
            publisher.publish("credits", credits_of(*values))
            assert one(tables, "SELECT count(*), coalesce(sum(value_fen), 0) FROM credits") == (
                len(values),
                sum(values),
            )

    def test_tables_join_the_events(self, tables: DuckTables, lake: ParquetLake, root: Path) -> None:
        lake.absorb(reads(1, 3))
        Derived(root).publish("credits", credits_of(5, 7))

        assert tables.rows(
            "SELECT e.note, sum(c.value_fen) AS value_fen FROM events e JOIN credits c USING (note) GROUP BY 1"
        ) == [{"note": "note-1", "value_fen": 36}]

    def test_tables_nobody_announced_are_found_too(self, tables: DuckTables, root: Path) -> None:
        Derived(root).publish("charges", pa.table({"fen": [1, 2]}))
        assert one(tables, "SELECT sum(fen) FROM charges") == (3,)

        Derived(root).wipe()
        with pytest.raises(duckdb.CatalogException):
            tables.rows("SELECT * FROM charges")

    def test_tables_keep_one_generation_for_readers_that_began_before(self, root: Path) -> None:
        publisher = Derived(root)
        for value in (1, 2, 3):
            publisher.publish("credits", credits_of(value))

        folder = root / snapshot.FOLDER / "credits"
        assert sorted(path.name for path in folder.iterdir()) == ["000002.json", "000003.json", "CURRENT", "parts"]
        assert len(list((folder / "parts").iterdir())) == 2

    def test_a_crash_before_the_pointer_leaves_the_last_one(
        self, tables: DuckTables, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        publisher = Derived(root)
        publisher.publish("credits", credits_of(1))

        def power_cut(path: Path, data: bytes) -> None:
            if path.name == snapshot.POINTER:
                raise OSError("the power is gone")
            path.write_bytes(data)

        with monkeypatch.context() as patch:
            patch.setattr(snapshot, "write_whole", power_cut)
            with pytest.raises(OSError, match="power"):
                publisher.publish("credits", credits_of(2))
        assert one(tables, "SELECT sum(value_fen) FROM credits") == (1,)
        publisher.publish("credits", credits_of(3))
        assert one(tables, "SELECT sum(value_fen) FROM credits") == (3,)

    @pytest.mark.parametrize("name", ["events", "Credits", "../x", "a b", "", 'x"; DROP', "1x"])
    def test_names_are_plain(self, root: Path, name: str) -> None:
        with pytest.raises(ValueError, match="needs a plain name"):
            Derived(root).publish(name, credits_of(1))

    @pytest.mark.parametrize("kind", [pa.float64(), pa.float32(), pa.decimal128(10, 2)])
    def test_floating_point_is_refused(self, root: Path, kind: pa.DataType) -> None:
        with pytest.raises(TypeError, match="roi"):
            Derived(root).publish("credits", pa.table({"roi": pa.array([], kind)}))

    def test_readers_survive_a_publisher_in_a_hurry(self, tables: DuckTables, root: Path) -> None:
        publisher = Derived(root)
        publisher.publish("credits", credits_of(7, 7))
        done = threading.Event()

        def ask() -> set[object]:
            seen: set[object] = set()
            while not done.is_set():
                seen.add(one(tables, "SELECT count(*), sum(value_fen) // 7 FROM credits"))
            return seen

        with ThreadPoolExecutor(2) as pool:
            askers = [pool.submit(ask) for _ in range(2)]
            for size in range(3, 30):
                publisher.publish("credits", credits_of(*[7] * size))
            done.set()
            for asker in askers:
                assert asker.result(300) <= {(size, size) for size in range(2, 30)}
