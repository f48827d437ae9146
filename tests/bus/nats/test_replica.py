"""What a stream says becomes offsets: a pure function of its beginning, however often and in whatever pieces it is fed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.log_conformance import everything, ids
from bus.memory_log import MemoryLog
from events.strategies import read_note
from hongmao.bus.errors import ReplicaForeign
from hongmao.bus.group import Group, seal, unseal
from hongmao.bus.nats.replica import Replica
from hongmao.events.api import Kept, LogDamaged, pack

if TYPE_CHECKING:
    from pathlib import Path

CREATED = "2026-05-07"


def message(*numbers: int, note: str = "note-1") -> bytes:
    events = [read_note(number, note=note) for number in numbers]
    return seal(Group(tuple(event.event_id for event in events), tuple(map(pack, events))))


def opened(folder: Path) -> Replica:
    replica = Replica(folder)
    replica.claim("S", CREATED)
    return replica


def test_a_message_that_came_twice_is_kept_once_and_still_moves_the_position(tmp_path: Path) -> None:
    replica = opened(tmp_path)
    assert replica.feed([(1, message(1, 2)), (2, message(1, 2))]) == [
        (Kept(1, duplicate=False), Kept(2, duplicate=False)),
        (Kept(1, duplicate=True), Kept(2, duplicate=True)),
    ]
    assert (replica.applied, replica.log.end()) == (2, 2)
    replica.close()


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_two_replicas_agree_byte_for_byte(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    batches = data.draw(st.lists(st.lists(st.integers(1, 9), max_size=4), min_size=1, max_size=8))
    stream = [message(*numbers, note=f"note-{turn}") for turn, numbers in enumerate(batches)]
    oracle = MemoryLog()
    for turn, numbers in enumerate(batches):
        oracle.append([read_note(number, note=f"note-{turn}") for number in numbers])

    for _ in range(2):
        folder = tmp_path_factory.mktemp("replica")
        replica = opened(folder)
        while replica.applied < len(stream):
            start = replica.applied
            stop = data.draw(st.integers(start + 1, len(stream)))
            replica.feed([(number + 1, stream[number]) for number in range(start, stop)])
            if data.draw(st.booleans()):
                before = (folder / "position.json").read_bytes()
                replica.close()
                # A crash: what was noted last is older than what the log holds.
                (folder / "position.json").write_bytes(before)
                replica = opened(folder)
        assert everything(replica.log) == everything(oracle)
        replica.close()


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b"", "too short"),
        (b"hello, I am somebody else's message", "does not begin"),
        (message(2)[:-1], "checksum"),
        (message(2)[:-1] + b"\x00", "checksum"),
        (seal(Group(("a",), ())), "other numbers"),
        (seal(Group(("a",), (b"\xc1",))), ""),
        (seal(Group(("a",), (pack(read_note(1)),))), "not those of its records"),
    ],
)
def test_a_message_that_is_no_group_stops_the_replica_and_is_named(tmp_path: Path, payload: bytes, why: str) -> None:
    replica = opened(tmp_path)
    replica.feed([(1, message(1))])
    with pytest.raises(LogDamaged, match=f"message 2 of the stream: .*{why}"):
        replica.feed([(2, payload)])
    assert (replica.applied, ids(everything(replica.log))) == (1, [read_note(1).event_id])
    replica.close()


def test_a_replica_of_another_stream_is_refused(tmp_path: Path) -> None:
    replica = opened(tmp_path)
    replica.feed([(1, message(1))])
    replica.close()
    again = Replica(tmp_path)
    for stream, created in (("T", CREATED), ("S", "2026-05-08")):
        with pytest.raises(ReplicaForeign, match="it was made from S"):
            again.claim(stream, created)
    again.claim("S", CREATED)
    assert again.applied == 1
    again.close()
    (tmp_path / "position.json").unlink()
    lost = Replica(tmp_path)
    with pytest.raises(ReplicaForeign, match="its position is missing"):
        lost.claim("S", CREATED)
    lost.close()


@given(st.lists(st.tuples(st.text(max_size=9), st.binary(max_size=9)), max_size=5))
def test_a_group_comes_back_as_it_went(pairs: list[tuple[str, bytes]]) -> None:
    group = Group(tuple(one for one, _ in pairs), tuple(one for _, one in pairs))
    assert unseal(seal(group)) == group
