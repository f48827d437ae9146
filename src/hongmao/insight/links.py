"""The links table and one link's page: review, clicks that count and clicks that do not, and what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hongmao.insight.contracts import ClickCount, ClickFacts, LinkPage, LinkRow, MediaCount, ReviewState
from hongmao.insight.waking import wake_counts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.insight.contracts import ReportQuery
    from hongmao.insight.names import Names
    from hongmao.insight.overview import Writer
    from hongmao.insight.queries import Queries
    from hongmao.kernel.ids import TenantId
    from hongmao.links.contracts import AdLink

LAST_CLICKS = 20


class ClickRow(msgspec.Struct, frozen=True):
    """A component click as `clicks.sql` gives it; other columns of the row are passed over."""

    event_id: str
    click_id: str
    occurred_at_ms: int
    note: str | None
    creator: str | None
    link: str | None
    placement: str | None
    labelled: bool | None
    invalid: str | None
    price_fen: int | None


class _CountRow(msgspec.Struct, frozen=True):
    placement: str | None
    invalid: str | None
    acts: int


class _MediaRow(msgspec.Struct, frozen=True):
    media: str
    problem: str | None
    acts: int


class _InvalidRow(msgspec.Struct, frozen=True):
    part: str
    acts: int


def link_rows(writer: Writer, names: Names, links: Sequence[AdLink], invalid: Mapping[str, int]) -> tuple[LinkRow, ...]:
    """List links, newest first."""
    newest_first = sorted(links, key=lambda link: (-link.created_at_ms, link.id))
    return tuple(_row(writer, names, link, invalid) for link in newest_first)


def link_page(
    queries: Queries, writer: Writer, names: Names, link: AdLink, query: ReportQuery, invalid: Mapping[str, int]
) -> LinkPage:
    """Put one link's page together."""
    asked: dict[str, object] = {
        "tenant": link.tenant,
        "link": link.id,
        "from_day": query.from_day.isoformat(),
        "to_day": query.to_day.isoformat(),
    }
    return LinkPage(
        query=query,
        row=_row(writer, names, link, invalid),
        creator_name=names.creator_name(link.creator),
        merchant_name=names.merchant_name(link.merchant),
        reviews=(
            ReviewState(address="deeplink", url=link.deeplink, review=link.deeplink_review),
            ReviewState(address="universal_link", url=link.universal_link, review=link.universal_link_review),
            ReviewState(address="fallback", url=link.fallback_url, review=link.fallback_review),
        ),
        clicks_by=tuple(
            ClickCount(placement=row.placement, invalid=row.invalid, count=row.acts)
            for row in queries.read("clicks_by", _CountRow, **asked)
        ),
        last_clicks=tuple(
            click_facts(row, names) for row in queries.read("last_clicks", ClickRow, **asked, limit=LAST_CLICKS)
        ),
        media=tuple(
            MediaCount(media=row.media, problem=row.problem, count=row.acts)
            for row in queries.read("media_problems", _MediaRow, **asked)
        ),
        wakeups=wake_counts(queries, from_day=query.from_day, to_day=query.to_day, tenant=link.tenant, link=link.id),
        cpuv=writer.figure("cpuv", link.id),
        roi_net=writer.figure("roi_net", link.id),
    )


def invalid_by_link(queries: Queries, tenant: TenantId, query: ReportQuery) -> dict[str, int]:
    """Count, by link, the component clicks that do not count."""
    rows = queries.read(
        "invalid_by_link",
        _InvalidRow,
        tenant=tenant,
        from_day=query.from_day.isoformat(),
        to_day=query.to_day.isoformat(),
    )
    return {row.part: row.acts for row in rows}


def click_facts(row: ClickRow, names: Names) -> ClickFacts:
    """Write a click for people."""
    return ClickFacts(
        event_id=row.event_id,
        click_id=row.click_id,
        at_ms=row.occurred_at_ms,
        note=row.note,
        note_title=names.note_title(row.note),
        creator_name=names.creator_name(row.creator),
        link=row.link,
        placement=row.placement,
        labelled=row.labelled,
        invalid=row.invalid,
        price_fen=row.price_fen,
    )


def _row(writer: Writer, names: Names, link: AdLink, invalid: Mapping[str, int]) -> LinkRow:
    return LinkRow(
        link=link,
        note_title=names.note_title(link.note),
        shop_name=names.shop_name(link.shop),
        clicks=writer.figure("component_clicks", link.id),
        clicks_invalid=invalid.get(link.id, 0),
        visits=writer.figure("visits", link.id),
        purchases=writer.figure("purchases", link.id),
        spend=writer.figure("spend", link.id),
        gmv_net=writer.figure("gmv_net", link.id),
    )
