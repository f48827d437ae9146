from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.log_conformance import everything, keep
from bus.segments.test_recovery import last, places, write
from events.strategies import read_note
from hongmao.bus.embedded import EmbeddedLog
from hongmao.bus.reader import ReadOnlyLog
from hongmao.bus.segments import frames
from hongmao.events.api import LogTrimmed, pack

if TYPE_CHECKING:
    from pathlib import Path


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12), st.integers(300, 5_000), st.data())
def test_any_stretch_is_given_as_it_was_kept(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], segment_bytes: int, data: st.DataObject
) -> None:
    records: list[bytes] = []
    with EmbeddedLog(tmp_path_factory.mktemp("home") / "log", segment_bytes=segment_bytes) as log:
        for size in sizes:
            events = [read_note(len(records) + number) for number in range(1, size + 1)]
            keep(log, *events)
            records += [pack(event) for event in events]
        for _ in range(4):
            after = data.draw(st.integers(0, len(records) + 2))
            limit = data.draw(st.integers(1, len(records) + 2))
            found = log.read_packed(after=after, limit=limit)
            assert found.split() == records[after : after + limit]
            assert found.count == len(records[after : after + limit])
            if found.count:
                assert found.first_offset == after + 1


def test_what_is_written_and_not_synced_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with EmbeddedLog(path) as log, ReadOnlyLog(path) as look:
        keep(log, read_note(1))
        at = places(last(path))[-1][1]
        write(last(path), at, b"".join(frames.sealed(2, [pack(read_note(2))])))

        for reader in (log, look):
            assert reader.end() == 1
            assert [logged.offset for logged in reader.read(after=0, limit=9)] == [1]
            assert reader.known(["evt-000002"]) == frozenset()


def test_a_reader_in_another_process_follows_from_segment_to_segment(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with EmbeddedLog(path, segment_bytes=600) as log, ReadOnlyLog(path) as look:
        for number in range(1, 41):
            keep(log, read_note(number))
            assert [one.offset for one in look.read(after=number - 1, limit=5)] == [number]
            assert look.known([f"evt-{number:06}", f"evt-{number + 1:06}"]) == {f"evt-{number:06}"}
        assert len(log.sealed()) > 5
        assert everything(look) == everything(log)


class TestTrimming:
    """On 1 June the segments of May are removed; what they held is in the lake."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "log"

    def test_removes_whole_segments_and_keeps_their_ids(self, path: Path) -> None:
        with EmbeddedLog(path, segment_bytes=600) as log:
            for number in range(1, 31):
                keep(log, read_note(number))
            bounds = log.sealed()
            inside = bounds[2][0] + 1

            assert log.trim(inside) == bounds[2][0] == log.first()
            assert log.sealed() == bounds[2:]
            for reader in (log, ReadOnlyLog(path)):
                with pytest.raises(LogTrimmed) as caught:
                    reader.read(after=0, limit=1)
                assert caught.value.params["first"] == bounds[2][0]
                assert [one.offset for one in reader.read(after=bounds[2][0] - 1, limit=99)] == list(
                    range(bounds[2][0], 31)
                )
            reader.close()
            assert keep(log, read_note(1))[0].duplicate
            assert log.trim(5) == bounds[2][0]  # what is gone is gone
        with EmbeddedLog(path, segment_bytes=600) as log:
            assert keep(log, read_note(1), read_note(30))[0].offset == 1
            assert log.first() == bounds[2][0]
        with ReadOnlyLog(path) as look:
            assert look.known(["evt-000001", "evt-000031"]) == {"evt-000001"}

    def test_a_reader_of_another_process_that_was_in_the_middle_is_told_so_and_lets_go_of_the_files(
        self, path: Path
    ) -> None:
        with EmbeddedLog(path, segment_bytes=600) as log, ReadOnlyLog(path) as look:
            for number in range(1, 31):
                keep(log, read_note(number))
            bounds = log.sealed()
            assert len(look.read(after=0, limit=bounds[0][1])) == bounds[0][1]
            first = log.trim(bounds[4][0])
            # It may still give what it has open; what it has not is gone, and never damaged.
            with pytest.raises(LogTrimmed) as gone:
                look.read(after=0, limit=30)
            assert gone.value.params["first"] == first
            assert min(look._reader._open, default=first) >= first
            assert [one.offset for one in look.read(after=first - 1, limit=99)] == list(range(first, 31))
            with pytest.raises(LogTrimmed):
                log.read(after=0, limit=1)

    def test_never_removes_the_segment_that_is_written_to(self, path: Path) -> None:
        with EmbeddedLog(path, segment_bytes=600) as log:
            for number in range(1, 31):
                keep(log, read_note(number))
            first = log.trim(10**9)

            assert (first, log.sealed()) == (log.first(), [])
            assert keep(log, read_note(31))[0].offset == 31

    def test_that_was_cut_off_is_finished_at_the_next_opening(self, path: Path) -> None:
        with EmbeddedLog(path, segment_bytes=600) as log:
            for number in range(1, 31):
                keep(log, read_note(number))
            log.trim(1)
            log._store.index.set_aside()
            keeps = log.sealed()[3][0]
        (path / "first").write_text(str(keeps))  # the floor was written, then the power went

        with EmbeddedLog(path, segment_bytes=600) as log:
            assert log.first() == keeps
            assert log.known(["evt-000001"])
