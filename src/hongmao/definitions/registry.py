"""The definitions that a deployment has, whatever day it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.definitions import rules
from hongmao.definitions.contracts import AttributionDefinition, MetricDefinition
from hongmao.definitions.errors import DefinitionUnknown

if TYPE_CHECKING:
    from datetime import date

    from hongmao.definitions.contracts import AnyDefinition


class Registry:
    """Every version of every definition, checked as a whole, ordered by id and version."""

    def __init__(self, definitions: tuple[AnyDefinition, ...]) -> None:
        """Hold a set that was checked; `load_registry` makes one."""
        self._definitions = definitions

    @property
    def definitions(self) -> tuple[AnyDefinition, ...]:
        """Give every version there is at this moment."""
        return self._definitions

    def snapshot(self) -> Registry:
        """Take what there is now, for whoever must see the same throughout."""
        return Registry(self.definitions)

    def all(self) -> tuple[AnyDefinition, ...]:
        """List every version there is."""
        return self.definitions

    def in_force(self, on: date) -> tuple[AnyDefinition, ...]:
        """List what is in force on a day: one version of each id whose first day has come."""
        return rules.in_force(self.definitions, on=on)

    def get(self, definition_id: str, version: int | None = None) -> AnyDefinition:
        """Find one version, or the latest of an id; raises `DefinitionUnknown`."""
        for one in reversed(self.definitions):
            if one.id == definition_id and version in (None, one.version):
                return one
        raise DefinitionUnknown(id=definition_id if version is None else f"{definition_id}.v{version}")

    def on(self, definition_id: str, day: date) -> AnyDefinition:
        """Find what speaks of a day: the version in force, or the first there ever was where none is yet.

        The first, and not the latest: what comes into force later must not change what is said of an earlier day.
        """
        versions = [one for one in self.definitions if one.id == definition_id]
        if not versions:
            raise DefinitionUnknown(id=definition_id)
        return [versions[0], *(one for one in versions if one.effective <= day)][-1]

    def pins(self, day: date) -> dict[str, str]:
        """Name all that speaks of a day by key and fingerprint: what a report of that day was made by."""
        every = (self.on(one, day) for one in dict.fromkeys(one.id for one in self.definitions))
        return {one.key: one.fingerprint for one in every}

    def attributions(self, on: date) -> tuple[AttributionDefinition, ...]:
        """List the attribution definitions of the platform in force on a day."""
        return tuple(
            one for one in self.in_force(on) if isinstance(one, AttributionDefinition) and one.scope == "platform"
        )

    def credited(self, until: date) -> tuple[AttributionDefinition, ...]:
        """List every version of the platform's attribution that has been in force by a day: reports may ask for any."""
        return tuple(
            one
            for one in self.definitions
            if isinstance(one, AttributionDefinition) and one.scope == "platform" and one.effective <= until
        )

    def attribution(self, definition_id: str, version: int | None = None) -> AttributionDefinition:
        """Find one attribution definition; raises `DefinitionUnknown` for a metric too."""
        one = self.get(definition_id, version)
        if not isinstance(one, AttributionDefinition):
            raise DefinitionUnknown(id=definition_id)
        return one

    def metric(self, metric_id: str, version: int | None = None) -> MetricDefinition:
        """Find one metric; raises `DefinitionUnknown` for an attribution definition too."""
        one = self.get(metric_id, version)
        if not isinstance(one, MetricDefinition):
            raise DefinitionUnknown(id=metric_id)
        return one
