"""What a preset and a calendar say, and what an owner has chosen for a product. Money in whole fen, days in Asia/Shanghai."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003 - msgspec reads the annotations
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from hongmao.definitions.contracts import Id, Prose, Text, Version  # noqa: TC001 - msgspec reads the annotations

if TYPE_CHECKING:
    from hongmao.kernel.ids import TenantId

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
CalendarId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_]{0,39}$")]


class Route(StrEnum):
    """路径: where a product is sold from a note."""

    IN_SITE = "in_site"  # 站内成交
    EXTERNAL = "external"  # 站外直达
    BOTH = "both"


class Preset(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """预设: which products an outside link may lead to."""

    id: Id
    version: Version
    effective: date
    why: Prose
    name: Text
    external: Literal["all", "chosen", "none"]
    in_site: tuple[Word, ...]

    @property
    def key(self) -> str:
        """Name this version: `open.v1`."""
        return f"{self.id}.v{self.version}"


class Phase(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"first": "from", "last": "to"}
):
    """阶段: a stretch of days of a calendar, both ends in it."""

    id: Literal["test", "gather", "warm", "burst", "carry_on"]
    first: date
    last: date
    name: Text


class Presale(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """预售: when deposits begin and when balances are paid."""

    deposit: date
    balance: date


class Calendar(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """活动日历: one sale of the year, phase by phase."""

    id: CalendarId
    version: Version
    effective: date
    why: Prose
    name: Text
    phase: tuple[Phase, ...]
    presale: Presale | None = None

    @property
    def key(self) -> str:
        """Name this version: `2025_618.v1`."""
        return f"{self.id}.v{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetSet:
    """The preset that somebody chose for the deployment, and why."""

    preset: str
    """Its key, such as `closed.v1`."""
    who: str
    why: str
    at_ms: int
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteChoice:
    """What an owner chose for a product, beside what each route was expected to bring then."""

    tenant: TenantId
    spu: str
    route: Route
    in_site_fen: int | None
    """Expected margin of one sale in the community; None where nobody knows."""
    external_fen: int | None
    """Expected earnings of one sale's traffic to the outside shop; None where nobody knows."""
    who: str
    why: str
    at_ms: int
    number: int = 0

    @property
    def better(self) -> Route | None:
        """Name the route that was expected to bring more; None where that is not known or a tie."""
        if self.in_site_fen is None or self.external_fen is None or self.in_site_fen == self.external_fen:
            return None
        return Route.IN_SITE if self.in_site_fen > self.external_fen else Route.EXTERNAL
