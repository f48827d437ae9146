"""What a crash tears is repaired; what is damaged is named, and never passes for torn."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.log_conformance import everything, ids, keep
from bus.memory_log import MemoryLog
from events.strategies import read_note
from hongmao.bus.embedded import EmbeddedLog
from hongmao.bus.reader import ReadOnlyLog
from hongmao.bus.segments import frames
from hongmao.bus.segments.segment import START, opening
from hongmao.events.api import LogDamaged, pack

if TYPE_CHECKING:
    from pathlib import Path

SEGMENT = 2_048


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """7 May: three frames of two, one and three events are acknowledged."""
    path = tmp_path / "log"
    with EmbeddedLog(path, segment_bytes=SEGMENT) as log:
        keep(log, read_note(1), read_note(2))
        keep(log, read_note(3))
        keep(log, read_note(4), read_note(5), read_note(6))
    return path


def last(path: Path) -> Path:
    return max(path.glob("*.seg"))


def places(segment: Path) -> list[tuple[int, int]]:
    """Give where each frame of a segment begins and ends."""
    data, at, found = segment.read_bytes(), START, []
    while at + frames.HEAD_BYTES <= len(data) and (frame := frames.head(data[at : at + frames.HEAD_BYTES])):
        found.append((at, at + frame.size))
        at += frame.size
    return found


def write(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def told(path: Path, offset: int) -> None:
    """Put the end mark back to what it was before later frames were written."""
    (path / "end").write_bytes(struct.pack("<Q", offset))


def test_any_cut_of_a_last_write_is_cleared(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    begin, end = places(last(path))[-1]
    whole = last(path).read_bytes()
    for cut in range(end - begin - 7):  # the last seven bytes fill up to eight and say nothing
        last(path).write_bytes(whole[: begin + cut] + bytes(len(whole) - begin - cut))
        told(path, 3)
        with EmbeddedLog(path, segment_bytes=SEGMENT) as log:
            assert ids(everything(log)) == ["evt-000001", "evt-000002", "evt-000003"], cut
        assert last(path).read_bytes() == whole[:begin] + bytes(len(whole) - begin), cut
    # A client that heard nothing sends again.
    with EmbeddedLog(path, segment_bytes=SEGMENT) as log:
        assert [kept.offset for kept in keep(log, read_note(4), read_note(5), read_note(6))] == [4, 5, 6]
    assert "the last write of the log" in caplog.text


def test_a_last_write_whose_parts_arrived_out_of_order_is_cleared(path: Path) -> None:
    begin, end = places(last(path))[-1]
    write(last(path), begin, bytes(40))  # the second sector came, the first did not
    told(path, 3)

    with EmbeddedLog(path, segment_bytes=SEGMENT) as log:
        assert log.end() == 3
    assert last(path).read_bytes()[begin:end] == bytes(end - begin)


def test_what_was_written_and_not_answered_stays_and_is_a_duplicate_when_sent_again(path: Path) -> None:
    told(path, 3)

    with EmbeddedLog(path, segment_bytes=SEGMENT) as log:
        assert log.end() == 6
        assert [kept.duplicate for kept in keep(log, read_note(4), read_note(7))] == [True, False]


def test_any_flipped_bit_of_what_was_acknowledged_is_named(path: Path) -> None:
    whole = last(path).read_bytes()
    spans = places(last(path))
    for (begin, end), first in zip(spans, (1, 3, 4), strict=True):
        for place in range(begin, end - 7):
            spoilt = bytearray(whole)
            spoilt[place] ^= 1 << place % 8
            last(path).write_bytes(spoilt)
            with pytest.raises(LogDamaged) as caught:
                EmbeddedLog(path, segment_bytes=SEGMENT)
            assert caught.value.params["offset"] == first, place
    last(path).write_bytes(whole)
    EmbeddedLog(path, segment_bytes=SEGMENT).close()


def test_acknowledged_events_that_turned_to_zeros_are_no_torn_write(path: Path) -> None:
    begin, end = places(last(path))[-1]
    write(last(path), begin, bytes(end - begin))

    with pytest.raises(LogDamaged, match="events up to 6 were acknowledged"):
        EmbeddedLog(path, segment_bytes=SEGMENT)


def test_damage_before_a_whole_frame_is_named_even_when_the_end_mark_was_lost(path: Path) -> None:
    # After a power cut the mark may be behind; that a later frame is whole says that this one was on the disk.
    begin, _ = places(last(path))[1]
    write(last(path), begin + 60, b"\xff")
    told(path, 0)

    with pytest.raises(LogDamaged, match="whole events lie behind it, from 4 on") as caught:
        EmbeddedLog(path, segment_bytes=SEGMENT)
    assert caught.value.params["offset"] == 3


def test_a_frame_of_another_place_is_not_believed(path: Path) -> None:
    end = places(last(path))[-1][1]
    alien = b"".join(frames.sealed(9, [pack(read_note(9))]))
    write(last(path), end, alien)

    with ReadOnlyLog(path) as look:
        assert look.end() == 6
    told(path, 9)
    with ReadOnlyLog(path) as look, pytest.raises(LogDamaged, match="another event stands where it should"):
        everything(look)


class TestDamageInAnEarlierSegment:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "log"
        with EmbeddedLog(path, segment_bytes=512) as log:
            for number in range(1, 13):
                keep(log, read_note(number))
        return path

    def test_is_named_when_it_is_read_and_what_stands_before_it_is_given(self, path: Path) -> None:
        segment = sorted(path.glob("*.seg"))[1]
        first = int(segment.stem)
        write(segment, places(segment)[1][0] + 50, b"\xff\xff")

        with ReadOnlyLog(path) as look:
            assert [logged.offset for logged in look.read(after=0, limit=first)] == list(range(1, first + 1))
            with pytest.raises(LogDamaged, match="checksum does not match") as caught:
                look.read(after=first, limit=1)
        assert caught.value.params["offset"] == first + 1

    def test_a_segment_that_is_gone_is_missed(self, path: Path) -> None:
        there = sorted(path.glob("*.seg"))
        there[1].unlink()
        with ReadOnlyLog(path) as look, pytest.raises(LogDamaged, match="the event is missing") as caught:
            everything(look)
        assert caught.value.params["offset"] == int(there[1].stem)

    def test_a_first_segment_that_is_gone_does_not_pass_for_trimmed(self, path: Path) -> None:
        there = sorted(path.glob("*.seg"))
        there[0].unlink()
        with pytest.raises(LogDamaged, match=f"the events up to {int(there[1].stem) - 1} are gone"):
            EmbeddedLog(path, segment_bytes=512)

    def test_all_segments_gone_are_no_new_log(self, path: Path) -> None:
        for segment in path.glob("*.seg"):
            segment.unlink()
        with pytest.raises(LogDamaged, match="its segments are gone, with events up to 12"):
            EmbeddedLog(path, segment_bytes=512)

    def test_an_end_that_was_cut_off_is_named(self, path: Path) -> None:
        last(path).write_bytes(last(path).read_bytes()[:10])
        with pytest.raises(LogDamaged, match="cut off"):
            EmbeddedLog(path, segment_bytes=512)


def test_refuses_a_log_of_a_later_program(path: Path) -> None:
    later = bytearray(opening(1, SEGMENT))
    later[7] = 99
    write(last(path), 0, bytes(later))

    with pytest.raises(LogDamaged, match="written by a later program"):
        EmbeddedLog(path, segment_bytes=SEGMENT)


@given(
    st.lists(st.lists(st.integers(1, 30), min_size=1, max_size=7), min_size=1, max_size=10),
    st.integers(300, 3_000),
    st.data(),
)
def test_batches_and_crashes_in_any_order_keep_what_the_oracle_keeps(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[int]], segment_bytes: int, data: st.DataObject
) -> None:
    path, oracle = tmp_path_factory.mktemp("home") / "log", MemoryLog()
    for batch in batches:
        with EmbeddedLog(path, segment_bytes=segment_bytes) as log:
            events = [read_note(number) for number in batch]
            assert keep(log, *events) == keep(oracle, *events)
        begun = b"".join(frames.sealed(log.end() + 1, [pack(read_note(99))]))
        torn = data.draw(st.integers(0, len(begun) - 8), label="bytes of a write that was not finished")
        at = max([end for _, end in places(last(path))], default=START)
        write(last(path), at, begun[: min(torn, last(path).stat().st_size - at)])
    with EmbeddedLog(path, segment_bytes=segment_bytes) as log:
        assert everything(log, page=3) == everything(oracle)
