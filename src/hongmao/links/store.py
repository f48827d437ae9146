"""Port of this context: where links are kept. Every read but the jump's own names a tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hongmao.kernel.ids import LinkId, TenantId
    from hongmao.links.contracts import AdLink, LinkChanges
    from hongmao.links.holds import HoldSource, LinkHold


class LinkStore(Protocol):
    """Links by tenant, and the whole table for the jump, which serves readers and belongs to no tenant."""

    def add(self, link: AdLink) -> None:
        """Keep a new link; `LinkExists` where the id is taken."""
        ...

    def change(self, tenant: TenantId, link: LinkId, decide: Callable[[AdLink], AdLink]) -> AdLink:
        """Replace a link by what `decide` makes of it, with nobody's change in between; `LinkUnknown` without one.

        Whether it is paused stays as it is: that is what its holds say.
        """
        ...

    def reprice(self, tenant: TenantId, link: LinkId, price_fen: int) -> AdLink:
        """Set what a click costs; while a link is diverted, what it will cost when it is not."""
        ...

    def hold(self, tenant: TenantId, hold: LinkHold) -> AdLink:
        """Keep a hold, in place of one of its source, and pause the link with it; `LinkUnknown` without one."""
        ...

    def lift(self, tenant: TenantId, link: LinkId, source: HoldSource) -> AdLink:
        """Drop a source's hold, if there is one; the link serves again where nobody else holds it."""
        ...

    def holds(self, tenant: TenantId, link: LinkId) -> Sequence[LinkHold]:
        """List who holds a tenant's link, by source."""
        ...

    def set_holds(self, source: HoldSource, wanted: Mapping[LinkId, str], at_ms: int) -> int:
        """Make a source's holds those that are wanted, whosever the links are, and count the links this concerned.

        All of it or nothing; a link that is no more is passed over.
        """
        ...

    def get(self, tenant: TenantId, link: LinkId) -> AdLink | None:
        """Find a tenant's link; somebody else's reads as None."""
        ...

    def undiverted(self, tenant: TenantId, link: LinkId) -> AdLink | None:
        """Find a tenant's link as it leads when it is not led to its shop's page for a while."""
        ...

    def of_tenant(self, tenant: TenantId) -> Sequence[AdLink]:
        """List a tenant's links, oldest first."""
        ...

    def table(self) -> Sequence[AdLink]:
        """List every link of the deployment: only for the review desk."""
        ...

    def revision(self) -> int:
        """Give a number that grows with every change, so that the jump's table knows when to read again.

        Whoever sees a number sees every change up to it, whichever transaction made it and whenever that was committed.
        """
        ...

    def changes(self, after: int) -> Iterator[LinkChanges]:
        """Give what has changed after a revision, everything after -1; in pages, all of one and the same revision.

        There is at least one page. A revision that is lower than `after` says that the store was set back.
        """
        ...
