"""A house with admission over a real database, a merchant with shops, and a clock that stands still."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from eligibility.shops import JUDGED, SEEN
from hongmao.catalog.api import Principal, Role, TenantKind
from hongmao.eligibility.api import Eligibility, ScoreTold
from hongmao.kernel.ids import MerchantId, ShopId, TenantId
from hongmao.storage.eligibility import SqlEligibilityStore
from storage.opened import ROOT, House, house

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.catalog.api import Shop


class Admission:
    """What a story acts with: `eligibility`, the house around it, and a merchant called m-1."""

    def __init__(self, around: House) -> None:
        """Found a tenant with its merchant."""
        self.house = around
        self.clock = around.clock
        self.clock.set(JUDGED)
        self.catalog = around.catalog
        self.store = SqlEligibilityStore(around.database)
        self.eligibility = self.another()
        self.mei = around.tenant("t1")
        self.merchant = self.catalog.add_merchant(self.mei, name="商家", id="m-1").id

    def another(self) -> Eligibility:
        """Give admission as another process over the same database has it."""
        return Eligibility(SqlEligibilityStore(self.house.database), self.catalog, self.clock)

    def shop(
        self,
        platform: str,
        scores: dict[str, str] | None = None,
        *,
        id: str = "s-1",
        merchant: MerchantId | None = None,
        kind: str | None = None,
        badge: str | None = None,
        category: str | None = "美妆个护",
        at_ms: int = SEEN,
    ) -> Shop:
        """Add a shop of the merchant and tell what is known of it."""
        shop = self.catalog.add_shop(
            self.mei,
            merchant=merchant or self.merchant,
            platform=platform,
            platform_shop_id=f"outside-{id}",
            name="店铺",
            home_url="https://shop.example/",
            id=id,
        )
        self.eligibility.tell_facts(ROOT, shop.id, kind=kind, badge=badge, category=category)
        self.tell(shop.id, scores or {}, at_ms=at_ms)
        return shop

    def tell(self, shop: ShopId, scores: dict[str, str], *, at_ms: int = SEEN, source: str = "api") -> None:
        """Tell scores as the platform does."""
        told = [ScoreTold(name=n, value=v, source=source, observed_at_ms=at_ms) for n, v in scores.items()]
        self.eligibility.tell_scores(ROOT, shop, told)


@contextmanager
def admission(engine: str = "sqlite") -> Iterator[Admission]:
    """Open a fresh house."""
    with house(engine) as around:
        yield Admission(around)


def somebody(tenant: str, role: Role) -> Principal:
    """Give somebody of a tenant."""
    return Principal(id=f"{role.value}-{tenant}", tenant=TenantId(tenant), role=role, name=tenant)


def another_tenant(around: House) -> Principal:
    """Found a second tenant."""
    around.catalog.add_tenant(ROOT, name="t2", kind=TenantKind.MERCHANT, id="t2")
    return somebody("t2", Role.OPTIMISER)
