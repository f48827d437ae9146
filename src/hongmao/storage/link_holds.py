"""Holds on links in SQL, and what follows from them: `links.paused`, in the same transaction, whoever places or lifts one.

Each function works in somebody's session that writes alone, so that no hold comes between the look and the word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import BigInteger, String, delete, exists, insert, literal, select, update

from hongmao.kernel.ids import LinkId
from hongmao.links.holds import HoldSource, LinkHold, changes_between
from hongmao.storage.models import AdLinkRow, LinkHoldRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Insert

    from hongmao.storage.scope import ScopedSession

LINKS_AT_ONCE: Final = 500
"""Ids in one statement: fewer than any engine takes for its parameters."""


def place_hold(session: ScopedSession, link: AdLinkRow, hold: LinkHold) -> None:
    """Keep a hold of a link, and pause it. A hold that stands keeps its instant and gets the new reason."""
    standing = session.get(LinkHoldRow, (link.id, hold.source))
    if standing is None:
        session.add(
            LinkHoldRow(
                tenant_id=link.tenant_id,
                link_id=link.id,
                source=hold.source,
                reason=hold.reason,
                since_ms=hold.since_ms,
            )
        )
    else:
        standing.reason = hold.reason
    link.paused = True


def lift_hold(session: ScopedSession, link: AdLinkRow, source: HoldSource) -> None:
    """Drop a source's hold, if there is one, and let the link serve where it was the last."""
    standing = session.get(LinkHoldRow, (link.id, source))
    if standing is not None:
        session.delete(standing)
        session.flush()
    link.paused = bool(holds_of(session, LinkId(link.id)))


def holds_of(session: ScopedSession, link: LinkId) -> Sequence[LinkHold]:
    """List the holds of a link, by source."""
    rows = session.scalars(select(LinkHoldRow).where(LinkHoldRow.link_id == link).order_by(LinkHoldRow.source))
    return [
        LinkHold(link=link, source=HoldSource(row.source), reason=row.reason, since_ms=row.since_ms) for row in rows
    ]


def set_holds(session: ScopedSession, source: HoldSource, wanted: Mapping[LinkId, str], at_ms: int) -> int:
    """Make a source's holds those that are wanted, in the house's session, and count the links this concerned."""
    of_source = LinkHoldRow.source == source
    held = {
        LinkId(link): reason
        for link, reason in session.execute(select(LinkHoldRow.link_id, LinkHoldRow.reason).where(of_source))
    }
    owners = dict(_owners(session, wanted.keys() - held.keys()))
    changes = changes_between(held, {link: reason for link, reason in wanted.items() if link in owners or link in held})
    if not changes:
        return 0
    for reason in sorted(set(changes.placed.values())):
        for some in _parts(link for link, said in changes.placed.items() if said == reason):
            session.execute(_placing(source, reason, at_ms, some))
    for reason in sorted(set(changes.said_anew.values())):
        for some in _parts(link for link, said in changes.said_anew.items() if said == reason):
            session.execute(update(LinkHoldRow).where(of_source, LinkHoldRow.link_id.in_(some)).values(reason=reason))
    for some in _parts(changes.lifted):
        session.execute(delete(LinkHoldRow).where(of_source, LinkHoldRow.link_id.in_(some)))
    for paused in (True, False):
        anybody = exists().where(LinkHoldRow.link_id == AdLinkRow.id)
        differs = AdLinkRow.paused.is_not(paused) & (anybody if paused else ~anybody)
        session.execute(update(AdLinkRow).where(differs).values(paused=paused))
    return len(changes)


def _placing(source: HoldSource, reason: str, at_ms: int, links: Sequence[str]) -> Insert:
    """Write the same hold for many links in one statement: a driver that sends rows one by one takes a minute over them."""
    hold = (literal(source.value, String), literal(reason, String), literal(at_ms, BigInteger))
    rows = select(AdLinkRow.tenant_id, AdLinkRow.id, *hold).where(AdLinkRow.id.in_(links))
    return insert(LinkHoldRow).from_select(["tenant_id", "link_id", "source", "reason", "since_ms"], rows)


def _owners(session: ScopedSession, links: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Find whose links these are; those that are no more are nobody's."""
    for some in _parts(links):
        found = session.execute(select(AdLinkRow.id, AdLinkRow.tenant_id).where(AdLinkRow.id.in_(some)))
        yield from ((id_, tenant) for id_, tenant in found)


def _parts(links: Iterable[str]) -> Iterator[Sequence[str]]:
    known = sorted(links)
    return (known[start : start + LINKS_AT_ONCE] for start in range(0, len(known), LINKS_AT_ONCE))
