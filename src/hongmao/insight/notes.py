"""The notes table: which note earned what, and what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.insight.contracts import NoteRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hongmao.insight.contracts import ReportQuery
    from hongmao.insight.names import Names
    from hongmao.insight.overview import Writer
    from hongmao.links.contracts import AdLink


def note_rows(
    writer: Writer, names: Names, links: Iterable[AdLink], parts: Iterable[str], query: ReportQuery
) -> tuple[NoteRow, ...]:
    """List every note that has a link of the tenant or a figure in the range: by GMV net, then spend, then id."""
    of_note: dict[str, list[str]] = {note: [] for note in parts}
    for link in links:
        of_note.setdefault(link.note, []).append(link.id)
    rows = [_row(writer, names, note, tuple(sorted(ids)), query) for note, ids in of_note.items()]
    return tuple(sorted(rows, key=lambda row: (-(row.gmv_net.numerator or 0), -(row.spend.numerator or 0), row.note)))


def _row(writer: Writer, names: Names, note: str, links: tuple[str, ...], query: ReportQuery) -> NoteRow:
    creator = names.creator_of(note)
    return NoteRow(
        note=note,
        title=names.note_title(note),
        creator=creator,
        creator_name=names.creator_name(creator),
        links=links,
        impressions=writer.figure("impressions", note),
        clicks=writer.figure("clicks", note),
        component_clicks=writer.figure("component_clicks", note),
        visits=writer.figure("visits", note),
        carts=writer.figure("carts", note),
        purchases=writer.figure("purchases", note),
        refunds=writer.figure("refunds", note),
        spend=writer.figure("spend", note),
        gmv_gross=writer.figure("gmv_gross", note),
        gmv_net=writer.figure("gmv_net", note),
        cpuv=writer.figure("cpuv", note),
        roi_net=writer.figure("roi_net", note),
        maturity=writer.complete(query.to_day),
    )
