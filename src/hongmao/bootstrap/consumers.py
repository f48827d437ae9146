"""Who follows the log, by name, and how far each has come: for figures, for the doctor, and for what may leave the log.

Whoever reads the log from a position of his own is named here; a test finds readers that are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hongmao.jobs.worker import Workers


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """One follower. `keeps` says where its position stands, beside its effect; `of_lake` that it reads the lake alone."""

    name: str
    about: str
    keeps: str
    of_lake: bool = False


CONSUMERS: Final[Mapping[str, Consumer]] = {
    one.name: one
    for one in (
        Consumer(name="billing", about="charges component clicks", keeps="positions, with the charges"),
        Consumer(name="sink", about="carries events into the lake", keeps="the lake's manifest"),
        Consumer(
            name="attribution", about="credits conversions", keeps="the manifest of what is credited", of_lake=True
        ),
        Consumer(name="outgoing", about="sends returns on to media", keeps="positions, with the queue"),
        Consumer(name="readers", about="knows the pseudonyms that act", keeps="positions, with the readers"),
    )
}


class Standings:
    """How far everybody has come. A position that nobody of this program keeps is a stranger's, and is heeded all the same."""

    def __init__(self, workers: Workers, kept: Callable[[], Mapping[str, int]]) -> None:
        """Ask the workers, and the positions that are `kept` in the database of decided state."""
        self._workers = workers
        self._kept = kept

    def strangers(self) -> dict[str, int]:
        """Give the positions of those who are not named here: a later program's, an earlier one's, somebody's own."""
        return {name: at for name, at in self._kept().items() if name not in CONSUMERS}

    def positions(self) -> dict[str, int]:
        """Give, by name, the offset up to which everything has had its effect."""
        return {**self.strangers(), **self._workers.positions()}

    def floor(self) -> int:
        """Give the offset up to which everybody who reads the log has taken it: nobody needs it there again."""
        own = {name: at for name, at in self._kept().items() if name in CONSUMERS}
        read = {**own, **self.positions()}
        return max(0, min((at for name, at in read.items() if not _of_lake(name)), default=0))


def _of_lake(name: str) -> bool:
    return name in CONSUMERS and CONSUMERS[name].of_lake
