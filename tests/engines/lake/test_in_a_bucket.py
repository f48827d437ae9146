"""A lake is the same lake wherever its files are: stories that are played in a folder and in a bucket."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import duckdb
import msgspec
import pytest
from msgspec.structs import replace

from bus.memory_log import MemoryLog
from engines.lake.buckets import PATIENT, Fault, lake_in
from engines.lake.test_lake import expected, reads
from hongmao.engines.lake import ParquetLake, manifest
from hongmao.engines.lake.errors import LakeCacheFull, LakeStoreFailed
from hongmao.engines.lake.files import LocalFiles
from hongmao.engines.lake.past import LakePast
from hongmao.engines.lake.replay import Wanted, replay
from hongmao.engines.lake.verify import prove
from hongmao.engines.tables import DuckTables
from hongmao.events.api import LakeBusy, LakeDamaged, LakeMissing, LakeOutdated, Logged, Sink, rebuild
from hongmao.kernel.time import DAY_MS, instant

if TYPE_CHECKING:
    from pathlib import Path

    from engines.lake.buckets import Store
    from hongmao.engines.lake.files import LakeFiles

MIDNIGHT = instant("2025-05-08T00:00:00+08:00")


@pytest.fixture(params=["folder", "bucket"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> LakeFiles:
    if request.param == "folder":
        return LocalFiles(tmp_path / "lake")
    return lake_in(request.getfixturevalue("store"), tmp_path)


def rows_of(files: LakeFiles, *, warm_rows_max: int = 1_000) -> list[tuple[object, ...]]:
    tables = DuckTables(files, warm_rows_max=warm_rows_max)
    try:
        return [tuple(row.values()) for row in tables.rows('SELECT * FROM events ORDER BY "offset"')]
    finally:
        tables.close()


def again(files: LakeFiles) -> list[int]:
    return sorted(offset for batch in replay(files, Wanted()) for offset in batch["offset"].to_pylist())


def over_midnight(count: int) -> list[Logged]:
    batch = reads(count)
    middle = count // 2
    return [
        Logged(one.offset, replace(one.event, occurred_at_ms=MIDNIGHT + (one.offset - middle) * DAY_MS // count))
        for one in batch
    ]


class TestAnywhere:
    def test_what_was_absorbed_is_read_proved_and_given_once_more(self, files: LakeFiles) -> None:
        batch = over_midnight(30)
        with ParquetLake(files) as lake:
            lake.absorb(batch[:20])
            lake.absorb(batch[10:])
            assert lake.position() == 30
            assert lake.verify() == ()
        assert rows_of(files) == rows_of(files, warm_rows_max=0) == expected(batch)
        assert again(files) == list(range(1, 31))
        assert prove(files).faults == ()
        with LakePast(files) as past:
            assert past.read(after=7, limit=100) == batch[7:]

    def test_a_lake_that_is_not_there_is_said(self, files: LakeFiles) -> None:
        with pytest.raises(LakeMissing, match="There is no lake at"):
            prove(files)
        with pytest.raises(LakeMissing):
            list(replay(files, Wanted()))
        assert rows_of(files) == []

    def test_merging_moves_events_and_changes_none(self, files: LakeFiles) -> None:
        batch = over_midnight(24)
        with ParquetLake(files) as lake:
            for start in range(0, 24, 2):
                lake.absorb(batch[start : start + 2])
            before = set(files.names())
            assert lake.compact(whole=True) == 13, "one batch lay across midnight"
            assert before < set(files.names()), "the old ones stay for whoever is reading them"
            assert rows_of(files) == rows_of(files, warm_rows_max=0) == expected(batch)
            lake.absorb(reads(2, after=24))
            lake.compact(whole=True)
            assert not before & set(files.names())
        assert prove(files).faults == ()
        assert again(files) == list(range(1, 27))

    def test_rebuilding_gives_the_same_lake(self, files: LakeFiles) -> None:
        log = MemoryLog()
        log.append([entry.event for entry in over_midnight(40)]).result()
        with ParquetLake(files) as lake:
            Sink(log, lake).drain(max_rows=7)
            first, epoch = rows_of(files), manifest.load(files).epoch
            assert rebuild(log, lake) == 40
            assert manifest.load(files).epoch != epoch
            assert rows_of(files) == rows_of(files, warm_rows_max=0) == first
            assert lake.verify() == ()
            # Nothing of the old lake is left.
            assert set(files.names()) == {file.path for file in manifest.load(files).files}

    def test_what_no_manifest_names_is_swept_away_by_the_next_writer(self, files: LakeFiles) -> None:
        with ParquetLake(files) as lake:
            lake.absorb(reads(5))
        stray = "events/day=2025-05-07/kind=read/000000000006-000000000009.parquet"
        files.put(stray, b"PAR1 of a batch whose manifest never came")
        assert len(rows_of(files)) == 5
        ParquetLake(files).close()
        assert set(files.names()) == {file.path for file in manifest.load(files).files}

    @pytest.mark.parametrize("data", [b"PAR1 something else", b""])
    def test_a_file_that_changed_is_named_everywhere(self, files: LakeFiles, data: bytes) -> None:
        with ParquetLake(files) as lake:
            lake.absorb(over_midnight(10))
            changed = manifest.load(files).files[-1]
            files.put(changed.path, data)
            assert changed.path in {fault.params["path"] for fault in lake.verify()}
            lake.absorb(over_midnight(20)[10:])
            with pytest.raises(LakeDamaged):
                lake.compact(whole=True)
        assert changed.path in {fault.params["path"] for fault in prove(files).faults}
        with pytest.raises(LakeDamaged, match=changed.path):
            list(replay(files, Wanted()))

    def test_a_file_that_is_gone_is_named_everywhere(self, files: LakeFiles) -> None:
        with ParquetLake(files) as lake:
            lake.absorb(over_midnight(10))
            gone = manifest.load(files).files[0]
            files.remove([gone.path])
            assert gone.path in {fault.params["path"] for fault in lake.verify()}
        assert gone.path in {fault.params["path"] for fault in prove(files).faults}
        with pytest.raises(LakeDamaged, match=f"{gone.path} is damaged .it is missing"):
            list(replay(files, Wanted()))

    def test_a_manifest_that_says_nothing_is_named_and_wiped(self, files: LakeFiles) -> None:
        with ParquetLake(files) as lake:
            lake.absorb(reads(5))
        files.swap(b'{"position": 5, "fi', seen=files.tag())
        with pytest.raises(LakeDamaged, match=r"manifest\.json"):
            prove(files)
        with ParquetLake(files) as lake:
            with pytest.raises(LakeDamaged, match=r"manifest\.json"):
                lake.position()
            lake.wipe()
            lake.absorb(reads(3))
            assert lake.verify() == ()
        assert len(rows_of(files)) == 3

    def test_a_lake_of_other_columns_is_wiped(self, files: LakeFiles) -> None:
        with ParquetLake(files) as lake:
            lake.absorb(reads(5))
        manifest.store(files, replace(manifest.load(files), columns="0" * 16))
        with ParquetLake(files) as lake:
            with pytest.raises(LakeOutdated):
                lake.absorb(reads(3))
            lake.wipe()
            lake.absorb(reads(3))
        assert len(rows_of(files)) == 3
        assert prove(files).faults == ()

    @pytest.mark.parametrize("warm_rows_max", [0, 1_000_000])
    def test_a_query_sees_one_snapshot_while_the_sink_writes_and_merges(
        self, files: LakeFiles, warm_rows_max: int
    ) -> None:
        with ParquetLake(files, small_files_max=2) as lake:
            lake.absorb(reads(10))
            tables, done, seen = DuckTables(files, warm_rows_max=warm_rows_max), threading.Event(), list[int]()
            looked = threading.Semaphore(0)

            def look() -> None:
                while not done.is_set():
                    (row,) = tables.rows(
                        'SELECT count(*) AS n, max("offset") AS last, sum("offset")::BIGINT AS s FROM events'
                    )
                    last = row["last"]
                    assert isinstance(last, int)
                    assert (row["n"], row["s"]) == (last, last * (last + 1) // 2)
                    seen.append(last)
                    looked.release()

            faults: list[BaseException] = []

            def look_on() -> None:
                try:
                    look()
                except BaseException as fault:  # noqa: BLE001 - told below, in the test's own thread
                    faults.append(fault)
                    looked.release(1_000)

            readers = [threading.Thread(target=look_on) for _ in range(2)]
            for reader in readers:
                reader.start()
            for start in range(10, 70, 5):
                looked.acquire(timeout=PATIENT.all_s)  # there is a look for every step, or more
                lake.absorb(reads(5, after=start))
                lake.compact()
            done.set()
            for reader in readers:
                reader.join()
            tables.close()
        assert faults == []
        assert len(seen) >= 12
        assert all(last % 5 == 0 and last >= 10 for last in seen)


class TestInABucket:
    def test_the_manifest_of_a_folder_says_nothing_of_claims(self, tmp_path: Path) -> None:
        with ParquetLake(tmp_path) as lake:
            lake.absorb(reads(1))
        assert set(msgspec.json.decode((tmp_path / "manifest.json").read_bytes())) == {
            *("columns", "epoch", "generation", "position", "files", "retired")
        }

    def test_of_two_writers_of_one_home_the_second_hears_of_the_first(self, store: Store, tmp_path: Path) -> None:
        files = lake_in(store, tmp_path)
        with ParquetLake(files) as lake:
            lake.absorb(reads(5))
            with pytest.raises(LakeBusy, match="pid"):
                ParquetLake(files)
            lake.absorb(reads(1, after=5))

    def test_of_two_writers_of_two_machines_the_newer_one_has_the_lake(self, store: Store, tmp_path: Path) -> None:
        bucket = store.bucket()
        old = ParquetLake(lake_in(store, tmp_path / "old", bucket=bucket))
        old.absorb(reads(5))
        files = lake_in(store, tmp_path / "new", bucket=bucket)
        with ParquetLake(files) as new:
            with pytest.raises(LakeBusy, match=r"s3://.* is being written by pid \d+ on "):
                old.absorb(reads(5, after=5))
            # It puts no more files, and touches none.
            for act in (lambda: old.absorb(reads(5, after=5)), old.compact, old.wipe, old.position):
                with pytest.raises(LakeBusy):
                    act()
            new.absorb(reads(4, after=5))
            assert new.verify() == ()
        old.close()
        assert prove(files).faults == ()
        assert len(rows_of(files)) == 9
        # What the old one had put, and no manifest names, goes with the next claim.
        ParquetLake(files).close()
        assert set(files.names()) == {file.path for file in manifest.load(files).files}

    def test_no_writer_puts_or_clears_away_a_file_of_another(self, store: Store, tmp_path: Path) -> None:
        bucket = store.bucket()
        marks = []
        for number in range(3):
            with ParquetLake(lake_in(store, tmp_path / str(number), bucket=bucket)) as lake:
                lake.absorb(reads(2, after=2 * number))
            said = manifest.load(lake_in(store, tmp_path, bucket=bucket))
            marks.append((said.claim, said.files[-1].path.rpartition("/")[2]))
        assert marks == [
            (1, "000000000001-000000000002.c000001.parquet"),
            (2, "000000000003-000000000004.c000002.parquet"),
            (3, "000000000005-000000000006.c000003.parquet"),
        ]

    def test_a_wiped_lake_has_no_name_of_the_old_one(self, store: Store, tmp_path: Path) -> None:
        files = lake_in(store, tmp_path)
        with ParquetLake(files) as lake:
            lake.absorb(reads(5))
            before = set(files.names())
            lake.wipe()
            lake.absorb(reads(5))
            assert not before & set(files.names())
            # Also where the manifest that counted them is unreadable.
            files.swap(b"{", seen=files.tag())
        with ParquetLake(files) as lake:
            before |= set(files.names())
            lake.wipe()
            lake.absorb(reads(5))
            assert not before & set(files.names())

    @pytest.mark.parametrize("how", ["lost", "slow_down", "denied"])
    def test_a_manifest_without_an_answer_is_looked_for(self, store: Store, tmp_path: Path, how: str) -> None:
        files = lake_in(store, tmp_path)
        with ParquetLake(files) as lake:
            lake.absorb(reads(5))
            store.faults.append(Fault("PUT", "manifest.json", how))
            with pytest.raises(LakeStoreFailed):
                lake.absorb(reads(5, after=5))
            assert lake.position() == 5, "as far as anybody has heard"
            lake.absorb([])
            assert lake.position() == (10 if how == "lost" else 5)
            lake.absorb(reads(10, after=5))
            assert lake.verify() == ()
        assert rows_of(files) == expected([*reads(15)])

    @pytest.mark.parametrize("when", ["before the next batch", "in the middle of it"])
    def test_a_manifest_that_comes_through_late_is_recognised(self, store: Store, tmp_path: Path, when: str) -> None:
        files = lake_in(store, tmp_path)
        with ParquetLake(files) as lake:
            lake.absorb(reads(5))
            store.faults.append(Fault("PUT", "manifest.json", "kept_back"))
            with pytest.raises(LakeStoreFailed):
                lake.absorb(reads(5, after=5))
            assert lake.position() == 5
            if when == "before the next batch":
                store.let_through()
                lake.absorb([])
            else:
                store.faults.append(Fault("PUT", ".parquet", "let_through"))
                with pytest.raises(LakeBusy):
                    lake.absorb(reads(10, after=5))
            assert lake.position() == 10
            lake.absorb(reads(10, after=5))
            assert lake.verify() == ()
        assert rows_of(files) == expected([*reads(15)])

    def test_a_store_that_looks_at_no_conditions_can_hold_no_lake(self, store: Store, tmp_path: Path) -> None:
        files = lake_in(store, tmp_path)
        store.faults.append(Fault("PUT", "manifest.json", "unconditional", times=99))
        with pytest.raises(LakeStoreFailed, match="it takes puts whose conditions are not met"):
            ParquetLake(files)
        store.faults.clear()
        with ParquetLake(files) as lake:
            lake.absorb(reads(3))

    def test_a_folder_that_was_copied_into_a_bucket_is_the_lake_there(self, store: Store, tmp_path: Path) -> None:
        root = tmp_path / "folder"
        with ParquetLake(root) as lake:
            lake.absorb(over_midnight(20)[:10])
        files = lake_in(store, tmp_path)
        for path in root.rglob("*"):
            if path.suffix in {".parquet", ".json"}:
                store.put(f"{files.where.removeprefix('s3://')}/{path.relative_to(root).as_posix()}", path.read_bytes())
        with ParquetLake(files) as lake:
            assert lake.position() == 10
            lake.absorb(over_midnight(20)[10:])
            assert lake.verify() == ()
        assert rows_of(files) == expected(over_midnight(20))

    def test_a_store_that_fails_in_the_middle_leaves_the_lake_as_it_was(self, store: Store, tmp_path: Path) -> None:
        files = lake_in(store, tmp_path)
        batch = over_midnight(20)
        with ParquetLake(files) as lake:
            lake.absorb(batch[:10])
            store.faults.append(Fault("PUT", "day=2025-05-08", "slow_down", times=PATIENT.tries))
            with pytest.raises(LakeStoreFailed):
                lake.absorb(batch[10:])
            assert rows_of(files) == expected(batch[:10])
            lake.absorb(batch[10:])
            assert lake.verify() == ()
        assert rows_of(files) == expected(batch)

    def test_a_bit_that_turned_in_the_store_is_named_by_verify_and_by_a_query(
        self, store: Store, tmp_path: Path
    ) -> None:
        files = lake_in(store, tmp_path)
        with ParquetLake(files) as lake:
            lake.absorb(reads(5))
        (file,) = manifest.load(files).files
        data = bytearray(files.get(file.path))
        data[len(data) // 2] ^= 1
        files.put(file.path, bytes(data))
        assert file.path in {fault.params["path"] for fault in prove(files).faults}
        with pytest.raises(LakeDamaged, match=file.path):
            rows_of(files)

    def test_copies_that_another_process_has_cleared_away_are_fetched_again(self, store: Store, tmp_path: Path) -> None:
        files = lake_in(store, tmp_path)
        batch = over_midnight(10)
        with ParquetLake(files) as lake:
            lake.absorb(batch)
        tables = DuckTables(files, warm_rows_max=0)
        try:
            assert len(tables.rows("SELECT event_id FROM events")) == 10
            for path in (tmp_path / "lake-cache").rglob("*.parquet"):
                path.unlink()
            assert len(tables.rows("SELECT event_id FROM events")) == 10
        finally:
            tables.close()

    def test_a_query_reaches_nothing_but_derived_tables_and_copies(self, store: Store, tmp_path: Path) -> None:
        files = lake_in(store, tmp_path)
        with ParquetLake(files) as lake:
            lake.absorb(reads(5))
        (tmp_path / "secret.csv").write_text("a\n1\n")
        tables = DuckTables(files, warm_rows_max=0)
        try:
            assert len(tables.rows("SELECT event_id FROM events")) == 5
            with pytest.raises(duckdb.PermissionException):
                tables.rows("SELECT * FROM read_csv($path)", {"path": str(tmp_path / "secret.csv")})
        finally:
            tables.close()

    def test_a_lake_larger_than_what_may_be_kept_is_said(self, store: Store, tmp_path: Path) -> None:
        files = lake_in(store, tmp_path, cache="1MiB")
        with ParquetLake(files) as lake:
            lake.absorb(reads(3))
            said = manifest.load(files)
            huge = tuple(replace(file, size_bytes=2 * 2**20) for file in said.files)
            files.swap(msgspec.json.encode(replace(said, files=huge)), seen=files.tag())
        with pytest.raises(
            LakeCacheFull, match=r"cannot hold the 2097152 bytes that are needed \(1048576 bytes at most"
        ):
            rows_of(files, warm_rows_max=0)


def test_offsets_are_dense(store: Store, tmp_path: Path) -> None:
    """A writer that was fenced off in the middle leaves no hole and no double, whoever goes on."""
    bucket = store.bucket()
    batch = reads(40)
    position, writers = 0, []
    for number in range(4):
        writer = ParquetLake(lake_in(store, tmp_path / str(number), bucket=bucket))
        writers.append(writer)
        position = writer.position()
        writer.absorb(batch[max(0, position - 3) : position + 10])
    for old in writers[:-1]:
        with pytest.raises(LakeBusy):
            old.absorb(batch[old.position() :])
    for writer in writers:
        writer.close()
    files = lake_in(store, tmp_path, bucket=bucket)
    assert rows_of(files) == expected(batch)
    assert prove(files).faults == ()
