"""From rows to outcomes: draft an event for each row, then, told what the log holds, decide what becomes of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from hongmao.events.contracts import Event, Kind
from hongmao.links.api import TokenProblem, click_event_id
from hongmao.returns.contracts import (
    CLICK_UNKNOWN,
    NO_CLICK_ID,
    QuarantineRecord,
    ReportCell,
    Row,
    RowProblem,
    RowRecord,
)
from hongmao.returns.outcomes import Accepted, Duplicate, Late, Quarantined, RowOutcome, Unmatched, name_of
from hongmao.returns.rules import (
    content_of,
    event_of,
    event_of_cell,
    fault_of,
    is_late,
    quarantine_event_id,
    unknown_items,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from hongmao.links.api import TokenMinter
    from hongmao.returns.contracts import Told
    from hongmao.returns.rules import Goods, Source

SHOP_UNKNOWN = "shop_unknown"
ITEM_UNKNOWN = "item_unknown"


@dataclass(frozen=True, slots=True)
class Draft:
    """A row before the log was asked. `event` is the row's own, `kept_as` what quarantine would keep, with `fault`."""

    index: int
    row: Told | None
    event: Event | None
    kept_as: Event | None
    fault: str | None
    note: str | None

    @property
    def ids(self) -> tuple[str, ...]:
        """List the ids under which the row may come to stand in the log."""
        return tuple(event.event_id for event in (self.event, self.kept_as) if event is not None)


@dataclass(frozen=True, slots=True)
class Judged:
    """A row with its outcome, and the event to append for it; None for a repeat."""

    draft: Draft
    outcome: RowOutcome
    event: Event | None


def draft(source: Source, index: int, found: Told | RowProblem, goods: Goods | None) -> Draft:
    """Write a row as an event as far as that can be done. `goods` is None where the shop is none of the account's."""
    if isinstance(found, RowProblem):
        kept_as = quarantine_event(source, found.code, found.raw, place=found.place)
        return Draft(index, None, None, kept_as, found.code, None)
    if isinstance(found, ReportCell):
        return _draft_of_cell(source, index, found, goods)
    if goods is None:
        kept_as = quarantine_event(source, SHOP_UNKNOWN, found.raw, place="shop_id")
        return Draft(index, found, None, kept_as, SHOP_UNKNOWN, None)
    event = event_of(source, found, goods)
    return _checked(source, index, found, event, note=ITEM_UNKNOWN if unknown_items(found, goods) else None)


def _draft_of_cell(source: Source, index: int, cell: ReportCell, goods: Goods | None) -> Draft:
    if cell.platform_shop_id is not None and goods is None:
        kept_as = quarantine_event(source, SHOP_UNKNOWN, cell.raw, place="shop_id")
        return Draft(index, cell, None, kept_as, SHOP_UNKNOWN, None)
    return _checked(source, index, cell, event_of_cell(source, cell, goods), note=None)


def _checked(source: Source, index: int, told: Told, event: Event, *, note: str | None) -> Draft:
    fault = fault_of(event, now_ms=source.now_ms)
    if fault is None:
        return Draft(index, told, event, None, None, note)
    code, place = fault
    return Draft(index, told, event, quarantine_event(source, code, told.raw, place=place), code, note)


def judge(drafts: Sequence[Draft], *, known: AbstractSet[str], minter: TokenMinter, now_ms: int) -> list[Judged]:
    """Decide what becomes of each row, given which of the ids in question the log holds."""
    seen = set(known)
    judged = []
    for one in drafts:
        outcome = _outcome(one, seen=seen, known=known, minter=minter, now_ms=now_ms)
        event = _event(one, outcome)
        if event is not None and event.event_id in seen:
            event = None
        if event is not None:
            seen.add(event.event_id)
        judged.append(Judged(one, outcome, event))
    return judged


def clicks_of(drafts: Iterable[Draft]) -> set[str]:
    """List the events of the clicks that rows carry, to ask the log for them."""
    clicks = (
        click_event_id(one.row.click_id) for one in drafts if isinstance(one.row, Row) and one.row.click_id is not None
    )
    return {click for click in clicks if click is not None}


def record_of(judged: Judged) -> RowRecord:
    """Write down what became of a row."""
    one, row = judged.draft, judged.draft.row
    outcome, reason = judged.outcome, judged.outcome.reason
    if row is None:
        return RowRecord(index=one.index, outcome=name_of(outcome), event=outcome.event_id, reason=reason)
    if isinstance(row, ReportCell):
        return RowRecord(
            index=one.index,
            outcome=name_of(outcome),
            event=outcome.event_id,
            reason=reason,
            kind=Kind.REPORT_CELL.value,
            version=row.version,
            content=content_of(row),
        )
    return RowRecord(
        index=one.index,
        outcome=name_of(outcome),
        event=outcome.event_id,
        reason=reason,
        kind=row.kind.value,
        version=row.version,
        order_id=row.order_id,
        sub_order_id=row.sub_order_id,
        content=content_of(row),
    )


def quarantine_event(
    source: Source, reason: str, raw: str, *, place: str | None = None, is_base64: bool = False
) -> Event:
    """Write what cannot be used as an event that keeps it as it came."""
    record = QuarantineRecord(reason=reason, account=source.account, raw=raw, place=place, base64=is_base64)
    return Event(
        event_id=quarantine_event_id(source, raw, reason),
        kind=Kind.RETURN_QUARANTINED,
        occurred_at_ms=source.now_ms,
        received_at_ms=source.now_ms,
        source=source.platform,
        tenant=source.tenant,
        platform=source.platform,
        outcome=reason,
        detail=msgspec.json.encode(record).decode(),
    )


def _outcome(
    one: Draft, *, seen: AbstractSet[str], known: AbstractSet[str], minter: TokenMinter, now_ms: int
) -> RowOutcome:
    if one.event is not None and one.event.event_id in seen:
        return Duplicate(one.index, one.event.event_id)
    if one.kept_as is not None:
        return Quarantined(one.index, one.kept_as.event_id, one.fault or "")
    if one.event is None or one.row is None:  # a draft has one or the other
        raise AssertionError(one)
    if isinstance(one.row, ReportCell):  # a cell names no click
        return Accepted(one.index, one.event.event_id, one.note)
    reason = _unmatched(one.row, known=known, minter=minter, now_ms=now_ms)
    if reason is not None:
        return Unmatched(one.index, one.event.event_id, reason)
    kept = Late if is_late(one.row, now_ms=now_ms) else Accepted
    return kept(one.index, one.event.event_id, one.note)


def _event(one: Draft, outcome: RowOutcome) -> Event | None:
    match outcome:
        case Duplicate():
            return None
        case Quarantined():
            return one.kept_as
        case _:
            return one.event


def _unmatched(row: Row, *, known: AbstractSet[str], minter: TokenMinter, now_ms: int) -> str | None:
    """Say why a row has no click of ours: the token is verified offline, then the log is asked for its click."""
    if not row.click_id:
        return row.click_problem or NO_CLICK_ID
    verdict = minter.verify(row.click_id, now_ms=now_ms)
    if isinstance(verdict, TokenProblem):
        return verdict.value
    return None if click_event_id(row.click_id) in known else CLICK_UNKNOWN
