"""Who may see whose books: a merchant with two agencies, one of them taken back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from hongmao.billing.api import AgencyClient
from hongmao.kernel.ids import MerchantId, TenantId
from web.pages import samples

if TYPE_CHECKING:
    from hongmao.catalog.api import Principal

MINE, SECOND = TenantId("tenant-1"), TenantId("tenant-2")


def client(first: date, last: date | None) -> AgencyClient:
    return AgencyClient(
        agency=SECOND,
        merchant=MerchantId("merchant-1"),
        tenant=MINE,
        from_day=first,
        to_day=last,
        by=samples.NASTY,
        at_ms=samples.NOW_MS,
    )


KEPT = (client(date(2025, 5, 1), None), client(date(2025, 4, 1), date(2025, 3, 31)))


class FakeAgencies:
    """Appointments as billing tells them."""

    def appointed(self, who: Principal) -> tuple[AgencyClient, ...]:
        return KEPT[:1] if who.tenant == MINE else ()

    def history(self, who: Principal, limit: int) -> tuple[AgencyClient, ...]:
        return KEPT[:limit] if who.tenant == MINE else ()
