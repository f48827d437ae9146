"""Charges as they were at an offset of the log: those of the clicks that were known by then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.billing.contracts import Spend
from hongmao.kernel.ids import MerchantId
from hongmao.kernel.time import DAY_MS, HOUR_MS, numbered_day
from hongmao.storage.billing import SqlBillingStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.events.api import Tables
    from hongmao.kernel.ids import TenantId
    from hongmao.kernel.time import Window
    from hongmao.storage.database import Database

CHARGES_TABLE: Final = "charges_then"
"""The name under which a reader's tables must show the charges (`charges_table`)."""
_SPEND: Final = """
-- grain: one row per (day, note, link, merchant, line): what was paid for clicks that the events of the moment hold
select
  (c.at_ms + $morning_ms) // $day_ms as day_number,
  c.note,
  c.link,
  c.merchant,
  c.line,
  count(*) as clicks,
  cast(sum(c.amount_fen) as bigint) as amount_fen
from charges_then as c
semi join events as e on e.event_id = c.event_id
where
  c.at_ms >= $start_ms
  and c.at_ms < $end_ms
  and c.amount_fen > 0
  and ($tenant is null or c.tenant = $tenant)
group by all
order by all
"""


class _Row(msgspec.Struct, frozen=True):
    day_number: int
    note: str
    link: str
    merchant: str | None
    line: str
    clicks: int
    amount_fen: int


class SqlBillingStoreThen(SqlBillingStore):
    """A billing store whose sums are over the clicks that some tables show; all else is as it is kept.

    A click is charged when the log is read up to it, in order, so the clicks of a shorter log had the same charges. What
    impressions cost is kept by the day and not by the offset: it is no part of these sums.
    """

    def __init__(self, database: Database, tables: Tables) -> None:
        """Read the charges beside the `events` of a moment."""
        super().__init__(database)
        self._tables = tables

    def spend(self, tenant: TenantId | None, window: Window) -> Sequence[Spend]:
        """Add paid charges up by day, note, link and line."""
        asked = {"tenant": tenant, "start_ms": window.start_ms, "end_ms": window.end_ms}
        found = self._tables.rows(_SPEND, {**asked, "morning_ms": 8 * HOUR_MS, "day_ms": DAY_MS})
        return [
            Spend(
                day=numbered_day(row.day_number),
                note=row.note,
                link=row.link,
                merchant=None if row.merchant is None else MerchantId(row.merchant),
                line=row.line,
                clicks=row.clicks,
                amount_fen=row.amount_fen,
            )
            for row in msgspec.convert(found, list[_Row])
        ]
