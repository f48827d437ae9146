"""The attribution page: every model side by side, and the journeys they judge.

Definitions in force are read from the published credits. Markov and Shapley judge all journeys together, so they are
worked out from the ways themselves, and they move as the range moves.
"""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from hongmao.insight.contracts import AttributionPage, ModelColumn, PartRow, Share, SplitBy
from hongmao.insight.errors import ChoiceUnknown
from hongmao.insight.gather import CREDIT_BY
from hongmao.insight.path_models import estimated
from hongmao.insight.paths import paths, ways_of
from hongmao.insight.rules import complete_at_ms, maturity
from hongmao.insight.vocabulary import Vocabulary, reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hongmao.definitions.api import AttributionDefinition, Registry
    from hongmao.insight.contracts import ReportQuery
    from hongmao.insight.names import Names
    from hongmao.insight.queries import Queries
    from hongmao.insight.sight import Sight
    from hongmao.links.contracts import AdLink

NOBODY = Share()
_CHARS_SHOWN = 40


def read_split(text: str | None) -> SplitBy:
    """Read by what credit shall be told apart; by note where nothing is said. Raises `ChoiceUnknown`."""
    if not text:
        return SplitBy.NOTE
    if text not in tuple(SplitBy):
        raise ChoiceUnknown(place="by", got=text[:_CHARS_SHOWN], offered=", ".join(SplitBy))
    return SplitBy(text)


class Given(msgspec.Struct, frozen=True):
    """What one definition gives to one part, as `attributed.sql` has it; to nobody where `part` is None."""

    definition: str
    version: int
    part: str | None
    credit_millionths: int
    claimed_millionths: int
    gross_fen: int | None
    net_fen: int | None
    gross_unknown: int
    net_unknown: int

    @property
    def share(self) -> Share:
        """Give it as pages have it: an empty sum is 0 where nothing was unknown."""
        return Share(
            credit_millionths=self.credit_millionths,
            gross_fen=self.gross_fen if self.gross_unknown else self.gross_fen or 0,
            net_fen=self.net_fen if self.net_unknown else self.net_fen or 0,
            partial=self.net_unknown > 0,
            claimed_millionths=self.claimed_millionths,
        )


@dataclass(frozen=True, slots=True)
class Column:
    """A model's column while the page is put together: what it gives to each part."""

    head: ModelColumn
    shares: Mapping[str, Share]


def attribution_page(
    queries: Queries,
    registry: Registry,
    names: Names,
    links: Iterable[AdLink],
    sight: Sight,
    query: ReportQuery,
    by: SplitBy,
    *,
    now_ms: int,
    readers_min: int,
) -> AttributionPage:
    """Put the page together; counts of fewer than `readers_min` readers are not told (PRIV-5)."""
    by_default = Vocabulary(registry, query.to_day).attribution(CREDIT_BY)
    given = given_of(queries, sight, query, by)
    ways = ways_of(queries, sight, query, by, version=by_default.version)
    columns = [_column(one, given) for one in comparable(registry, by_default, query)]
    columns += [Column(head, shares) for head, shares in estimated(ways, columns[0].head.outside)]
    named = Naming(names, {link.id: link for link in links}, by)
    return AttributionPage(
        query=query,
        by=by,
        columns=tuple(column.head for column in columns),
        rows=_rows(columns, named),
        paths=paths(ways, named.name, readers_min=readers_min),
        readers_min=readers_min,
        maturity=maturity(
            complete_at_ms(query.to_day, window=query.window, clock=query.clock, mature_days=by_default.mature_days),
            now_ms=now_ms,
        ),
    )


def given_of(queries: Queries, sight: Sight, query: ReportQuery, by: SplitBy) -> list[Given]:
    """Read what every published definition gives to every part over a range."""
    return queries.read(
        "attributed",
        Given,
        tenant=sight.tenant,
        line=None if query.scope == "all" else query.scope,
        from_day=query.from_day.isoformat(),
        to_day=query.to_day.isoformat(),
        window=query.window,
        clock=query.clock.value,
        by=by.value,
    )


class Naming:
    """Says what a part is called and what it belongs to."""

    def __init__(self, names: Names, links: Mapping[str, AdLink], by: SplitBy) -> None:
        """Name parts of one sort."""
        self._names = names
        self._links = links
        self._by = by

    def name(self, part: str) -> str:
        """Give its title or name; a link is called by the note it stands under."""
        match self._by:
            case SplitBy.NOTE:
                return self._names.note_title(part or None)
            case SplitBy.CREATOR:
                return self._names.creator_name(part or None)
            case SplitBy.LINK:
                link = self._links.get(part)
                return self._names.note_title(link.note if link else None)

    def under(self, part: str) -> str:
        """Give what it belongs to; a link shows its own id, by which the links table has it."""
        match self._by:
            case SplitBy.NOTE:
                return self._names.creator_name(self._names.creator_of(part or None))
            case SplitBy.CREATOR:
                return ""
            case SplitBy.LINK:
                return part


def comparable(
    registry: Registry, by_default: AttributionDefinition, query: ReportQuery
) -> tuple[AttributionDefinition, ...]:
    """List the definitions in force on the last day that judge the same conversions over the window, last click first."""
    others = (
        one
        for one in registry.attributions(query.to_day)
        if one.id != by_default.id
        and set(one.conversions) == set(by_default.conversions)
        and query.window in one.windows
    )
    return by_default, *others


def _column(definition: AttributionDefinition, given: Sequence[Given]) -> Column:
    mine = [one for one in given if (one.definition, one.version) == (definition.id, definition.version)]
    shares = {one.part: one.share for one in mine if one.part is not None}
    named = reference(definition)
    return Column(
        head=ModelColumn(
            key=definition.id,
            name=named.name,
            definition=named,
            whole=added(shares.values()),
            outside=added(one.share for one in mine if one.part is None),
        ),
        shares=shares,
    )


def added(shares: Iterable[Share]) -> Share:
    """Add shares up; nothing adds up to nothing."""
    every = list(shares)
    return functools.reduce(operator.add, every) if every else NOBODY


def _rows(columns: Sequence[Column], named: Naming) -> tuple[PartRow, ...]:
    parts = {part for column in columns for part in column.shares}
    rows = [
        PartRow(
            part=part,
            name=named.name(part),
            under=named.under(part),
            shares=tuple(column.shares.get(part, NOBODY) for column in columns),
        )
        for part in parts
    ]
    return tuple(sorted(rows, key=_most_first))


def _most_first(row: PartRow) -> tuple[int, int, str]:
    return -(row.shares[0].net_fen or 0), -max(share.credit_millionths for share in row.shares), row.part
