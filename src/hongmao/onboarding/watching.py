"""What came back of test clicks, asked of the derived tables."""

from __future__ import annotations

import functools
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

from hongmao.kernel.ids import ClickId
from hongmao.onboarding.contracts import CameBack

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from hongmao.events.api import Tables
    from hongmao.kernel.ids import TenantId


class _Row(msgspec.Struct, frozen=True):
    click_id: str
    click_at_ms: int | None
    visit_at_ms: int | None
    order_at_ms: int | None
    order_id: str | None
    platform: str | None


class DerivedTrials:
    """Implements `TrialWatch` over one set of tables."""

    def __init__(self, tables: Tables) -> None:
        """Read them when somebody asks."""
        self._tables = tables

    def came_back(self, tenant: TenantId, clicks: Collection[ClickId]) -> Mapping[ClickId, CameBack]:
        """Say what came back by each click id."""
        if not clicks:
            return {}
        rows = self._tables.rows(_text(), {"tenant": tenant, "click_ids": sorted(clicks)})
        return {
            ClickId(row.click_id): CameBack(
                click_at_ms=row.click_at_ms,
                visit_at_ms=row.visit_at_ms,
                order_at_ms=row.order_at_ms,
                order_id=row.order_id,
                platform=row.platform,
            )
            for row in msgspec.convert(rows, list[_Row])
        }


@functools.cache
def _text() -> str:
    return (files("hongmao.onboarding") / "sql" / "came_back.sql").read_text(encoding="utf-8")
