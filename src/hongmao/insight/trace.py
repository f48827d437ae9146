"""The trace of an order (promise 6): received → verified → deduped → matched → credited → billed → sent on → answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from hongmao.events.api import Kind
from hongmao.insight import sentences
from hongmao.insight.contracts import (
    Act,
    Answered,
    Deduped,
    Delivery,
    Matched,
    Received,
    SentOn,
    SentWay,
    State,
    SubOrderTrace,
    Trace,
    Verified,
)
from hongmao.insight.links import ClickRow, click_facts
from hongmao.insight.rules import order_status, settle
from hongmao.returns.api import BatchRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.insight.contracts import ClickFacts
    from hongmao.insight.credit import Crediting
    from hongmao.insight.names import Names
    from hongmao.insight.queries import Queries
    from hongmao.insight.spend import Charges
    from hongmao.kernel.ids import TenantId

_WAY = [kind.value for kind in Kind]
_BATCH = msgspec.json.Decoder(BatchRecord)


class _Sub(msgspec.Struct, frozen=True):
    platform: str
    order_id: str
    sub_order_id: str | None
    merchant: str | None
    shop: str | None
    item: str | None
    pay_item: str | None
    quantity: int | None
    ordered_at_ms: int
    paid: bool
    deposited: bool
    arrived: bool
    refunds: int
    gross_fen: int | None
    refunded_fen: int | None
    refunds_unknown: int


class _Act(msgspec.Struct, frozen=True):
    event_id: str
    kind: str
    occurred_at_ms: int
    received_at_ms: int
    sub_order_id: str | None
    ref: str | None
    version: int | None
    amount_fen: int | None
    click_id: str | None
    invalid: str | None
    superseded: bool


class _Sent(msgspec.Struct, frozen=True):
    sub_order_id: str | None
    account: str
    outcome: str
    at_ms: int
    target: str
    event_id: str
    event_type: str
    reason: str | None
    answer: str | None
    attempts: int


class _Batch(msgspec.Struct, frozen=True):
    event_id: str
    received_at_ms: int
    detail: str


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A row of a delivery that speaks of this order."""

    account: str
    event: str
    sub_order_id: str | None
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Desk:
    """What a trace is written with."""

    queries: Queries
    names: Names
    tenant: TenantId
    crediting: Crediting
    charges: Charges


def trace(desk: Desk, order_id: str, platform: str | None) -> Trace | None:
    """Explain one order; None where this tenant has none of that number (on that platform, if one is named)."""
    asked: dict[str, object] = {"tenant": desk.tenant, "order_id": order_id}
    every = desk.queries.read("sub_orders", _Sub, **asked, platform=None)
    platforms = sorted({sub.platform for sub in every})
    chosen = platform if platform is not None else next(iter(platforms), None)
    if chosen not in platforms:
        return None
    subs = sorted((sub for sub in every if sub.platform == chosen), key=lambda sub: sub.sub_order_id or "")
    acts = sorted(desk.queries.read("acts", _Act, **asked, platform=chosen), key=_in_order)
    arrivals = _arrivals(desk, order_id, chosen)
    clicks = _clicks(desk, acts)
    desk.crediting.load(order_id, chosen)
    sent = desk.queries.read("sent_on", _Sent, **asked, platform=chosen)
    traced = tuple(_sub_order(desk, sub, acts, arrivals, clicks, sent) for sub in subs)
    return _whole(desk, subs, traced, also_on=tuple(name for name in platforms if name != chosen))


def _in_order(act: _Act) -> tuple[int, int, str]:
    """Sort acts as they happened; within an instant as an order goes: 拍下 before 支付."""
    return act.occurred_at_ms, _WAY.index(act.kind), act.event_id


def _whole(desk: Desk, subs: Sequence[_Sub], traced: tuple[SubOrderTrace, ...], also_on: tuple[str, ...]) -> Trace:
    first = subs[0]
    gross = [one.gross_fen for one in traced if one.gross_fen is not None]
    refunded = [one.refunded_fen for one in traced if one.refunded_fen is not None]
    worth = settle(
        gross_fen=sum(gross) if gross else None,
        gross_unknown=any(one.partial for one in traced),
        refunds=sum(sub.refunds for sub in subs),
        refunded_fen=sum(refunded) if refunded else None,
        refunds_unknown=sum(sub.refunds_unknown for sub in subs),
    )
    return Trace(
        platform=first.platform,
        order_id=first.order_id,
        also_on=also_on,
        merchant=first.merchant,
        merchant_name=desk.names.merchant_name(first.merchant),
        shop=first.shop,
        shop_name=desk.names.shop_name(first.shop),
        ordered_at_ms=min(sub.ordered_at_ms for sub in subs),
        status=order_status(
            paid=any(sub.paid for sub in subs),
            deposited=any(sub.deposited for sub in subs),
            arrived=all(sub.arrived for sub in subs),
            refunds=sum(sub.refunds for sub in subs),
            gross_fen=worth.gross_fen,
            refunded_fen=worth.refunded_fen,
        ),
        gross_fen=worth.gross_fen,
        refunded_fen=worth.refunded_fen,
        net_fen=worth.net_fen,
        partial=worth.partial,
        sub_orders=traced,
    )


def _sub_order(
    desk: Desk,
    sub: _Sub,
    every_act: Sequence[_Act],
    every_arrival: Sequence[_Arrival],
    clicks: dict[str, ClickFacts],
    sent: Sequence[_Sent],
) -> SubOrderTrace:
    acts = [act for act in every_act if act.sub_order_id == sub.sub_order_id]
    arrivals = [one for one in every_arrival if one.sub_order_id == sub.sub_order_id]
    worth = settle(
        gross_fen=sub.gross_fen,
        gross_unknown=(sub.paid or sub.deposited) and sub.gross_fen is None,
        refunds=sub.refunds,
        refunded_fen=sub.refunded_fen,
        refunds_unknown=sub.refunds_unknown,
    )
    matched = _matched(acts, arrivals, clicks, sub.ordered_at_ms)
    credited = desk.crediting.of(sub.sub_order_id, paid=sub.paid)
    winner = desk.crediting.winner(sub.sub_order_id)
    return SubOrderTrace(
        sub_order_id=sub.sub_order_id or "",
        item=sub.item,
        pay_item=sub.pay_item or sub.item,
        title=desk.names.item_title(sub.pay_item or sub.item),
        direct=None if sub.item is None else (sub.pay_item or sub.item) == sub.item,
        quantity=sub.quantity,
        gross_fen=worth.gross_fen,
        refunded_fen=worth.refunded_fen,
        net_fen=worth.net_fen,
        partial=worth.partial,
        status=order_status(
            paid=sub.paid,
            deposited=sub.deposited,
            arrived=sub.arrived,
            refunds=sub.refunds,
            gross_fen=worth.gross_fen,
            refunded_fen=worth.refunded_fen,
        ),
        received=_received(acts, arrivals),
        verified=_verified(arrivals),
        deduped=_deduped(acts, arrivals),
        matched=matched,
        credited=credited,
        billed=desk.charges.billed(desk.tenant, winner or (matched.click.click_id if matched.click else None)),
        sent_on=_sent_on([way for way in sent if way.sub_order_id == sub.sub_order_id]),
        answered=_answered(arrivals),
    )


def _arrivals(desk: Desk, order_id: str, platform: str) -> list[_Arrival]:
    batches = desk.queries.read("deliveries", _Batch, tenant=desk.tenant, platform=platform, order_id=order_id)
    found: list[_Arrival] = []
    for batch in batches:
        record = _BATCH.decode(batch.detail)
        found.extend(
            _Arrival(
                account=record.account,
                event=row.event,
                sub_order_id=row.sub_order_id,
                delivery=Delivery(
                    batch=batch.event_id,
                    received_at_ms=batch.received_at_ms,
                    kind=row.kind or "",
                    version=row.version,
                    outcome=row.outcome.value,
                    reason=row.reason,
                ),
            )
            for row in record.rows
            if row.order_id == order_id
        )
    return found


def _clicks(desk: Desk, acts: Sequence[_Act]) -> dict[str, ClickFacts]:
    named = sorted({act.click_id for act in acts if act.click_id is not None})
    rows = desk.queries.read("clicks_named", ClickRow, tenant=desk.tenant, click_ids=named) if named else []
    return {row.click_id: click_facts(row, desk.names) for row in rows}


def _received(acts: Sequence[_Act], arrivals: Sequence[_Arrival]) -> Received:
    return Received(
        state=State.DONE,
        sentence=sentences.received(len(acts), len(arrivals)),
        acts=tuple(
            Act(
                event_id=act.event_id,
                kind=act.kind,
                ref=act.ref,
                version=act.version,
                superseded=act.superseded,
                occurred_at_ms=act.occurred_at_ms,
                received_at_ms=act.received_at_ms,
                amount_fen=act.amount_fen,
            )
            for act in acts
        ),
        deliveries=tuple(one.delivery for one in arrivals),
    )


def _verified(arrivals: Sequence[_Arrival]) -> Verified:
    if not arrivals:
        return Verified(state=State.NONE, sentence=sentences.UNVERIFIED, account=None)
    account = arrivals[0].account
    return Verified(state=State.DONE, sentence=sentences.verified(account, len(arrivals)), account=account)


def _deduped(acts: Sequence[_Act], arrivals: Sequence[_Arrival]) -> Deduped:
    duplicates = sum(one.delivery.outcome == "duplicate" for one in arrivals)
    superseded = sum(act.superseded for act in acts)
    return Deduped(
        state=State.DONE,
        sentence=sentences.deduped(duplicates, superseded),
        duplicates=duplicates,
        superseded=superseded,
    )


def _matched(
    acts: Sequence[_Act], arrivals: Sequence[_Arrival], clicks: dict[str, ClickFacts], ordered_at_ms: int
) -> Matched:
    """Find the click as the desk judged its token on arrival; a presale's is its deposit's, which comes first."""
    standing = [act for act in acts if not act.superseded]
    click_id = next((act.click_id for act in standing if act.click_id is not None), None)
    said = next((one.delivery.reason for one in arrivals if one.delivery.outcome == "unmatched"), None)
    click = clicks.get(click_id) if click_id is not None else None
    if click is not None and said is None:
        elapsed_ms = ordered_at_ms - click.at_ms
        sentence = sentences.matched(click, elapsed_ms)
        return Matched(
            state=State.DONE, sentence=sentence, click_id=click_id, verdict="valid", click=click, elapsed_ms=elapsed_ms
        )
    verdict = said or ("no_click_id" if click_id is None else "click_unknown")
    return Matched(
        state=State.NONE if verdict == "no_click_id" else State.FAILED,
        sentence=sentences.unmatched(verdict),
        click_id=click_id,
        verdict=verdict,
        click=click,
        elapsed_ms=None if click is None else ordered_at_ms - click.at_ms,
    )


def _sent_on(sent: Sequence[_Sent]) -> SentOn:
    if not sent:
        return SentOn(state=State.NOT_CONFIGURED, sentence=sentences.NOT_SENT_ON)
    lost = any(way.outcome in {"dead", "refused"} for way in sent)
    return SentOn(
        state=State.FAILED if lost else State.DONE,
        sentence=sentences.sent_on(tuple((way.target, way.outcome) for way in sent)),
        ways=tuple(
            SentWay(
                target=way.target,
                account=way.account,
                event_type=way.event_type,
                outcome=way.outcome,
                reason=way.reason or None,
                answer=way.answer or None,
                attempts=way.attempts,
                at_ms=way.at_ms,
            )
            for way in sent
        ),
    )


def _answered(arrivals: Sequence[_Arrival]) -> Answered:
    outcomes = tuple(one.delivery.outcome for one in arrivals)
    if not outcomes:
        return Answered(state=State.NONE, sentence=sentences.UNANSWERED, outcomes=())
    return Answered(state=State.DONE, sentence=sentences.answered(outcomes), outcomes=outcomes)
