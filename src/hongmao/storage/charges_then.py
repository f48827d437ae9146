"""Charges as they were at an offset of the log: those of the clicks, and the impressions, that were known by then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import func, select

from hongmao.billing.contracts import Spend
from hongmao.kernel.ids import MerchantId
from hongmao.kernel.time import DAY_MS, HOUR_MS, day_number, numbered_day
from hongmao.storage.billing import SqlBillingStore
from hongmao.storage.billing_beside import SqlBeside, SqlBesideThen
from hongmao.storage.billing_spend import added, clicks_funded, funded_together, shown_spent_then
from hongmao.storage.models import ChargeRow, ShownPieceRow
from hongmao.storage.parts import in_parts
from hongmao.storage.scope import PlatformScope, TenantScope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.billing.contracts import Funded
    from hongmao.events.api import Tables
    from hongmao.kernel.ids import TenantId
    from hongmao.kernel.time import Window
    from hongmao.storage.database import Database
    from hongmao.storage.scope import Scope

CHARGES_TABLE: Final = "charges_then"
"""The name under which a reader's tables must show the charges (`charges_table`)."""
_HOUSE = PlatformScope("what every tenant's acts had cost is the house's own look")
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

_PAID: Final = """
-- grain: one row per component click that was paid and is held by the events of the moment
select c.event_id
from charges_then as c
semi join events as e on e.event_id = c.event_id
where
  c.at_ms >= $start_ms
  and c.at_ms < $end_ms
  and c.amount_fen > 0
  and ($tenant is null or c.tenant = $tenant)
  and ($merchant is null or c.merchant = $merchant)
order by c.event_id
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
    """A billing store whose sums are over the acts up to an offset; all else is as it is kept.

    A click is charged when the log is read up to it, in order, so the clicks of a shorter log had the same charges. What
    impressions cost is kept by pieces of the log: exact at their edges, and unknown within one.
    """

    def __init__(self, database: Database, tables: Tables, until: int, at_ms: int | None = None) -> None:
        """Read the charges beside the `events` up to an offset; what people gave and paid, up to an instant."""
        super().__init__(database)
        self._tables = tables
        self._until = until
        self.beside = SqlBeside(database) if at_ms is None else SqlBesideThen(database, at_ms)

    def funded(self, tenant: TenantId | None, merchant: MerchantId | None, window: Window) -> Sequence[Funded] | None:
        """Add up what paid the clicks of a window that were known, by funder.

        None where impressions cost something there: whose money that was stands in postings, which know no offset.
        """
        first, behind = (day_number(at_ms + DAY_MS - 1) for at_ms in (window.start_ms, window.end_ms))
        mine = [ShownPieceRow.first_offset <= self._until, ShownPieceRow.day >= first, ShownPieceRow.day < behind]
        mine += [] if merchant is None else [ShownPieceRow.merchant_id == merchant]
        asked = {"tenant": tenant, "merchant": merchant, "start_ms": window.start_ms, "end_ms": window.end_ms}
        with self._database.session(_scope(tenant)) as session:
            if session.scalar(select(ShownPieceRow.campaign).where(*mine).limit(1)) is not None:
                return None
        known = [str(row["event_id"]) for row in self._tables.rows(_PAID, asked)]
        with self._database.session(_HOUSE) as session:
            parts = (clicks_funded(session, ChargeRow.event_id.in_(part)) for part in in_parts(known))
            return funded_together({}, (one for part in parts for one in part))

    def spend(self, tenant: TenantId | None, window: Window) -> Sequence[Spend]:
        """Add paid charges up by day, note, link and line, and what impressions of whole days of the window cost."""
        with self._database.session(_scope(tenant)) as session:
            return added(self._clicks(tenant, window), shown_spent_then(session, window, self._until))

    def _clicks(self, tenant: TenantId | None, window: Window) -> list[Spend]:
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


def between_pieces(database: Database, until: int) -> int:
    """Step back from an offset to where no impression's piece is cut: what costs something is known there to the fen."""
    with database.session(_HOUSE) as session:
        while True:
            cut = (ShownPieceRow.first_offset <= until, ShownPieceRow.last_offset > until)
            first = session.scalar(select(func.min(ShownPieceRow.first_offset)).where(*cut))
            if first is None:
                return until
            until = first - 1


def _scope(tenant: TenantId | None) -> Scope:
    return _HOUSE if tenant is None else TenantScope(tenant)
