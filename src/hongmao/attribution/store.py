"""The port: an engine that computes credits from the events and publishes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from hongmao.attribution.contracts import Tally
    from hongmao.attribution.rules import OrderFound
    from hongmao.attribution.runs import RunManifest
    from hongmao.definitions.contracts import AttributionDefinition


class CreditEngine(Protocol):
    """Computes credits by the queries of this context. Two engines give the same rows, bit for bit."""

    def newest_day(self) -> date | None:
        """Name the Asia/Shanghai day of the newest event there is; None for an empty log."""
        ...

    def publish(self, definitions: Sequence[AttributionDefinition]) -> Tally:
        """Compute all credits anew and put them in the place of the old ones, as a whole."""
        ...

    def credits_under(self, definitions: Sequence[AttributionDefinition]) -> Any:
        """Compute all credits without publishing: the very Arrow table that `publish` would put in their place."""
        ...

    def orders_of(self, order_id: str, definitions: Sequence[AttributionDefinition]) -> Sequence[OrderFound]:
        """Compute one order's credits under each definition, with every touch and click id that was looked at."""
        ...


class KeepingEngine(CreditEngine, Protocol):
    """A `CreditEngine` that knows what it has published, and makes again only what events have changed since."""

    def advance(
        self,
        definitions: Sequence[AttributionDefinition],
        *,
        on: date | None,
        whole: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> RunManifest:
        """Bring the published credits up to the events and to these definitions; `whole` trusts nothing of before.

        Publishes what `publish` would, byte for byte, at the cost of what has changed. `progress` is told of slices done,
        of how many, where everything is made.
        """
        ...

    def manifest(self) -> RunManifest | None:
        """Tell what the published credits were made from; None where none were."""
        ...
