"""Following the log (回传外发): what is to be sent on is enqueued once, in one transaction with the place in the log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import msgspec

from hongmao.events.contracts import Kind
from hongmao.kernel.ids import TenantId
from hongmao.kernel.time import DAY_MS
from hongmao.returns.out.contracts import DeliveryState, SentOnRecord, Unsent
from hongmao.returns.out.rules import (
    CLICK_DAYS,
    SEEN,
    SENDABLE,
    SUPERSEDED,
    kept_click,
    plan,
    unsent,
)
from hongmao.returns.out.store import Ended

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hongmao.events.contracts import Event, Logged
    from hongmao.kernel.clock import Clock
    from hongmao.returns.out.contracts import Delivery, Target, TargetAccount
    from hongmao.returns.out.store import FollowerWork, Outbox, TargetAccountStore

ENDS_DAYS: Final = 30  # how long an end stays in the queue; the log has it for ever
DEAD_DAYS: Final = 120  # how long a dead letter can be replayed: as long as a late event is taken (ATTR-10)
TARGET_FAILED: Final = "target_failed"
TARGET_UNKNOWN: Final = "target_unknown"
_RECORD: Final = msgspec.json.Decoder(SentOnRecord)
_log = logging.getLogger("hongmao.returns.out")


class Dispatcher:
    """Enqueues one delivery for each event and account that wants it. Works like `billing.service.Billing.absorb`."""

    def __init__(self, outbox: Outbox, accounts: TargetAccountStore, targets: Iterable[Target], clock: Clock) -> None:
        """Work on a queue, with the targets that there are."""
        self._outbox = outbox
        self._accounts = accounts
        self._targets = {target.name: target for target in targets}
        self._clock = clock

    def position(self) -> int:
        """Give the log offset up to which everything is enqueued."""
        return self._outbox.position()

    def absorb(self, batch: Sequence[Logged]) -> None:
        """Enqueue what a piece of the log brings, in one transaction with the position after it.

        Exactly once in effect: what lies before the position is passed over, and what fails halfway has left nothing.
        """
        if not batch:
            return
        accounts = self._accounts_of(logged.event for logged in batch)
        now_ms = self._clock.now_ms()
        with self._outbox.begin() as work:
            done = work.position()
            events = [logged.event for logged in batch if logged.offset > done]
            work.keep_clicks([kept_click(event) for event in events if event.kind is Kind.COMPONENT_CLICK])
            work.close([_end_of(event) for event in events if event.kind is Kind.SENT_ON])
            self._enqueue(work, [event for event in events if event.kind in SENDABLE], accounts, now_ms)
            work.forget(
                clicks_before_ms=now_ms - CLICK_DAYS * DAY_MS,
                ends_before_ms=now_ms - ENDS_DAYS * DAY_MS,
                dead_before_ms=now_ms - DEAD_DAYS * DAY_MS,
            )
            work.move_to(batch[-1].offset)

    def _accounts_of(self, events: Iterable[Event]) -> dict[str, list[TargetAccount]]:
        tenants = {event.tenant for event in events if event.kind in SENDABLE and event.tenant is not None}
        return {
            tenant: [account for account in self._accounts.of_tenant(TenantId(tenant)) if account.active]
            for tenant in sorted(tenants)
        }

    def _enqueue(
        self, work: FollowerWork, events: Sequence[Event], accounts: Mapping[str, list[TargetAccount]], now_ms: int
    ) -> None:
        clicks = work.of({event.click_id for event in events if event.click_id is not None})
        fresh: dict[tuple[str, str], Delivery] = {}
        not_sent: list[Unsent] = []
        for event in events:
            click = clicks.get(event.click_id or "")
            for account in accounts.get(event.tenant or "", ()):
                planned = self._plan(event, click, account, now_ms)
                if isinstance(planned, Unsent):
                    not_sent.append(planned)
                elif planned is not None:
                    _keep_latest(fresh, planned, not_sent)
        known = work.standing(fresh.keys())
        for key, delivery in fresh.items():
            if key in known:
                displaced = known[key] if _takes_its_place(work, known[key], delivery) else delivery
                not_sent.append(_superseded(displaced))
        work.enqueue([delivery for key, delivery in fresh.items() if key not in known])
        work.count(not_sent)

    def _plan(self, event: Event, click: Event | None, account: TargetAccount, now_ms: int) -> Delivery | Unsent | None:
        target = self._targets.get(account.target)
        if target is None:
            return (
                None
                if click is None or event.kind in SEEN
                else unsent(event, account.id, account.tenant, TARGET_UNKNOWN)
            )
        try:
            return plan(event, click, account, target, now_ms=now_ms)
        except Exception:  # noqa: BLE001 - a plugin's fault must not hold up every tenant's returns
            _log.exception("the target %s failed on event %s", account.target, event.event_id)
            return unsent(event, account.id, account.tenant, TARGET_FAILED)


def _keep_latest(fresh: dict[tuple[str, str], Delivery], planned: Delivery, not_sent: list[Unsent]) -> None:
    """Of two versions of one fact in one piece of the log, the later one goes."""
    key = (planned.account, planned.fact)
    before = fresh.get(key)
    if before is not None and _version(before) >= _version(planned):
        not_sent.append(_superseded(planned))
        return
    if before is not None:
        not_sent.append(_superseded(before))
    fresh[key] = planned


def _takes_its_place(work: FollowerWork, known: Delivery, delivery: Delivery) -> bool:
    """Send a correction in the place of what is still pending. What was sent cannot be corrected: no target takes it back."""
    return _version(delivery) > _version(known) and work.correct(delivery)


def _superseded(delivery: Delivery) -> Unsent:
    return unsent(delivery.event, delivery.account, delivery.tenant, SUPERSEDED)


def _version(delivery: Delivery) -> int:
    return delivery.event.version or 0


def _end_of(event: Event) -> Ended:
    record = _RECORD.decode(event.detail or "")
    return Ended(
        id=record.delivery,
        replays=(event.version or 1) - 1,
        state=DeliveryState(event.outcome or ""),
        reason=record.reason,
        answer=record.answer,
        attempts=record.attempts,
        at_ms=event.occurred_at_ms,
    )
