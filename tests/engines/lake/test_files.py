from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from engines.lake.buckets import Store, lake_in
from hongmao.engines.lake.files import LakeFiles, LocalFiles, Overtaken, files_at
from hongmao.events.api import LakeBusy, LakeDamaged

if TYPE_CHECKING:
    from pathlib import Path

CLICKS = "events/day=2025-05-07/kind=click/000000000001-000000000002.parquet"
READS = "events/day=2025-05-07/kind=note_read/000000000001-000000000002.parquet"
WRITERS = 8


@dataclass
class File:
    """A data file, as a manifest would tell of it."""

    path: str
    data: bytes

    @property
    def size_bytes(self) -> int:
        return len(self.data)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


class FilesConformance:
    """What the files of every lake must do, wherever they are."""

    @pytest.fixture
    def files(self) -> LakeFiles:
        raise NotImplementedError

    def test_a_lake_begins_without_a_manifest(self, files: LakeFiles) -> None:
        assert files.manifest() is None
        assert files.tag() is None
        assert list(files.names()) == []

    def test_a_manifest_is_what_was_swapped_in_last(self, files: LakeFiles) -> None:
        first = files.swap(b"first", seen=None)
        seen = files.manifest()
        assert seen is not None
        assert (seen.data, seen.tag, files.tag()) == (b"first", first, first)
        second = files.swap(b"second", seen=first)
        seen = files.manifest()
        assert seen is not None
        assert (seen.data, seen.tag) == (b"second", second)
        assert first != second

    def test_who_has_seen_another_manifest_changes_nothing(self, files: LakeFiles) -> None:
        first = files.swap(b"first", seen=None)
        with pytest.raises(Overtaken):
            files.swap(b"as if there were none", seen=None)
        second = files.swap(b"second", seen=first)
        with pytest.raises(Overtaken):
            files.swap(b"late", seen=first)
        seen = files.manifest()
        assert seen is not None
        assert (seen.data, seen.tag) == (b"second", second)

    def test_who_has_seen_a_manifest_where_there_is_none_makes_none(self, files: LakeFiles) -> None:
        with pytest.raises(Overtaken):
            files.swap(b"from nowhere", seen='"0123456789abcdef0123456789abcdef"')
        assert files.manifest() is None

    def test_a_data_file_is_given_as_it_was_put(self, files: LakeFiles) -> None:
        clicks, reads = bytes(range(256)) * 100, b""
        files.put(CLICKS, clicks)
        files.put(READS, reads)
        files.settle([CLICKS, READS])
        assert (files.get(CLICKS), files.get(READS)) == (clicks, reads)
        assert sorted(files.names()) == [CLICKS, READS]
        with files.open(File(CLICKS, clicks)) as opened:
            assert opened.read() == clicks

    def test_putting_a_file_again_does_no_harm(self, files: LakeFiles) -> None:
        files.put(CLICKS, b"clicks")
        files.put(CLICKS, b"clicks")
        assert files.get(CLICKS) == b"clicks"

    def test_what_is_removed_is_gone_and_may_be_gone_before(self, files: LakeFiles) -> None:
        files.put(CLICKS, b"clicks")
        files.put(READS, b"reads")
        files.remove([CLICKS, READS.replace("note_read", "never_there")])
        assert list(files.names()) == [READS]
        with pytest.raises(LakeDamaged, match="it is missing"):
            files.get(CLICKS)
        files.remove([])
        files.remove([CLICKS])

    def test_a_file_that_is_open_stays_readable_when_it_is_removed(self, files: LakeFiles) -> None:
        files.put(CLICKS, b"clicks")
        with files.open(File(CLICKS, b"clicks")) as opened:
            files.remove([CLICKS])
            assert opened.read() == b"clicks"

    def test_files_are_held_in_their_order_below_folders_that_name_day_and_kind(self, files: LakeFiles) -> None:
        wanted = [File(READS, b"reads"), File(CLICKS, b"clicks")]
        for file in wanted:
            files.put(file.path, file.data)
        with files.hold(wanted) as paths:
            assert [path.read_bytes() for path in paths] == [b"reads", b"clicks"]
            assert [path.parent.name for path in paths] == ["kind=note_read", "kind=click"]
            assert {path.parent.parent.name for path in paths} == {"day=2025-05-07"}
            assert all(any(path.is_relative_to(folder) for folder in files.folders) for path in paths)

    def test_opening_what_is_missing_names_it(self, files: LakeFiles) -> None:
        with pytest.raises(LakeDamaged, match=r"000000000001-000000000002\.parquet is damaged \(it is missing\)"):
            files.open(File(CLICKS, b"clicks"))

    def test_the_manifest_is_no_data_file(self, files: LakeFiles) -> None:
        files.swap(b"first", seen=None)
        assert list(files.names()) == []

    def test_one_machine_has_one_writer(self, files: LakeFiles) -> None:
        lock = files.lock()
        with pytest.raises(LakeBusy, match="pid"):
            files.lock()
        lock.release()
        files.lock().release()


class TestLocalFiles(FilesConformance):
    @pytest.fixture
    def files(self, tmp_path: Path) -> LakeFiles:
        return LocalFiles(tmp_path / "lake")

    @pytest.fixture(autouse=True)
    def _there(self, files: LakeFiles) -> None:
        files.folder.mkdir()

    def test_a_folder_is_a_lake(self, tmp_path: Path) -> None:
        files = files_at(tmp_path)
        assert (files.where, files.folder) == (str(tmp_path), tmp_path)
        assert files_at(files) is files


class TestObjectFiles(FilesConformance):
    @pytest.fixture
    def files(self, store: Store, tmp_path: Path) -> LakeFiles:
        return lake_in(store, tmp_path)

    def test_of_many_writers_at_once_one_wins(self, store: Store, tmp_path: Path) -> None:
        bucket = store.bucket()
        writers = [lake_in(store, tmp_path / str(number), bucket=bucket) for number in range(WRITERS)]
        seen = None
        for round_ in range(3):
            with ThreadPoolExecutor(WRITERS) as pool:
                tags = [
                    pool.submit(_try, writer, f"{round_} by {number}".encode(), seen)
                    for number, writer in enumerate(writers)
                ]
                won = [tag for future in tags if (tag := future.result()) is not None]
            assert len(won) == 1
            assert {writer.tag() for writer in writers} == set(won)
            seen = won[0]


def _try(writer: LakeFiles, data: bytes, seen: str | None) -> str | None:
    try:
        return writer.swap(data, seen=seen)
    except Overtaken:
        return None
