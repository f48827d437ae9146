"""The port to the past: reports over the log as it was, by the definitions as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from hongmao.definitions.api import Registry
    from hongmao.insight.service import Insight


class LookingGlass(Protocol):
    """Opens `Insight` on something else than what is published. What it shows is never published."""

    def position(self) -> int:
        """Give the offset up to which events and charges are both known: what a report that is kept is made from."""
        ...

    def position_at(self, at_ms: int) -> int:
        """Give the offset up to which the log had come before an instant; 0 where it began later."""
        ...

    def insight(
        self, registry: Registry, *, until: int | None = None, at_ms: int | None = None
    ) -> AbstractContextManager[Insight]:
        """Open insight by a registry, over the events up to an offset and the links that were there at an instant."""
        ...
