"""An agency's clients. Days are those of Asia/Shanghai, first and last included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from hongmao.kernel.ids import MerchantId, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyClient:
    """代理关系: an agency that may see a merchant's books of some days. `to_day` None: until somebody ends it."""

    agency: TenantId
    merchant: MerchantId
    tenant: TenantId
    from_day: date
    to_day: date | None
    by: str
    at_ms: int


def standing(kept: Iterable[AgencyClient]) -> tuple[AgencyClient, ...]:
    """Give what still counts of appointments, oldest first: of one agency, merchant and first day the last word.

    One that ends before it begins was taken back.
    """
    last = {(one.agency, one.merchant, one.from_day): one for one in kept}
    counts = [one for one in last.values() if one.to_day is None or one.to_day >= one.from_day]
    return tuple(sorted(counts, key=lambda one: (one.agency, one.merchant, one.from_day)))


def covers(clients: Iterable[AgencyClient], first: date, last: date) -> bool:
    """Tell whether every day from first to last lies in an appointment; two that touch make one stretch."""
    day = first
    for one in sorted(clients, key=lambda one: one.from_day):
        if one.from_day > day:
            return False
        if one.to_day is None or one.to_day >= last:
            return first <= last
        day = max(day, one.to_day + timedelta(days=1))
    return False
