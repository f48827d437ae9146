from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from bus.memory_log import MemoryLog
from events.strategies import NOON, read_note, some_events
from hongmao.engines.lake import ParquetLake, columns, manifest
from hongmao.engines.tables import DuckTables
from hongmao.events.api import Event, Kind, LakeBusy, LakeDamaged, LakeGap, LakeOutdated, Logged, Sink, rebuild
from hongmao.kernel.time import DAY_MS, day_of, instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MIDNIGHT = instant("2025-05-08T00:00:00+08:00")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "lake"


@pytest.fixture
def lake(root: Path) -> Iterator[ParquetLake]:
    with ParquetLake(root) as opened:
        yield opened


def logged(events: Sequence[Event], *, after: int = 0) -> list[Logged]:
    return [Logged(offset, event) for offset, event in enumerate(events, after + 1)]


def reads(count: int, *, after: int = 0, **fields: Any) -> list[Logged]:
    return logged([read_note(number, **fields) for number in range(after + 1, after + count + 1)], after=after)


def expected(batch: Sequence[Logged]) -> list[tuple[object, ...]]:
    """Say what the lake should hold, from the log alone."""
    return [(entry.offset, str(day_of(entry.event.occurred_at_ms)), *astuple(entry.event)) for entry in batch]


def stored(root: Path, *, warm_rows_max: int = 1_000) -> list[tuple[object, ...]]:
    """Read the whole lake the way everybody does."""
    tables = DuckTables(root, warm_rows_max=warm_rows_max)
    try:
        return [tuple(row.values()) for row in tables.rows('SELECT * FROM events ORDER BY "offset"')]
    finally:
        tables.close()


def files_of(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*.parquet"))


class TestAbsorbing:
    def test_files_stand_by_day_and_kind_and_are_named_by_offsets(self, root: Path, lake: ParquetLake) -> None:
        # 7 May, one millisecond before midnight in Shanghai, and 8 May at midnight: two days, though one in UTC.
        lake.absorb(
            logged(
                [
                    read_note(1, at_ms=MIDNIGHT - 1),
                    read_note(2, at_ms=MIDNIGHT),
                    replace(read_note(3, at_ms=MIDNIGHT), kind=Kind.LIKE),
                ]
            )
        )

        assert files_of(root) == [
            "events/day=2025-05-07/kind=read/000000000001-000000000003.parquet",
            "events/day=2025-05-08/kind=like/000000000001-000000000003.parquet",
            "events/day=2025-05-08/kind=read/000000000001-000000000003.parquet",
        ]
        assert lake.position() == 3
        assert lake.verify() == ()

    def test_a_file_is_sorted_typed_and_compressed(self, root: Path, lake: ParquetLake) -> None:
        times = {1: NOON + 5, 2: NOON, 3: NOON + 5, 4: NOON - 5}
        lake.absorb(logged([read_note(number, at_ms=at) for number, at in sorted(times.items(), reverse=True)]))

        (path,) = root.rglob("*.parquet")
        table = pq.read_table(path, partitioning=None)
        assert table["event_id"].to_pylist() == ["evt-000004", "evt-000002", "evt-000001", "evt-000003"]
        assert table["offset"].to_pylist() == [1, 3, 4, 2]
        assert table.schema.remove_metadata() == columns.SCHEMA
        assert {str(field.type) for field in table.schema} == {"int64", "string", "bool"}
        assert pq.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"

    def test_what_was_absorbed_before_is_passed_over(self, root: Path, lake: ParquetLake) -> None:
        batch = reads(10)
        lake.absorb(batch[:6])
        lake.absorb(batch[:6])
        lake.absorb(batch[2:])
        lake.absorb([])

        assert lake.position() == 10
        assert stored(root) == expected(batch)

    @pytest.mark.parametrize("offsets", [[2], [5, 6], [1, 3], [1, 1], [2, 1]])
    def test_a_hole_is_refused_and_changes_nothing(self, root: Path, lake: ParquetLake, offsets: list[int]) -> None:
        with pytest.raises(LakeGap):
            lake.absorb([Logged(offset, read_note(offset)) for offset in offsets])

        assert lake.position() == 0
        assert files_of(root) == []

    @given(events=some_events(min_size=1, max_size=12), data=st.data())
    @settings(max_examples=30)
    def test_any_way_of_cutting_the_log_gives_the_same_rows(
        self, tmp_path_factory: pytest.TempPathFactory, events: list[Event], data: st.DataObject
    ) -> None:
        batch = logged(events)
        root = tmp_path_factory.mktemp("lake")
        with ParquetLake(root, small_files_max=1) as lake:
            while (position := lake.position()) < len(batch):
                back = data.draw(st.integers(0, position), label="how far back the batch begins")
                ahead = data.draw(st.integers(position + 1, len(batch)), label="where it ends")
                lake.absorb(batch[back:ahead])
                if data.draw(st.booleans(), label="merge now"):
                    lake.compact()
            assert lake.verify() == ()
        rows = stored(root)
        assert rows == expected(batch)
        assert rows == stored(root, warm_rows_max=0)


class TestCrashing:
    @pytest.mark.parametrize("act", ["absorb", "compact"])
    def test_between_files_and_manifest_doubles_nothing(
        self, root: Path, monkeypatch: pytest.MonkeyPatch, act: str
    ) -> None:
        batch = reads(20)
        crashed = ParquetLake(root, small_files_max=1)
        crashed.absorb(batch[:5])
        crashed.absorb(batch[5:10])

        def power_cut(*_: object, **__: object) -> None:
            raise OSError("the power is gone")

        with monkeypatch.context() as patch:
            patch.setattr(manifest, "swap", power_cut)
            with pytest.raises(OSError, match="power"):
                crashed.absorb(batch[10:17]) if act == "absorb" else crashed.compact()
        crashed.close()
        assert len(files_of(root)) == 3
        assert stored(root) == expected(batch[:10])

        with ParquetLake(root, small_files_max=1) as lake:
            assert len(files_of(root)) == 2
            assert lake.position() == 10
            lake.absorb(batch[10:])
            lake.compact()
            assert stored(root) == expected(batch)
            assert lake.verify() == ()

    def test_in_the_middle_of_a_file_leaves_a_draft_that_is_swept_away(self, root: Path) -> None:
        with ParquetLake(root) as lake:
            lake.absorb(reads(3))
        (path,) = root.rglob("*.parquet")
        draft = path.with_name(".000000000004-000000000009.parquet.draft")
        draft.write_bytes(b"PAR1 half a file")

        with ParquetLake(root) as lake:
            assert not draft.exists()
            assert lake.verify() == ()

    def test_of_the_process_lets_the_next_writer_in(self, root: Path) -> None:
        first = ParquetLake(root)
        with pytest.raises(LakeBusy, match=rf"is being written by pid {os.getpid()} on "):
            ParquetLake(root)
        first.close()
        ParquetLake(root).close()


class TestMerging:
    def test_many_small_files_become_one_and_the_old_stay_for_a_while(self, root: Path, lake: ParquetLake) -> None:
        batch = reads(30)
        for start in range(0, 18, 2):
            lake.absorb(batch[start : start + 2])
        before = set(files_of(root))
        assert len(before) == 9

        # 7 May: the ninth file is one too many.
        assert lake.compact() == 9
        assert set(files_of(root)) - before == {
            "events/day=2025-05-07/kind=read/000000000001-000000000018.g000001.parquet"
        }
        assert before < set(files_of(root))
        assert lake.compact() == 0

        # 8 May: the next merge clears away what the last one replaced.
        for start in range(18, 30, 1):
            lake.absorb(batch[start : start + 1])
        assert lake.compact() == 13
        assert not before & set(files_of(root))
        assert stored(root) == expected(batch)
        assert lake.verify() == ()

    def test_a_large_file_stays_as_it_is(self, root: Path) -> None:
        with ParquetLake(root, small_files_max=1, small_rows_max=4) as lake:
            batch = reads(9)
            for start, end in ((0, 5), (5, 7), (7, 9)):
                lake.absorb(batch[start:end])

            assert lake.compact() == 2
            assert [file.rows for file in manifest.load(root).files] == [5, 4]
            assert stored(root) == expected(batch)

    def test_a_crowded_day_does_not_move_another(self, root: Path) -> None:
        with ParquetLake(root, small_files_max=2) as lake:
            lake.absorb(reads(1, at_ms=MIDNIGHT))
            for number in range(1, 4):
                lake.absorb(reads(1, after=number))

            assert lake.compact() == 3
            assert [(file.day, file.rows) for file in manifest.load(root).files] == [
                ("2025-05-07", 3),
                ("2025-05-08", 1),
            ]


class TestProving:
    @pytest.fixture
    def files(self, root: Path, lake: ParquetLake) -> list[Path]:
        lake.absorb(reads(5))
        lake.absorb(reads(5, after=5))
        return sorted(root.rglob("*.parquet"))

    def test_a_changed_byte_is_found(self, lake: ParquetLake, files: list[Path]) -> None:
        data = bytearray(files[0].read_bytes())
        data[len(data) // 2] ^= 1
        files[0].write_bytes(data)

        (fault, whole) = lake.verify()
        assert "checksum does not match" in fault.message("en")
        assert "5 events stand where 10 should" in whole.message("en")
        assert "hongmao rebuild" in fault.hint("zh")

    def test_a_missing_file_is_found(self, lake: ParquetLake, files: list[Path]) -> None:
        files[1].unlink()

        assert [str(fault.params["why"]) for fault in lake.verify()] == [
            "it is missing",
            "5 events stand where 10 should",
        ]

    def test_a_manifest_that_lies_is_found(self, root: Path, lake: ParquetLake, files: list[Path]) -> None:
        said = manifest.load(root)
        first, second = said.files
        manifest.store(root, replace(said, files=(first, replace(first, rows=4), replace(second, kind="like"))))
        lake.close()

        with ParquetLake(root) as lying:
            assert [str(fault.params["why"]) for fault in lying.verify()] == [
                "it has 5 rows where 4 should be",
                "it holds days ['2025-05-07'] and kinds ['read']",
                "15 events stand where 10 should",
            ]
        assert len(files) == 2

    def test_a_broken_manifest_says_rebuild_and_can_be_wiped(self, root: Path, lake: ParquetLake) -> None:
        lake.absorb(reads(5))
        lake.close()
        (root / manifest.NAME).write_text('{"position": 5, "fi')

        with ParquetLake(root) as broken:
            for act in (broken.position, broken.compact, broken.verify, lambda: broken.absorb(reads(1, after=5))):
                with pytest.raises(LakeDamaged, match="hongmao rebuild"):
                    act()
            assert len(files_of(root)) == 1
            broken.wipe()
            assert broken.position() == 0
            assert files_of(root) == []
            broken.absorb(reads(3))
            assert stored(root) == expected(reads(3))

    def test_a_lake_of_other_columns_is_not_guessed_at(self, root: Path, lake: ParquetLake) -> None:
        lake.absorb(reads(5))
        manifest.store(root, replace(manifest.load(root), columns="0" * 16))
        lake.close()

        with ParquetLake(root) as old:
            with pytest.raises(LakeOutdated, match="hongmao rebuild"):
                old.position()
            old.wipe()
            assert old.position() == 0
        assert manifest.load(root).columns == columns.FINGERPRINT


class TestRebuilding:
    def test_gives_the_same_files_byte_for_byte(self, root: Path, lake: ParquetLake, tmp_path: Path) -> None:
        log = MemoryLog()
        log.append([read_note(number, at_ms=NOON - (number % 3) * DAY_MS) for number in range(500)])
        seen: list[tuple[int, int]] = []

        # 7 May: the lake grew in odd steps. 8 May: it is rebuilt twice, here and beside.
        sink = Sink(log, lake)
        while sink.run_once(37):
            pass
        grown = stored(root)
        assert rebuild(log, lake, progress=lambda at, end: seen.append((at, end))) == 500
        with ParquetLake(tmp_path / "beside") as beside:
            rebuild(log, beside)

        assert seen == [(500, 500)]
        assert stored(root) == grown == expected(log.read(after=0, limit=1_000))
        assert files_of(root) == files_of(tmp_path / "beside")
        for name in files_of(root):
            assert (root / name).read_bytes() == (tmp_path / "beside" / name).read_bytes()

    def test_a_sink_carries_what_is_new_and_merges_now_and_then(self, root: Path, lake: ParquetLake) -> None:
        log = MemoryLog()
        sink = Sink(log, lake)
        assert sink.run_once() == 0
        for number in range(20):
            log.append([read_note(number)])
            assert sink.run_once() == 1

        assert lake.position() == 20
        assert [file.rows for file in manifest.load(root).files] == [16, 1, 1, 1, 1]
        log.append([read_note(number) for number in range(15, 60)])
        assert sink.drain(7) == 40
        assert stored(root) == expected(log.read(after=0, limit=100))


def test_the_columns_are_those_of_the_event_in_its_order() -> None:
    assert ("offset", "day", *Event.__struct_fields__) == columns.COLUMNS
    assert {field.name for field in columns.SCHEMA if pa.types.is_boolean(field.type)} == {
        "labelled",
        "new_visitor",
        "claimed_elsewhere",
        "price_compare",
    }
