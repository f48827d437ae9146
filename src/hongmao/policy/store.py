"""The port of this context: which preset was chosen, and what owners chose for their products. Nothing is overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.kernel.ids import TenantId
    from hongmao.policy.contracts import PresetSet, Route, RouteChoice


class PolicyStore(Protocol):
    """Everything is durable on return."""

    def presets(self) -> Sequence[PresetSet]:
        """List every preset that was chosen, first to last."""
        ...

    def preset(self) -> PresetSet | None:
        """Give the preset that was chosen last."""
        ...

    def set_preset(self, preset: PresetSet) -> PresetSet:
        """Keep a preset and give it its number."""
        ...

    def choose(self, choice: RouteChoice) -> RouteChoice:
        """Keep what an owner chose and give it its number."""
        ...

    def choices(self, tenant: TenantId | None, spu: str | None = None) -> Sequence[RouteChoice]:
        """List choices, first to last: of a tenant or of the whole house, for one product or for all."""
        ...

    def chosen(self) -> Mapping[tuple[TenantId, str], Route]:
        """Give the latest choice for every product of the house that has one."""
        ...
