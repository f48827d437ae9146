"""Links that lead to their shop's page for a while: what they go back to is kept beside them, to the byte."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hongmao.links.contracts import TargetKind
from hongmao.storage.models import LinkDivertRow

if TYPE_CHECKING:
    from hongmao.links.contracts import AdLink
    from hongmao.storage.models import AdLinkRow
    from hongmao.storage.scope import ScopedSession

_KEPT: Final = ("deeplink", "universal_link", "fallback_url", "target", "price_fen")


def divert(session: ScopedSession, link: AdLinkRow, page_url: str, at_ms: int) -> None:
    """Lead to a shop's page: by the browser alone, and for nothing, because the reader finds another page than was promised.

    Verdicts stay as they are, so that one that comes meanwhile still stands afterwards.
    """
    if session.get(LinkDivertRow, link.id) is None:
        kept = {name: getattr(link, name) for name in _KEPT}
        session.add(LinkDivertRow(link_id=link.id, tenant_id=link.tenant_id, since_ms=at_ms, **kept))
    link.deeplink = link.universal_link = None
    link.fallback_url, link.target, link.price_fen = page_url, TargetKind.SHOP, 0


def undivert(session: ScopedSession, link: AdLinkRow) -> None:
    """Lead again to where the link led before, if it was led elsewhere."""
    kept = session.get(LinkDivertRow, link.id)
    if kept is None:
        return
    for name in _KEPT:
        setattr(link, name, getattr(kept, name))
    session.delete(kept)


def own_way(session: ScopedSession, link: AdLink) -> AdLink:
    """Give a link as it leads when it is not diverted."""
    kept = session.get(LinkDivertRow, link.id)
    return link if kept is None else replace(link, **{name: getattr(kept, name) for name in _KEPT})


def reprice(session: ScopedSession, link: AdLinkRow, price_fen: int) -> None:
    """Set what a click costs; while a link is diverted, what it will cost when it is not."""
    (session.get(LinkDivertRow, link.id) or link).price_fen = price_fen
