"""What a note earned, under each definition and window, and which touches it shared the orders with."""

from __future__ import annotations

import functools
import operator
from datetime import date  # noqa: TC003  (msgspec reads the annotations when it converts)
from typing import TYPE_CHECKING, TypeVar

import msgspec

from hongmao.attribution.api import OrderNotSeen
from hongmao.insight.contracts import (
    DASH,
    DayShare,
    LaneShare,
    NoteExplained,
    NoteOrder,
    NoteUnder,
    Share,
    TouchShare,
)
from hongmao.insight.credit import reason_words
from hongmao.insight.errors import ChoiceUnknown, NoteUnknown
from hongmao.insight.gather import CREDIT_BY
from hongmao.insight.rules import maturity
from hongmao.insight.vocabulary import reference
from hongmao.kernel.time import Window, span_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from hongmao.attribution.api import Attribution, Candidate, SubOrderExplained
    from hongmao.definitions.api import AttributionDefinition
    from hongmao.insight.names import Names
    from hongmao.insight.queries import Queries
    from hongmao.kernel.ids import TenantId

_Offered = TypeVar("_Offered")
ORDERS_TOLD = 20
ORGANIC = "organic"
_CHARS_SHOWN = 40


class Earned(msgspec.Struct, frozen=True):
    """A part that the note got, as `note_credits.sql` gives it."""

    definition: str
    version: int
    window: str
    platform: str | None
    order_id: str | None
    sub_order_id: str
    entry: str
    conversion_at_ms: int | None
    credit_millionths: int
    value_fen: int | None
    line: str
    organic: bool
    claimed: bool
    billing_day: date
    event_day: date
    billing_complete_day: date
    event_complete_day: date

    @property
    def place(self) -> tuple[str, str, str]:
        """Name the sub-order."""
        return self.platform or "", self.order_id or "", self.sub_order_id

    @property
    def lane(self) -> str:
        """Name the lane by which the reader came."""
        return ORGANIC if self.organic else self.line

    @property
    def share(self) -> Share:
        """Give it as a share: a refund takes value and no conversion (ATTR-5)."""
        paid = self.entry == "pay"
        return Share(
            credit_millionths=self.credit_millionths if paid else 0,
            gross_fen=self.value_fen if paid else 0,
            net_fen=self.value_fen,
            partial=self.value_fen is None,
            claimed_millionths=self.credit_millionths if paid and self.claimed else 0,
        )


class Explainer:
    """Explains one tenant's notes at one instant."""

    def __init__(
        self,
        queries: Queries,
        attribution: Attribution,
        names: Names,
        tenant: TenantId,
        in_force: Sequence[AttributionDefinition],
        now_ms: int,
    ) -> None:
        """Stand on the credits and on what may explain an order; `in_force` are the definitions that are told."""
        self._queries = queries
        self._attribution = attribution
        self._names = names
        self._tenant = tenant
        self._in_force = sorted(in_force, key=lambda one: (one.id != CREDIT_BY, one.id))
        self._now_ms = now_ms

    def explain(self, note: str, *, definition: str | None, window: str | None, limit: int) -> NoteExplained:
        """Explain a note; orders are told by one definition and window, unless named those that reports show.

        Raises `ChoiceUnknown` for a definition or window that is not in force, `NoteUnknown` for a note that nobody knows.
        """
        chosen = _choice(definition or CREDIT_BY, {one.id: one for one in self._in_force}, place="definition")
        asked = window or chosen.default_window or chosen.windows[0]
        _choice(asked, dict.fromkeys(chosen.windows, asked), place="window")
        rows = self._queries.read("note_credits", Earned, note=note, tenant=self._tenant)
        title = self._names.note_title(note)
        if not rows and title == DASH:
            raise NoteUnknown(id=note)
        places = list(dict.fromkeys(row.place for row in rows))
        shown = [row for row in rows if _is(row, chosen) and row.window == asked]
        return NoteExplained(
            note=note,
            title=title,
            creator_name=self._names.creator_name(self._names.creator_of(note)),
            under=tuple(self._under(rows)),
            definition=reference(chosen),
            window=asked,
            orders=tuple(self._orders(note, places[:limit], shown, rows, chosen, asked)),
            more=max(0, len(places) - limit),
        )

    def _under(self, rows: Sequence[Earned]) -> Iterator[NoteUnder]:
        for definition in self._in_force:
            for window in sorted(definition.windows, key=span_ms):
                mine = [row for row in rows if _is(row, definition) and row.window == window]
                yield NoteUnder(
                    definition=reference(definition),
                    window=window,
                    whole=added(mine),
                    orders=len({row.place for row in mine if row.credit_millionths}),
                    lanes=_by_lane(mine),
                    billing_days=self._days(mine, lambda row: (row.billing_day, row.billing_complete_day)),
                    event_days=self._days(mine, lambda row: (row.event_day, row.event_complete_day)),
                )

    def _days(self, rows: Sequence[Earned], when: Callable[[Earned], tuple[date, date]]) -> tuple[DayShare, ...]:
        """Tell days apart; `when` gives a row's day and the first one on which its cell grows no more."""
        by_day: dict[date, list[Earned]] = {}
        for row in rows:
            by_day.setdefault(when(row)[0], []).append(row)
        return tuple(
            DayShare(
                day=day,
                share=added(some),
                maturity=maturity(Window.of_day(max(when(row)[1] for row in some)).start_ms, now_ms=self._now_ms),
            )
            for day, some in sorted(by_day.items())
        )

    def _orders(
        self,
        note: str,
        places: Iterable[tuple[str, str, str]],
        shown: Sequence[Earned],
        rows: Sequence[Earned],
        definition: AttributionDefinition,
        window: str,
    ) -> Iterator[NoteOrder]:
        for place in places:
            every = [row for row in rows if row.place == place]
            platform, order_id, sub_order_id = place
            yield NoteOrder(
                platform=platform,
                order_id=order_id,
                sub_order_id=sub_order_id,
                conversion_at_ms=every[0].conversion_at_ms,
                claimed_elsewhere=any(row.claimed for row in every),
                share=added(row for row in shown if row.place == place),
                touches=tuple(self._touches(note, place, definition, window)),
            )

    def _touches(
        self, note: str, place: tuple[str, str, str], definition: AttributionDefinition, window: str
    ) -> Iterator[TouchShare]:
        """Tell every touch that was looked at for a sub-order, oldest first."""
        platform, order_id, sub_order_id = place
        for one in self._explained(order_id, platform, definition, window):
            if one.sub_order_id != sub_order_id:
                continue
            for verdict in one.verdicts:
                for looked in reversed(verdict.candidates):
                    yield touch_share(looked, self._names, note)

    def _explained(
        self, order_id: str, platform: str, definition: AttributionDefinition, window: str
    ) -> Sequence[SubOrderExplained]:
        only = msgspec.structs.replace(definition, windows=(window,), default_window=window)
        try:
            return self._attribution.explain(
                order_id, tenant=self._tenant, platform=platform or None, under=[only]
            ).sub_orders
        except OrderNotSeen:
            return ()


def touch_share(looked: Candidate, names: Names, note: str | None) -> TouchShare:
    """Write a touch with what it got."""
    touch = looked.touch
    return TouchShare(
        event_id=touch.event_id,
        kind=touch.kind,
        at_ms=touch.at_ms,
        note=touch.note,
        note_title=names.note_title(touch.note),
        organic=touch.organic,
        mine=touch.note == note,
        credit_millionths=looked.credit_millionths,
        gross_fen=looked.value_fen,
        net_fen=looked.net_fen,
        reason=looked.reason,
        sentence=reason_words(looked.reason),
    )


def added(rows: Iterable[Earned]) -> Share:
    """Add parts up."""
    shares = [row.share for row in rows]
    return functools.reduce(operator.add, shares) if shares else Share()


def _is(row: Earned, definition: AttributionDefinition) -> bool:
    return (row.definition, row.version) == (definition.id, definition.version)


def _by_lane(rows: Sequence[Earned]) -> tuple[LaneShare, ...]:
    """Tell lanes apart, what somebody paid for first."""
    lanes = sorted({(row.organic, row.lane) for row in rows})
    return tuple(LaneShare(lane=lane, share=added(row for row in rows if row.lane == lane)) for _, lane in lanes)


def _choice(text: str, offered: Mapping[str, _Offered], *, place: str) -> _Offered:
    if text not in offered:
        raise ChoiceUnknown(place=place, got=text[:_CHARS_SHOWN], offered=", ".join(offered))
    return offered[text]
