"""The acts: compute every credit anew under the definitions in force, and explain an order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hongmao.attribution import rules
from hongmao.attribution.contracts import RunSummary
from hongmao.attribution.errors import KindNotCredited, KindUnknown, ModelNotOfThePlatform, OrderNotSeen
from hongmao.attribution.models import RULES, spec_of
from hongmao.events.contracts import BACK_LINK, FRONT_LINK, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from hongmao.attribution.contracts import OrderExplained
    from hongmao.attribution.runs import RunManifest
    from hongmao.attribution.store import CreditEngine, KeepingEngine
    from hongmao.definitions.api import AttributionDefinition, Registry

KINDS = frozenset(str(kind) for kind in Kind)
TOUCHES = frozenset(str(kind) for kind in FRONT_LINK)
CONVERSIONS = frozenset(str(kind) for kind in FRONT_LINK | BACK_LINK)


class Attribution:
    """归因 over the platform's events. What it publishes can be thrown away: log and definitions give it again."""

    def __init__(self, engine: CreditEngine, registry: Registry) -> None:
        """Stand on an engine and the definitions; both are only read, but for the published credits."""
        self._engine = engine
        self._registry = registry

    def run(self, *, on: date | None = None) -> RunSummary:
        """Compute and publish all credits. Two runs over the same events and definitions publish the same bytes.

        Every version that has been in force by a day is credited, so that a report of an earlier day finds its own. `on`
        is that day; without it the newest event's is, so that a rebuild of an old log applies what was in force then.
        Raises `KindUnknown` or `ModelUnknown` before anything is replaced.
        """
        day = on or self._engine.newest_day()
        definitions = self.credited(self._registry, until=day)
        tally = self._engine.publish(definitions)
        return RunSummary(on=day, definitions=tuple(map(rules.ref_of, definitions)), tally=tally)

    def newest_day(self) -> date | None:
        """Name the Asia/Shanghai day of the newest event; None where nothing has happened."""
        return self._engine.newest_day()

    def credits_under(self, definitions: Sequence[AttributionDefinition]) -> Any:
        """Compute the credits of any definitions, in force or not, as an Arrow table; nothing is published."""
        return self._engine.credits_under(_checked(definitions))

    @staticmethod
    def credited(registry: Registry, *, until: date | None) -> Sequence[AttributionDefinition]:
        """List the definitions whose credits are published once events have come to a day."""
        return _checked(registry.credited(until) if until else ())

    def explain(
        self,
        order_id: str,
        *,
        tenant: str | None = None,
        platform: str | None = None,
        on: date | None = None,
        under: Sequence[AttributionDefinition] | None = None,
    ) -> OrderExplained:
        """Explain an order: what was looked at, what won under each definition and window, what it was worth.

        Definitions are those in force on a day, or those that are named (`under`), in force or not. With a tenant only its
        own sub-orders are told; an order that has none is `OrderNotSeen`, as one that is not.
        """
        definitions = self._in_force(on or self._engine.newest_day()) if under is None else _checked(under)
        whole = rules.explain(order_id, self._engine.orders_of(order_id, definitions))
        told = tuple(
            sub_order
            for sub_order in whole.sub_orders
            if tenant in (None, sub_order.tenant) and platform in (None, sub_order.platform)
        )
        if not told:
            raise OrderNotSeen(id=order_id)
        return replace(whole, sub_orders=told)

    def _in_force(self, day: date | None) -> Sequence[AttributionDefinition]:
        return _checked(self._registry.attributions(day) if day else ())


class KeptAttribution(Attribution):
    """归因 whose published credits are kept up to date: the one of the process that publishes them."""

    def __init__(self, engine: KeepingEngine, registry: Registry) -> None:
        """Stand on an engine that knows what it has published."""
        super().__init__(engine, registry)
        self._keeping = engine

    def advance(
        self, *, on: date | None = None, whole: bool = False, progress: Callable[[int, int], None] | None = None
    ) -> RunManifest:
        """Make again what events and definitions have changed since the last run, and publish it.

        Gives what `run` would publish, byte for byte; `whole` makes everything. Raises as `run` does.
        """
        day = on or self._keeping.newest_day()
        definitions = self.credited(self._registry, until=day)
        return self._keeping.advance(definitions, on=day, whole=whole, progress=progress)

    def manifest(self) -> RunManifest | None:
        """批次清单: tell what the published credits were made from and by whom; None where none were."""
        return self._keeping.manifest()


def _checked(definitions: Sequence[AttributionDefinition]) -> Sequence[AttributionDefinition]:
    for one in definitions:
        if spec_of(one.model, one.parameters).model.family != "rule":
            raise ModelNotOfThePlatform(definition=one.key, name=one.model, known=", ".join(RULES))
        for place, kinds, offered in (("touches", one.touches, TOUCHES), ("conversions", one.conversions, CONVERSIONS)):
            for kind in kinds:
                if kind not in KINDS:
                    raise KindUnknown(definition=one.key, kind=kind)
                if kind not in offered:
                    raise KindNotCredited(
                        definition=one.key, place=place, kind=kind, offered=", ".join(sorted(offered))
                    )
    return definitions
