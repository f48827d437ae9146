"""Consumer groups: how far somebody has come with the log, kept in the transaction that has his effect.

A group is one consumer, in however many processes it runs: the offset says up to where its effect has been had, once. What
moves the offset without the effect, or has the effect without moving it, cannot be written here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from hongmao.events.keeping_errors import OffsetRefused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager


class ConsumerWork(Protocol):
    """One transaction of one group: what is done in it and where it moves to are kept together, or neither is."""

    def position(self) -> int:
        """Give the offset up to which the group has had its effect. Nobody else moves it while this work lasts."""
        ...

    def move_to(self, offset: int) -> None:
        """Say up to where the effect goes now; `OffsetRefused` backwards, or beyond what the log holds."""
        ...


WorkT_co = TypeVar("WorkT_co", bound=ConsumerWork, covariant=True)


class ConsumerGroups(Protocol[WorkT_co]):
    """The positions of groups in one store, and the way to move them."""

    def position(self, group: str) -> int:
        """Give the offset up to which a group has had its effect; 0 for one that has yet to begin."""
        ...

    def positions(self) -> Mapping[str, int]:
        """Give the offset of every group that has begun."""
        ...

    def begin(self, group: str) -> AbstractContextManager[WorkT_co]:
        """Begin a piece of work. A second one of the same group, in any process, waits for the first to end.

        It commits when its block ends well and leaves nothing otherwise. Who waits too long is told so and has done nothing.
        """
        ...

    def restart(self, group: str) -> None:
        """Let a group hear everything once more, from the first event: for groups whose effect may come twice."""
        ...


def check_move(group: str, *, at: int, to: int, end: int) -> None:
    """Raise `OffsetRefused` where a group cannot move from one offset to another in a log that ends at `end`."""
    if not at <= to <= end:
        raise OffsetRefused(id=group, at=at, to=to, end=end)
