"""Ports of link care: where plans, readings and findings are kept, and who reads a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.kernel.ids import LinkId, TenantId
    from hongmao.links.care.contracts import Finding, ItemFacts, Judgement, PageWanted, Reading, Watched


class PageReader(Protocol):
    """Reads a page as nobody's visit. `PageRedirected` where it sends us on, `PageUnreachable` where there is no answer."""

    def read(self, wanted: PageWanted) -> ItemFacts:
        """Read one page."""
        ...


class CareStore(Protocol):
    """Plans, readings and findings, in the database of the links: a hold is placed in the transaction of its reading."""

    def due(self, now_ms: int, limit: int) -> Sequence[Watched]:
        """List links, whosever they are, that are to be read now: never read first, then those longest due."""
        ...

    def watched(self, tenant: TenantId, link: LinkId) -> Watched | None:
        """Find a tenant's link as it is judged."""
        ...

    def keep(self, reading: Reading, judgement: Judgement) -> bool:
        """Keep a reading with all that follows from it; False where the link is no more."""
        ...

    def agree(self, tenant: TenantId, link: LinkId, by: str, at_ms: int) -> bool:
        """Make what was read last the standard, close what differed and lift the hold; False without such a reading."""
        ...

    def findings(self, tenant: TenantId | None, *, every: bool) -> Sequence[Finding]:
        """List a tenant's findings, or everybody's, newest first: the open ones, or `every` one."""
        ...
