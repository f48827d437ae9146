"""What becomes a delivery, what it is called, and how it ends: pure decisions."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.events.contracts import BACK_LINK, Event, Kind
from hongmao.kernel.time import MINUTE_MS, day_of
from hongmao.returns.out.contracts import (
    Alarm,
    AlarmKind,
    Delivery,
    DeliveryState,
    SentOnRecord,
    Unsent,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hongmao.returns.out.contracts import Gate, Target, TargetAccount

CLICK_DAYS = 60  # PRIV-6: the longest window and 30 days
ATTEMPTS_MAX = 1_000  # at waits of a quarter of an hour this is ten days, beyond the deadline of every known target
RATIO_WHOLE = 1_000_000
ANSWER_CHARS_MAX = 300
REASON_CHARS_MAX = 64
EVENT_TYPE_CHARS_MAX = 64
ALARM_LEFT_PERCENT = 20
UNREACHABLE_MS = 5 * MINUTE_MS
TEST_CLICK: Final = "atest"
NO_CLICK_ID = "no_click_id"
CLICK_UNKNOWN = "click_unknown"
SUPERSEDED = "superseded"
DEADLINE = "deadline"
INACTIVE = "inactive"
RATIO = "ratio"
_SECRET_CHARS_MIN = 6  # shorter settings are words such as a currency, and would blot out innocent text
# What a shop platform's monitor is told of its own line: the tap itself, and a view that no tap belongs to.
SEEN: Final = frozenset({Kind.IMPRESSION, Kind.COMPONENT_CLICK})
# What may be sent on: that, what shops say of a click, and what the jump itself saw of it.
SENDABLE: Final = BACK_LINK | SEEN | {Kind.WAKEUP, Kind.BRIDGE_IMPRESSION, Kind.BRIDGE_CLICK}
_COPIED: Final = ("merchant", "shop", "click_id", "order_id", "sub_order_id", "line")


def delivery_id(account: str, event_id: str) -> str:
    """Name the delivery of an event to an account: the same for every attempt, so a repeat is known as one over there."""
    return f"out:{_digest(account, event_id)}"


def sent_on_id(delivery: Delivery) -> str:
    """Name the record of a delivery's end. Each replay ends once more, under a name of its own."""
    return delivery.id if delivery.replays == 0 else f"out:{_digest(delivery.id, delivery.replays)}"


def fact_of(event: Event) -> str:
    """Name what an event says whatever its version: a sub-order's payment is one fact however often it is corrected."""
    if event.sub_order_id is None:
        return event.event_id
    return _digest(event.platform, event.sub_order_id, event.kind.value, event.ref)


def is_kept(account: TargetAccount, event: Event) -> bool:
    """Tell whether the declared ratio lets an event through: by hash, so that all of a sub-order shares its fate (ABUSE-7).

    Nothing of what the order is worth goes into the draw.
    """
    if account.ratio_millionths >= RATIO_WHOLE:
        return True
    drawn = hashlib.blake2b(_encoded(account.id, event.sub_order_id or event.event_id), digest_size=8).digest()
    return int.from_bytes(drawn) * RATIO_WHOLE >> 64 < account.ratio_millionths


def is_test(account: TargetAccount, event: Event, click: Event) -> bool:
    """Tell whether it belongs to a test: the account's, or a click of the media's own test environment."""
    ids = (event.click_id, click.click_id, click.media_click)
    return account.test or any(named is not None and named.startswith(TEST_CLICK) for named in ids)


def plan(
    event: Event, click: Event | None, account: TargetAccount, target: Target, *, now_ms: int
) -> Delivery | Unsent | None:
    """Decide whether an event goes to an account; None where the target has no use for it, and nothing is amiss."""
    if event.kind in SEEN:
        click = event  # nothing led to it: it stands for itself
    elif click is None or click.tenant != account.tenant:
        reason = NO_CLICK_ID if event.click_id is None else CLICK_UNKNOWN
        return unsent(event, account.id, account.tenant, reason) if event.kind in BACK_LINK else None
    event_type = target.wants(event, click)
    if event_type is None:
        lost = event.kind not in SEEN and click.media == target.name and click.media_problem is not None
        return unsent(event, account.id, account.tenant, click.media_problem or "") if lost else None
    if not 0 < len(event_type) <= EVENT_TYPE_CHARS_MAX:
        raise ValueError(event_type[:EVENT_TYPE_CHARS_MAX])
    test = is_test(account, event, click)
    passed_over = not test and not is_kept(account, event)
    return Delivery(
        id=delivery_id(account.id, event.event_id),
        account=account.id,
        target=account.target,
        tenant=account.tenant,
        fact=fact_of(event),
        lane=_digest(account.id, click.click_id),
        event=event,
        click=click,
        event_type=event_type,
        due_ms=event.occurred_at_ms + target.limits.deadline_ms,
        next_at_ms=now_ms,
        ratio_millionths=account.ratio_millionths,
        state=DeliveryState.PASSED_OVER if passed_over else DeliveryState.PENDING,
        test=test,
    )


def unsent(event: Event, account: str, tenant: str, reason: str) -> Unsent:
    """Write down why an event is not sent on to an account."""
    day = day_of(event.occurred_at_ms).isoformat()
    return Unsent(account=account, tenant=tenant, day=day, kind=event.kind.value, reason=reason)


def kept_click(event: Event) -> Event:
    """Give what is kept of a click: all but who the reader is, which no target may learn (PRIV-2)."""
    return msgspec.structs.replace(event, reader=None, impression=None, agent=None)


def is_late(delivery: Delivery, target: Target) -> bool:
    """Tell whether somebody has given a delivery more time than the target's deadline: a forced replay."""
    return delivery.due_ms > delivery.event.occurred_at_ms + target.limits.deadline_ms


def ended(delivery: Delivery, state: DeliveryState, *, reason: str, answer: str = "", now_ms: int) -> Delivery:
    """End a delivery. What was sent as a test ends as a test, whatever came of it; the reason then says what did."""
    if delivery.test and state is not DeliveryState.SAMPLED_OUT:
        reason, state = reason or state.value, DeliveryState.TEST
    return replace(delivery, state=state, reason=reason, answer=answer, ended_at_ms=now_ms)


def sent_on(before: Delivery, after: Delivery) -> Event:
    """Write an end as the event that keeps it. `before` still has what the last attempt failed by."""
    event = after.event
    at_ms = after.ended_at_ms or 0
    record = SentOnRecord(
        target=after.target,
        delivery=after.id,
        event_id=event.event_id,
        event_type=after.event_type,
        reason=after.reason,
        attempts=after.attempts,
        due_ms=after.due_ms,
        ratio_millionths=after.ratio_millionths,
        answer=after.answer,
        last_reason=before.reason if before.reason != after.reason else "",
    )
    return Event(
        event_id=sent_on_id(after),
        kind=Kind.SENT_ON,
        occurred_at_ms=at_ms,
        received_at_ms=at_ms,
        source="outbox",
        tenant=after.tenant,
        platform=event.platform or after.click.platform or after.target,
        ref=after.account,
        outcome=after.state.value,
        version=after.replays + 1,
        detail=msgspec.json.encode(record).decode(),
        **{name: getattr(event, name) or getattr(after.click, name) for name in _COPIED},
    )


def alarms_of(
    account: TargetAccount, target: Target | None, gate: Gate, soonest_ms: int | None, *, now_ms: int
) -> Iterator[Alarm]:
    """Name what is about to be lost for an account whose pending delivery nearest to its deadline is due at `soonest_ms`.

    A target that no platform brings any more is as unreachable as one that does not answer.
    """
    if soonest_ms is None:
        return
    away_ms = 0 if gate.unreachable_since_ms is None else now_ms - gate.unreachable_since_ms
    standing = {
        AlarmKind.DEADLINE_NEAR: target is not None
        and (soonest_ms - now_ms) * 100 < target.limits.deadline_ms * ALARM_LEFT_PERCENT,
        AlarmKind.UNREACHABLE: target is None or away_ms > UNREACHABLE_MS,
    }
    for kind, stands in standing.items():
        if stands:
            yield Alarm(
                account=account.id,
                target=account.target,
                tenant=account.tenant,
                kind=kind,
                since_ms=now_ms,
                due_ms=soonest_ms,
            )


def without_secrets(answer: str, account: TargetAccount) -> str:
    """Cut an answer short and blot out what the account keeps secret, should the target have repeated it (PRIV-8)."""
    secrets = {*account.settings.values(), account.secret.decode("utf-8", errors="ignore")}
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SECRET_CHARS_MIN:
            answer = answer.replace(secret, "***")
    return answer[:ANSWER_CHARS_MAX]


def _digest(*parts: str | int | None) -> str:
    return hashlib.blake2b(_encoded(*parts), digest_size=16).hexdigest()


def _encoded(*parts: str | int | None) -> bytes:
    return msgspec.json.encode(parts)
