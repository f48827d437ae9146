"""The ports of this context: where a deployment's acts are kept, and who can say what a change would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.definitions.acts import Act
    from hongmao.definitions.registry import Registry
    from hongmao.definitions.steps import Outlook


class DefinitionStore(Protocol):
    """Acts, kept for ever and never changed."""

    def acts(self) -> Sequence[Act]:
        """List every act, first to last."""
        ...

    def revision(self) -> int:
        """Give a number that grows with every decision."""
        ...

    def keep(self, acts: Sequence[Act], *, revision: int) -> Sequence[Act]:
        """Keep the acts of one decision, all or none, and give them their numbers.

        Raises `DefinitionsMovedOn` unless the revision is still the one that the decision was made at.
        """
        ...


class Foresight(Protocol):
    """Whoever can compute credits and figures under definitions that are not in force."""

    def look(self, before: Registry, after: Registry) -> Outlook:
        """Say what becomes of credits and figures of the past when one set of definitions follows the other."""
        ...
