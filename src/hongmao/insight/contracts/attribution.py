"""The attribution page: what every model gives to every note, creator or link, and the ways that readers took."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.insight.contracts.figures import DefinitionRef, Maturity, ReportQuery, Words


class SplitBy(StrEnum):
    """By what credit is told apart."""

    NOTE = "note"  # 笔记
    CREATOR = "creator"  # 达人
    LINK = "link"  # 广告挂链


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """功劳: what one model gives to one part over the range. Conversions are whole millionths, amounts whole fen."""

    credit_millionths: int = 0
    """成交, in millionths of a paid sub-order."""
    gross_fen: int | None = 0
    """成交额 before refunds; None where no amount is known."""
    net_fen: int | None = 0
    """成交额 after refunds; None where no amount is known."""
    partial: bool = False
    """Whether an amount was unknown, so that the sums cover only what is known (ATTR-7)."""
    claimed_millionths: int = 0
    """Of the conversions, those that another media claims too (`is_attr_by_others`)."""

    @property
    def once_millionths(self) -> int:
        """去重成交: conversions that nobody else claims."""
        return self.credit_millionths - self.claimed_millionths

    def __add__(self, other: Share) -> Share:
        """Add two parts up; unknown and known make known, and partial."""
        return Share(
            credit_millionths=self.credit_millionths + other.credit_millionths,
            gross_fen=_sum(self.gross_fen, other.gross_fen),
            net_fen=_sum(self.net_fen, other.net_fen),
            partial=self.partial or other.partial,
            claimed_millionths=self.claimed_millionths + other.claimed_millionths,
        )

    def minus(self, other: Share) -> Share:
        """Say how much more this is than the other; an amount is unknown where either is."""
        return Share(
            credit_millionths=self.credit_millionths - other.credit_millionths,
            gross_fen=_difference(self.gross_fen, other.gross_fen),
            net_fen=_difference(self.net_fen, other.net_fen),
            partial=self.partial or other.partial,
            claimed_millionths=self.claimed_millionths - other.claimed_millionths,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelColumn:
    """One model's column: a definition in force, or a model that is worked out from all journeys together."""

    key: str
    """By which a page asks for it: a definition's id such as `last_click`, or a model such as `markov:1`."""
    name: Words
    """What people call it."""
    definition: DefinitionRef | None
    """The definition in force that gave the credit; None for a model worked out from journeys."""
    whole: Share
    """What it gives in all, to touches of ours."""
    outside: Share
    """What no touch of ours earned; by event time, since there is no click whose day it could stand on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """One note, creator or link with what every model gives it."""

    part: str
    """Its id."""
    name: str
    """Its title or name; `—` where unknown."""
    under: str
    """What it belongs to: a note's creator, a link's note; empty for a creator."""
    shares: tuple[Share, ...]
    """In the order of the columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRow:
    """One way that readers took, with what came of it."""

    steps: tuple[str, ...]
    """Ids of the parts that were touched, first to last; repeats stand as often as they happened."""
    names: tuple[str, ...]
    """Their names."""
    journeys: int
    """Journeys of readers that ended in a payment."""
    conversions: int
    """Paid sub-orders."""
    gross_fen: int | None
    """成交额 before refunds."""
    net_fen: int | None
    """成交额 after refunds."""
    partial: bool
    """Whether an amount was unknown."""
    nulls: int | None
    """Readers who went this way and paid for nothing; None where they are fewer than `readers_min` and not told."""


class End(StrEnum):
    """How a journey ended."""

    BOUGHT = "bought"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRow:
    """One ribbon of the path flow: from one touch to the next, or to the end."""

    step: int
    """The column it leaves, from 0."""
    from_key: str
    """Where from: a part's id, `…` for earlier touches, `*` for all lesser parts."""
    from_name: str
    """Its name; empty for the two signs, which the page says in its own words."""
    to_key: str
    """Where to: a part's id or sign, or an `End`."""
    to_name: str
    """Its name; empty for signs and ends."""
    end: End | None
    """Set where the ribbon ends the journey."""
    journeys: int
    """How many journeys took it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """路径: the journeys of the range, most travelled first."""

    rows: tuple[PathRow, ...]
    """The most travelled ways."""
    more: int
    """How many other ways there were."""
    withheld: int
    """How many of all ways were taken by too few readers who paid for nothing to say how many."""
    flow: tuple[FlowRow, ...]
    """The flow, column by column; holds no reader of a withheld way."""
    flow_withheld: int
    """How many ways are for that reason not drawn to their end."""
    steps_max: int
    """Of longer journeys only the last so many touches are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionPage:
    """归因: all models side by side, and the journeys they judge."""

    query: ReportQuery
    """What was asked."""
    by: SplitBy
    """By what credit is told apart."""
    columns: tuple[ModelColumn, ...]
    """Last click first, then the other definitions in force, then the models worked out from journeys."""
    rows: tuple[PartRow, ...]
    """By net GMV of the first column, then conversions, then id."""
    paths: Paths
    """The journeys."""
    readers_min: int
    """Counts of fewer readers are not told (PRIV-5)."""
    maturity: Maturity
    """Of the whole range: when its last day stops growing."""

    def column(self, key: str) -> int:
        """Find a column by its key; the first where there is none of that key."""
        return next((n for n, column in enumerate(self.columns) if column.key == key), 0)

    def difference(self, share: Share, row: Sequence[Share]) -> Share:
        """Say how much more a share is than last click gives to the same part."""
        return share.minus(row[0])


def _sum(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return one + other


def _difference(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one - other
