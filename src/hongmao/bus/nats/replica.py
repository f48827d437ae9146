"""The stream as a log: what the stream says, message by message, in an embedded log on this machine.

A stream gives a total order; it knows nothing of event ids and may hold a group twice. The replica feeds the messages in
order to an embedded log, which keeps an id once and counts without gaps. That is a pure function of the stream's
beginning, so every replica of every process has the same events at the same offsets.

`applied` is written down after the events, so it may lag behind them and never leads: after a crash some messages are fed
again, their ids are known, and nothing changes.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.bus.embedded import EmbeddedLog
from hongmao.bus.errors import ReplicaForeign
from hongmao.bus.group import unseal
from hongmao.events.api import LogDamaged, Packed, id_of
from hongmao.events.disk import make_folder, sync_folder, write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hongmao.bus.group import Group
    from hongmao.events.api import Kept

NOTE_EVERY: Final = 256  # messages that are fed again at worst after a crash
LOG_NAME: Final = "log"


class Position(msgspec.Struct, frozen=True):
    """Which stream this is a replica of, and up to which of its messages."""

    stream: str
    created: str
    applied: int


class Replica:
    """One embedded log and its place in the stream. One process feeds it; `LogBusy` says who else does."""

    def __init__(self, folder: Path) -> None:
        """Open the replica, making it where there is none."""
        make_folder(folder)
        self._folder = folder
        self._path = folder / "position.json"
        self.log = EmbeddedLog(folder / LOG_NAME)
        self._position = Position("", "", 0)
        self._noted = 0
        if self._path.exists():
            self._position = msgspec.json.decode(self._path.read_bytes(), type=Position)
            self._noted = self._position.applied

    @property
    def applied(self) -> int:
        """Sequence of the last message that is in the log."""
        return self._position.applied

    def claim(self, stream: str, created: str) -> None:
        """Say which stream is going to be fed; `ReplicaForeign` where it was another one until now."""
        mine = self._position
        if not mine.stream:
            if self.log.end():
                raise ReplicaForeign(path=str(self._folder), stream=stream, why="its position is missing")
            self._position = Position(stream, created, 0)
            self._note()
        elif (mine.stream, mine.created) != (stream, created):
            why = f"it was made from {mine.stream}, created {mine.created}"
            raise ReplicaForeign(path=str(self._folder), stream=stream, why=why)

    def feed(self, messages: Sequence[tuple[int, bytes]]) -> list[tuple[Kept, ...]]:
        """Take messages that follow `applied` without a gap; one answer a message, as `append` gives it.

        All or nothing: after an error the same messages can be fed again.
        """
        groups = [self._unsealed(sequence, message) for sequence, message in messages]
        ids = tuple(itertools.chain.from_iterable(group.ids for group in groups))
        records = tuple(itertools.chain.from_iterable(group.records for group in groups))
        kept = iter(self.log.take(Packed(ids, records)).result())
        answers = [tuple(itertools.islice(kept, len(group.ids))) for group in groups]
        self._position = msgspec.structs.replace(self._position, applied=messages[-1][0])
        if self.applied - self._noted >= NOTE_EVERY:
            self._note()
        return answers

    def close(self) -> None:
        """Note the position and release the log."""
        if self._position.stream:
            self._note()
        self.log.close()

    def _unsealed(self, sequence: int, message: bytes) -> Group:
        try:
            group = unseal(message)
            ids = tuple(map(id_of, group.records))
        except ValueError as error:
            why = f"message {sequence} of the stream: {error}"
            raise LogDamaged(path=str(self._folder), offset=self.log.end() + 1, why=why) from error
        if group.ids != ids:
            why = f"message {sequence} of the stream: its ids are not those of its records"
            raise LogDamaged(path=str(self._folder), offset=self.log.end() + 1, why=why)
        return group

    def _note(self) -> None:
        write_whole(self._path, msgspec.json.encode(self._position))
        sync_folder(self._folder)
        self._noted = self.applied
