"""Port of reconciliation: an engine that holds two lists of facts against each other, larger than memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from hongmao.events.contracts import Event
    from hongmao.returns.reconcile.contracts import DayLine, Found, Query


class Comparison(Protocol):
    """One comparison under way: what the shop says is poured in, then it is held against the lake."""

    def pour(self, events: Sequence[Event]) -> None:
        """Take facts as the shop says them now, in the form in which the return desk would keep them."""
        ...

    def lines(self, query: Query) -> list[DayLine]:
        """Compare by day and line."""
        ...

    def differences(self, query: Query, *, limit: int) -> list[Found]:
        """List single differences in the order of day, sub-order, kind."""
        ...

    def count_differences(self, query: Query) -> int:
        """Count them all."""
        ...


class ReconcileEngine(Protocol):
    """Opens comparisons over one snapshot of the lake."""

    def open(self) -> AbstractContextManager[Comparison]:
        """Begin a comparison; what it staged is gone afterwards."""
        ...
