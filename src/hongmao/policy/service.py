"""The acts of policy: choose a preset and routes, say what is closed, and in which phase of a sale a day is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.catalog.api import Permission, demand
from hongmao.kernel.ids import check_id
from hongmao.kernel.money import AMOUNT_FEN_MAX
from hongmao.policy.contracts import PresetSet, Route, RouteChoice
from hongmao.policy.errors import (
    PolicyWordMissing,
    PresetClosed,
    PresetUnknown,
    RouteUnknown,
    RouteValueWrong,
    SpuUnknown,
)
from hongmao.policy.loading import calendars, presets
from hongmao.policy.rules import Gate, phase_on

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hongmao.catalog.api import Catalog, Principal
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import TenantId
    from hongmao.policy.contracts import Calendar, Phase, Preset
    from hongmao.policy.store import PolicyStore

DEFAULT: Final = "open"
"""What holds until somebody chooses: as before there was a choice."""
WHY_CHARS: Final = 1_000
_PAGE: Final = 1_000


class Policy:
    """Where the sale is made, and when."""

    def __init__(self, store: PolicyStore, catalog: Catalog, clock: Clock) -> None:
        """Work on a store."""
        self._store = store
        self._catalog = catalog
        self._clock = clock

    def preset(self) -> Preset:
        """Give the preset in force."""
        chosen = self._store.preset()
        return presets()[chosen.preset.partition(".v")[0] if chosen else DEFAULT]

    def set_preset(self, who: Principal, preset: str, *, why: str) -> PresetSet:
        """Choose the deployment's preset, at once."""
        demand(who, Permission.MANAGE_ADMISSION)
        found = presets().get(preset)
        if found is None:
            raise PresetUnknown(place="preset", choices=", ".join(presets()))
        return self._store.set_preset(
            PresetSet(preset=found.key, who=who.id, why=_word(why), at_ms=self._clock.now_ms())
        )

    def presets_set(self, who: Principal) -> Sequence[PresetSet]:
        """List every preset that was chosen, first to last."""
        demand(who, Permission.MANAGE_ADMISSION)
        return self._store.presets()

    def choose(
        self,
        who: Principal,
        spu: str,
        route: str,
        *,
        why: str,
        in_site_fen: int | None = None,
        external_fen: int | None = None,
    ) -> RouteChoice:
        """Choose where a product of the principal's tenant is sold, beside what each route is expected to bring.

        Raises `PresetClosed` for a route outside that the deployment does not offer.
        """
        demand(who, Permission.WRITE_CATALOG)
        if route not in set(Route):
            raise RouteUnknown(place="route", choices=", ".join(Route))
        preset = self.preset()
        if preset.external == "none" and route != Route.IN_SITE:
            raise PresetClosed(preset=preset.key)
        self._demand_own(who, check_id(spu, place="spu"))
        return self._store.choose(
            RouteChoice(
                tenant=who.tenant,
                spu=spu,
                route=Route(route),
                in_site_fen=_fen(in_site_fen, "in_site_fen"),
                external_fen=_fen(external_fen, "external_fen"),
                who=who.id,
                why=_word(why),
                at_ms=self._clock.now_ms(),
            )
        )

    def choices(self, who: Principal, spu: str | None = None) -> Sequence[RouteChoice]:
        """List what was chosen in the principal's tenant, first to last."""
        demand(who, Permission.READ_CATALOG)
        return self._store.choices(who.tenant, spu)

    def gate(self) -> Gate:
        """Take what is chosen now, for whoever asks about many links."""
        return Gate(self.preset(), self._store.chosen())

    def closed(self, tenant: TenantId, platform: str, spu: str | None) -> str | None:
        """Say why a link to a platform's shop may not serve; None where it may."""
        return self.gate().closed(tenant, platform, spu)

    def calendar(self) -> tuple[Calendar, ...]:
        """List the sales of the year that are planned."""
        return calendars()

    def phase_of(self, day: date) -> tuple[Calendar, Phase] | None:
        """Say which phase of which sale a day falls in."""
        return phase_on(calendars(), day)

    def _demand_own(self, who: Principal, spu: str) -> None:
        after = ""
        while page := self._catalog.items(who, after=after, limit=_PAGE):
            if any(item.spu == spu and item.tenant == who.tenant for item in page):
                return
            after = page[-1].id
        raise SpuUnknown(id=spu)


def _word(text: str) -> str:
    told = " ".join(text.split())
    if not told or len(told) > WHY_CHARS or not told.isprintable():
        raise PolicyWordMissing(place="why", limit=WHY_CHARS)
    return told


def _fen(value: int | None, place: str) -> int | None:
    if value is not None and (type(value) is not int or not 0 <= value <= AMOUNT_FEN_MAX):
        raise RouteValueWrong(place=place)
    return value
