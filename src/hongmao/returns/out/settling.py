"""Settling: what became of leased deliveries goes to the log first, durably, and to the queue after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hongmao.kernel.time import SECOND_MS
from hongmao.returns.out.contracts import Answered, DeliveryState
from hongmao.returns.out.pacing import FAILURES_OPEN, WAIT_MS_MAX, answered, failed, wait_ms
from hongmao.returns.out.rules import ATTEMPTS_MAX, REASON_CHARS_MAX, ended, sent_on, sent_on_id, without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hongmao.events.api import EventLog
    from hongmao.returns.out.contracts import Delivery, TargetAccount, Verdict
    from hongmao.returns.out.store import Lease, Outbox

LAST_CALL_MS: Final = 5 * SECOND_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A delivery as it was leased and as it is now."""

    before: Delivery
    after: Delivery


class Settling:
    """Writes down what became of deliveries."""

    def __init__(self, outbox: Outbox, log: EventLog) -> None:
        """Write to a log and a queue."""
        self._outbox = outbox
        self._log = log

    def unrecorded(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Leave out those whose end is on the log: who recorded it crashed before the queue knew. The follower closes them."""
        recorded = self._log.known({sent_on_id(delivery) for delivery in deliveries})
        return [delivery for delivery in deliveries if sent_on_id(delivery) not in recorded]

    def record(self, account: str, lease: Lease, settled: Sequence[Settled]) -> None:
        """Keep ends and postponements.

        Where the log has another end already, somebody was faster; the follower brings the queue in line with it.
        """
        ends = [one for one in settled if one.after.ended_at_ms is not None]
        events = [sent_on(one.before, one.after) for one in ends]
        kept = self._log.append(events).result() if events else ()
        late = {event.event_id for event, answer in zip(events, kept, strict=True) if answer.duplicate}
        self._settle(account, lease, [one.after for one in settled if sent_on_id(one.after) not in late])

    def give_back(self, account: str, lease: Lease, deliveries: Iterable[Delivery], *, alone: bool = False) -> None:
        """Put deliveries back that were not sent after all; `alone` where they shall share no request any more."""
        untouched = [replace(one, alone=alone or one.alone, attempts=one.attempts - 1) for one in deliveries]
        if untouched:
            self._settle(account, lease, untouched)

    def turn_gate(self, account: str, verdicts: Sequence[Verdict], now_ms: int) -> None:
        """Let the account's breaker know how a request went: it came to nothing, or the target has dealt with some of it."""
        asked_ms = min(WAIT_MS_MAX, max(verdict.wait_ms for verdict in verdicts))
        came_to_nothing = all(verdict.answered is Answered.RETRY for verdict in verdicts)
        with self._outbox.at(account, patient=True) as work:
            if work is not None and came_to_nothing:
                work.keep(failed(work.gate, account, now_ms=now_ms, asked_ms=asked_ms))
            elif work is not None:
                if work.gate.failures >= FAILURES_OPEN:
                    work.wake(now_ms)
                work.keep(answered(work.gate))

    def _settle(self, account: str, lease: Lease, deliveries: Sequence[Delivery]) -> None:
        with self._outbox.at(account, patient=True) as work:
            if work is not None:
                work.settle(lease, deliveries)


def judged(delivery: Delivery, verdict: Verdict, account: TargetAccount, now_ms: int) -> Settled:
    """Say what a verdict makes of a delivery: an end, or another attempt later."""
    answer, reason = without_secrets(verdict.answer, account), verdict.reason[:REASON_CHARS_MAX]
    match verdict.answered:
        case Answered.DELIVERED:
            after = ended(delivery, DeliveryState.DELIVERED, reason=reason, answer=answer, now_ms=now_ms)
        case Answered.REFUSED:
            reason = reason or DeliveryState.REFUSED.value
            after = ended(delivery, DeliveryState.REFUSED, reason=reason, answer=answer, now_ms=now_ms)
        case Answered.RETRY:
            reason = reason or Answered.RETRY.value
            after = _postponed(delivery, verdict, reason=reason, answer=answer, now_ms=now_ms)
    return Settled(before=delivery, after=after)


def _postponed(delivery: Delivery, verdict: Verdict, *, reason: str, answer: str, now_ms: int) -> Delivery:
    if delivery.attempts >= ATTEMPTS_MAX:
        return ended(delivery, DeliveryState.DEAD, reason=reason, answer=answer, now_ms=now_ms)
    left_ms, asked_ms = delivery.due_ms - now_ms, verdict.wait_ms
    if asked_ms >= left_ms:
        # They want us back when it is too late: one more try just before counts for more than manners.
        asked_ms = max(0, left_ms - LAST_CALL_MS)
    again_ms = wait_ms(delivery.id, delivery.attempts, left_ms=left_ms, asked_ms=asked_ms)
    return replace(delivery, reason=reason, answer=answer, next_at_ms=now_ms + again_ms)
