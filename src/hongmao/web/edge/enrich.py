"""What a reader's client says, completed from what we know: the note's creator, the link's tenant, merchant, shop and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hongmao.events.api import Event, Kind
from hongmao.web.edge.errors import CreatorUnknown, LinkNotUnderNote, NoteUnknown

if TYPE_CHECKING:
    from hongmao.catalog.api import Catalog
    from hongmao.kernel.errors import BadInput
    from hongmao.links.api import LinkTable


class Enricher:
    """The collector's `enrich`. Ids that nobody knows come back as errors that name their field."""

    def __init__(self, catalog: Catalog, table: LinkTable) -> None:
        """Ask the catalog about notes and creators, the jump's table about links."""
        self._catalog = catalog
        self._table = table

    def __call__(self, event: Event) -> Event | BadInput:
        """Complete an event, or say which id nobody knows."""
        return _with_link(_with_note(event, self._catalog), self._table)


def _with_note(event: Event, catalog: Catalog) -> Event | BadInput:
    if event.note is None:
        if event.creator is not None and not catalog.creator_exists(event.creator):
            return CreatorUnknown(place="creator")
        return event
    creator = catalog.note_creators((event.note,)).get(event.note)
    if creator is None:
        return NoteUnknown(place="note")
    if event.creator not in {None, creator}:
        return CreatorUnknown(place="creator")
    return msgspec.structs.replace(event, creator=creator)


def _with_link(event: Event | BadInput, table: LinkTable) -> Event | BadInput:
    if not isinstance(event, Event):
        return event
    if event.link is None:
        # Without a link there is nothing to label.
        return msgspec.structs.replace(event, labelled=None)
    link = table.find(event.link)
    if link is None or event.note not in {None, link.note}:
        return LinkNotUnderNote(place="link")
    return msgspec.structs.replace(
        event,
        tenant=link.tenant,
        merchant=link.merchant,
        shop=link.shop,
        item=link.item,
        platform=link.platform,
        line=link.line,
        # A client may say that it showed the label; only the jump, which has proof, says it of a click.
        labelled=event.labelled if event.kind is Kind.IMPRESSION else None,
    )
