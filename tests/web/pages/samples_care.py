"""Link care before cardboard pages: what differs for the first merchant, and who read or agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.kernel.ids import LinkId, TenantId
from hongmao.links.api import Finding, LinkUnknown
from hongmao.links.care.api import Code
from web.pages import samples

if TYPE_CHECKING:
    from collections.abc import Sequence

TENANT = TenantId("tenant-1")


def finding(number: int, code: Code, was: str = "", found: str = "", *, settled_by: str | None = "") -> Finding:
    """Give one finding about the first merchant's link; an empty `settled_by` leaves it open, None is a reading's."""
    return Finding(
        number=number,
        tenant=TENANT,
        link=samples.LINK.id,
        code=code,
        was=was,
        found=found,
        at_ms=samples.NOW_MS - number * 60_000,
        closed_at_ms=None if settled_by == "" else samples.NOW_MS,
        closed_by=settled_by or None,
    )


FINDINGS = (
    finding(4, Code.PRICE, "29900", "19900"),
    finding(3, Code.SOLD_OUT),
    finding(2, Code.SHOP, "shop-1", samples.NASTY, settled_by="user-4"),
    finding(1, Code.CATEGORY, "咖啡", "茶具", settled_by=None),
)


class FakeCare:
    """Findings of one merchant, and a list of what was asked."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.asked: list[tuple[str, str, str]] = []

    def findings(self, tenant: TenantId | None, *, every: bool = False) -> Sequence[Finding]:
        """Give the first merchant's."""
        mine = FINDINGS if tenant == TENANT else ()
        return mine if every else tuple(one for one in mine if one.closed_at_ms is None)

    def read_now(self, tenant: TenantId, link: LinkId) -> None:
        """Note it."""
        self._note("read", tenant, link)

    def agree(self, tenant: TenantId, link: LinkId, by: str) -> None:
        """Note it."""
        self._note(f"agree by {by}", tenant, link)

    def _note(self, act: str, tenant: TenantId, link: LinkId) -> None:
        if tenant != TENANT or link != samples.LINK.id:
            raise LinkUnknown(id=link)
        self.asked.append((act, tenant, link))
