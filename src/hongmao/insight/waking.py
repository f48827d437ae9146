"""Wake-up outcomes by kind of browser: for the operator over the whole deployment, for a merchant over one link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hongmao.insight.contracts import WakeCount

if TYPE_CHECKING:
    from datetime import date

    from hongmao.insight.queries import Queries
    from hongmao.kernel.ids import LinkId, TenantId


class _Row(msgspec.Struct, frozen=True):
    agent: str | None
    taps: int
    opened: int
    store: int
    fallback: int
    blocked: int
    timeout: int


def wake_counts(
    queries: Queries, *, from_day: date, to_day: date, tenant: TenantId | None = None, link: LinkId | None = None
) -> tuple[WakeCount, ...]:
    """Count the taps of these days by kind of browser and by what became of them, the most taps first."""
    rows = queries.read(
        "wakeups", _Row, tenant=tenant, link=link, from_day=from_day.isoformat(), to_day=to_day.isoformat()
    )
    return tuple(_count(row) for row in rows)


def _count(row: _Row) -> WakeCount:
    told = row.opened + row.store + row.fallback + row.blocked + row.timeout
    return WakeCount(
        agent=row.agent,
        taps=row.taps,
        opened=row.opened if told else None,
        store=row.store if told else None,
        fallback=row.fallback if told else None,
        blocked=row.blocked if told else None,
        timeout=row.timeout if told else None,
        unknown=row.taps - told,
    )
