"""How two definitions differ, order by order: who has less, who has more, and why. The moves add up to the difference.

one sub-order, 100.00 paid       before (last_click)      after (linear_click)      moved
note 1                          0                        0.5     50.00            +0.5   +50.00
note 2                          1       100.00           0.5     50.00            -0.5   -50.00
"""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, Any

import msgspec

from hongmao.attribution.api import OrderNotSeen
from hongmao.insight import sentences
from hongmao.insight.contracts import DASH, Difference, JudgedBy, Moved, PartMoved, Share, Words
from hongmao.insight.credit import reason_words
from hongmao.insight.sides import common_window, read_side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from hongmao.attribution.api import Attribution, Candidate
    from hongmao.definitions.api import AttributionDefinition, Registry
    from hongmao.insight.names import Names
    from hongmao.insight.queries import Queries
    from hongmao.insight.sides import Asked
    from hongmao.kernel.ids import TenantId

EXPLAINED = 50
"""Of so many moves the reasons are told: each takes an order to be judged anew by both."""
VOID = frozenset({"refund_invalid", "conversion_invalid", "duplicate_sub_order"})
"""Reasons of rows that are kept and worth nothing."""
Place = tuple[str, str, str]
"""Platform, order, sub-order."""
Given = dict[str | None, Share]
"""What each note has of a sub-order; None is nobody."""


class Part(msgspec.Struct, frozen=True):
    """One row of credits, as published or as computed for this question."""

    platform: str | None
    order_id: str | None
    sub_order_id: str
    entry: str
    note: str | None
    reason: str | None
    credit_millionths: int
    value_fen: int | None
    claimed: bool

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


class _Published(msgspec.Struct, frozen=True):
    definition: str
    version: int
    fingerprint: str


class Comparer:
    """Compares what two definitions give, for one tenant."""

    def __init__(
        self, queries: Queries, attribution: Attribution, registry: Registry, names: Names, tenant: TenantId
    ) -> None:
        """Read published credits where there are any; work out the others, and publish nothing."""
        self._queries = queries
        self._attribution = attribution
        self._registry = registry
        self._names = names
        self._tenant = tenant

    def compare(self, before: str, after: str, *, on: date, window: str | None, note: str | None) -> Difference:
        """Compare two sides as people write them, over one window; with a `note`, only what moves to it or from it."""
        sides = [read_side(text, self._registry, on) for text in (before, after)]
        asked = common_window(sides[0].definition, sides[1].definition, window)
        given = [self._given(side, asked) for side in sides]
        moved = [one for one in moves(given[0][0], given[1][0], self._names) if _about(one, note)]
        return Difference(
            before=self._side(sides[0], asked, *given[0]),
            after=self._side(sides[1], asked, *given[1]),
            note=note,
            parts=parts_of(moved, self._names),
            moved=tuple(self._explained(moved, sides, asked)),
            same=len(given[0][0].keys() | given[1][0].keys()) - len(moved) if note is None else None,
            explained_max=EXPLAINED,
        )

    def _side(self, side: Asked, window: str, given: Mapping[Place, Given], published: bool) -> JudgedBy:  # noqa: FBT001 - unpacked from a pair
        every = [(note, share) for shares in given.values() for note, share in shares.items()]
        return JudgedBy(
            definition=side.reference,
            model=side.model,
            window=window,
            published=published,
            whole=_added(share for note, share in every if note is not None),
            outside=_added(share for note, share in every if note is None),
        )

    def _given(self, side: Asked, window: str) -> tuple[dict[Place, Given], bool]:
        """Read what a side gives, sub-order by sub-order, and whether that is published."""
        one = side.definition
        named = _Published(definition=one.id, version=one.version, fingerprint=one.fingerprint)
        if named in self._queries.read("credit_published", _Published):
            asked = msgspec.structs.asdict(named)
            rows = self._queries.read("credit_rows", Part, **asked, window=window, tenant=self._tenant)
            return by_sub_order(rows), True
        table = self._attribution.credits_under([_only(one, window)])
        return by_sub_order(_part(row) for row in table.to_pylist() if row["tenant"] == self._tenant), False

    def _explained(self, moved: Sequence[Moved], sides: Sequence[Asked], window: str) -> Iterator[Moved]:
        for number, one in enumerate(moved):
            why = self._why(one, sides, window) if number < EXPLAINED else ()
            yield Moved(
                platform=one.platform,
                order_id=one.order_id,
                sub_order_id=one.sub_order_id,
                lost=one.lost,
                gained=one.gained,
                counted=one.counted,
                why=why,
            )

    def _why(self, moved: Moved, sides: Sequence[Asked], window: str) -> tuple[Words, ...]:
        """Say, touch by touch, what one side makes of it and what the other does."""
        judged = [self._judged(moved, side.definition, window) for side in sides]
        touches = sorted(
            {one.touch.event_id: one.touch for side in judged for one in side.values()}.values(),
            key=lambda touch: (touch.at_ms, touch.event_id),
        )
        told = []
        for touch in touches:
            was, will = (side.get(touch.event_id) for side in judged)
            if _verdict(was) != _verdict(will):
                title = self._names.note_title(touch.note)
                told.append(sentences.judged_otherwise(touch.at_ms, title, _said(was), _said(will)))
        return tuple(told)

    def _judged(self, moved: Moved, definition: AttributionDefinition, window: str) -> dict[str, Candidate]:
        try:
            told = self._attribution.explain(
                moved.order_id, tenant=self._tenant, platform=moved.platform or None, under=[_only(definition, window)]
            )
        except OrderNotSeen:
            return {}
        return {
            one.touch.event_id: one
            for sub_order in told.sub_orders
            if sub_order.sub_order_id == moved.sub_order_id
            for verdict in sub_order.verdicts
            for one in verdict.candidates
        }


def by_sub_order(rows: Iterable[Part]) -> dict[Place, Given]:
    """Add the rows of each sub-order up by note."""
    found: dict[Place, Given] = {}
    for row in rows:
        if row.reason in VOID:
            continue
        shares = found.setdefault((row.platform or "", row.order_id or "", row.sub_order_id), {})
        shares[row.note] = shares[row.note] + row.share if row.note in shares else row.share
    return found


def moves(before: Mapping[Place, Given], after: Mapping[Place, Given], names: Names) -> list[Moved]:
    """List every sub-order that is shared otherwise, the largest amount first."""
    found = []
    for place in before.keys() | after.keys():
        old, new = before.get(place, {}), after.get(place, {})
        changed = [
            PartMoved(
                note=note, note_title=_title(note, names), before=old.get(note, Share()), after=new.get(note, Share())
            )
            for note in sorted(old.keys() | new.keys(), key=lambda one: (one is None, one or ""))
            if old.get(note, Share()) != new.get(note, Share())
        ]
        if changed:
            lost = tuple(part for part in changed if _less(part))
            gained = tuple(part for part in changed if not _less(part))
            counted = "both" if old and new else "before" if old else "after"
            found.append(
                Moved(
                    platform=place[0], order_id=place[1], sub_order_id=place[2], lost=lost, gained=gained,
                    counted=counted, why=(),
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: (-_amount(one), one.platform, one.order_id, one.sub_order_id))


def parts_of(moved: Iterable[Moved], names: Names) -> tuple[PartMoved, ...]:
    """Add the moves up by note: what they add up to is the difference."""
    sums: dict[str | None, tuple[Share, Share]] = {}
    for one in moved:
        for part in (*one.lost, *one.gained):
            before, after = sums.get(part.note, (Share(), Share()))
            sums[part.note] = before + part.before, after + part.after
    parts = [
        PartMoved(note=note, note_title=_title(note, names), before=before, after=after)
        for note, (before, after) in sums.items()
    ]
    return tuple(sorted(parts, key=lambda part: (-abs(part.more.net_fen or 0), part.note is None, part.note or "")))


def _about(moved: Moved, note: str | None) -> bool:
    return note is None or any(part.note == note for part in (*moved.lost, *moved.gained))


def _less(part: PartMoved) -> bool:
    more = part.more
    return (more.credit_millionths, more.net_fen or 0, more.gross_fen or 0) < (0, 0, 0)


def _amount(moved: Moved) -> int:
    return sum(abs(part.more.net_fen or 0) for part in (*moved.lost, *moved.gained))


def _title(note: str | None, names: Names) -> str:
    return DASH if note is None else names.note_title(note)


def _only(definition: AttributionDefinition, window: str) -> AttributionDefinition:
    """Ask for one window and no other."""
    return msgspec.structs.replace(definition, windows=(window,), default_window=window)


def _part(row: Mapping[str, Any]) -> Part:
    return Part(
        platform=row["platform"],
        order_id=row["order_id"],
        sub_order_id=row["sub_order_id"] or row["event_id"],
        entry=row["entry"],
        note=row["note"],
        reason=row["reason"],
        credit_millionths=row["credit_millionths"],
        value_fen=row["value_fen"],
        claimed=bool(row["claimed_elsewhere"]),
    )


def _verdict(judged: Candidate | None) -> tuple[int, str] | None:
    return None if judged is None else (judged.credit_millionths, judged.reason)


def _said(judged: Candidate | None) -> Words:
    if judged is None:
        return sentences.NOT_LOOKED_AT
    reason = reason_words(judged.reason)
    got = sentences.part(judged.credit_millionths)
    return Words(zh=f"{got}，{reason.zh}", en=f"{got}, {reason.en}")


def _added(shares: Iterable[Share]) -> Share:
    every = list(shares)
    return functools.reduce(operator.add, every) if every else Share()
