"""Sending what is due: claim, pack, call, settle. One bounded step at a time, from as many threads as one likes."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hongmao.kernel.calls import CallFailed
from hongmao.returns.out.contracts import Answered, DeliveryState, Outgoing, Verdict
from hongmao.returns.out.pacing import PROBE_MS, admit
from hongmao.returns.out.parcels import Packed, pack
from hongmao.returns.out.rules import DEADLINE, INACTIVE, RATIO, ended, is_late
from hongmao.returns.out.settling import Settled, Settling, judged
from hongmao.returns.out.store import Lease

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hongmao.events.api import EventLog
    from hongmao.kernel.calls import Caller
    from hongmao.kernel.ids import IdMaker
    from hongmao.returns.out.contracts import Delivery, Target, TargetAccount
    from hongmao.returns.out.parcels import Parcel
    from hongmao.returns.out.store import Facts, Outbox, TargetAccountStore, Waiting
    from hongmao.returns.out.watch import Watch

LEASE_MS: Final = PROBE_MS  # far longer than a caller takes to give up
CLAIMS_PER_STEP: Final = 32
ENDS_PER_STEP: Final = 500
UNREADABLE: Final = "unreadable"
UNWRITABLE: Final = "unwritable"
_log = logging.getLogger("hongmao.returns.out")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """What one worker has leased of one account, by the id that the target sees."""

    account: TargetAccount
    target: Target
    lease: Lease
    deliveries: Mapping[str, Delivery]

    def of(self, items: Iterable[Outgoing]) -> list[Delivery]:
        """Give the deliveries that some items are."""
        return [self.deliveries[item.id] for item in items]


class Sender:
    """Sends deliveries on. Any number of workers may step at once: what one has leased the others leave alone."""

    def __init__(
        self,
        outbox: Outbox,
        accounts: TargetAccountStore,
        targets: Iterable[Target],
        caller: Caller,
        log: EventLog,
        *,
        ids: IdMaker,
        watch: Watch,
        facts: Facts | None = None,
    ) -> None:
        """Work on a queue; whoever owns the clock says when."""
        self._outbox = outbox
        self._accounts = accounts
        self._targets = {target.name: target for target in targets}
        self._caller = caller
        self._settling = Settling(outbox, log)
        self._ids = ids
        self._watch = watch
        self._facts = facts

    def run_due(self, now_ms: int) -> int:
        """Do a bounded piece of what is due at an instant; give how many deliveries were tried or ended.

        What can still be sent goes first. Then alarms are raised over what is left, and only then is anything given up,
        so that no deadline passes without an alarm before it.
        """
        done = claims = 0
        for waiting in self._outbox.waiting():
            if claims < CLAIMS_PER_STEP and (tried := self._serve(waiting, now_ms)):
                claims, done = claims + 1, done + tried
        self._watch.look(now_ms)
        return done + sum(self._end(waiting, now_ms) for waiting in self._outbox.waiting())

    def _serve(self, waiting: Waiting, now_ms: int) -> int:
        account = self._accounts.find(waiting.account)
        target = self._targets.get(account.target) if account is not None else None
        if account is None or target is None or not account.active:
            return 0
        # Asked of what was read before: most looks find the gate shut and need no lock to know it.
        if admit(waiting.gate, target.limits.rate, most=1, now_ms=now_ms) is None:
            return 0
        claim = self._claim(account, target, now_ms)
        if claim is None:
            return 0
        self._send(claim)
        return len(claim.deliveries)

    def _claim(self, account: TargetAccount, target: Target, now_ms: int) -> _Claim | None:
        lease = self._lease(now_ms)
        with self._outbox.at(account.id, patient=False) as work:
            if work is None:
                return None
            most = max(1, target.limits.batch_max)
            admission = admit(work.gate, target.limits.rate, most=most, now_ms=now_ms)
            leased = work.lease(lease, most=admission.most) if admission is not None else ()
            if admission is None or not leased:
                return None
            work.keep(admission.gate)
        # A test of one delivery is a test of the whole request: the queue leases tests by themselves.
        account = replace(account, test=leased[0].test)
        return _Claim(account=account, target=target, lease=lease, deliveries={one.id: one for one in leased})

    def _send(self, claim: _Claim) -> None:
        deliveries = self._settling.unrecorded(list(claim.deliveries.values()))
        if not deliveries:
            return
        packed = self._pack(claim, deliveries)
        if packed is None:
            self._send_apart(claim, deliveries)
            return
        now_ms = claim.lease.now_ms
        away = [
            judged(claim.deliveries[item.id], verdict, claim.account, now_ms) for item, verdict in packed.turned_away
        ]
        if away:
            self._settling.record(claim.account.id, claim.lease, away)
        left = list(packed.parcels)
        # The claim has paid the throttle for one request; each further one asks again.
        while left and self._carry(claim, left.pop(0)) and left and self._is_admitted(claim):
            pass
        self._settling.give_back(claim.account.id, claim.lease, [one for rest in left for one in claim.of(rest.items)])

    def _pack(self, claim: _Claim, deliveries: Sequence[Delivery]) -> Packed | None:
        """Write the requests; None where the target stumbles over them."""
        try:
            return pack(
                claim.target,
                claim.account,
                [self._outgoing(delivery) for delivery in deliveries],
                now_ms=claim.lease.now_ms,
                alone={delivery.id for delivery in deliveries if delivery.alone},
                late={delivery.id for delivery in deliveries if is_late(delivery, claim.target)},
            )
        except Exception:  # noqa: BLE001 - whatever a plugin stumbles over, the deliveries are still ours to look after
            _log.exception("the target %s could not write a request", claim.target.name)
            return None

    def _send_apart(self, claim: _Claim, deliveries: Sequence[Delivery]) -> None:
        """Try one by one what could not be written together: one bad item must not take the others with it."""
        if len(deliveries) > 1:
            self._settling.give_back(claim.account.id, claim.lease, deliveries, alone=True)
            return
        dead = [
            Settled(before=one, after=ended(one, DeliveryState.DEAD, reason=UNWRITABLE, now_ms=claim.lease.now_ms))
            for one in deliveries
        ]
        self._settling.record(claim.account.id, claim.lease, dead)

    def _carry(self, claim: _Claim, parcel: Parcel) -> bool:
        """Make one request and settle what it carried; tell whether the target is worth another one now."""
        account, now_ms, carried = claim.account, claim.lease.now_ms, claim.of(parcel.items)
        verdicts = self._verdicts(claim, parcel)
        self._settling.turn_gate(account.id, verdicts, now_ms)
        if len(verdicts) > 1 and all(verdict.answered is Answered.REFUSED for verdict in verdicts):
            # A target may refuse a whole request for one item's sake; which one shows when each goes by itself.
            self._settling.give_back(account.id, claim.lease, carried, alone=True)
            return True
        settled = [judged(one, verdict, account, now_ms) for one, verdict in zip(carried, verdicts, strict=True)]
        self._settling.record(account.id, claim.lease, settled)
        return any(verdict.answered is not Answered.RETRY for verdict in verdicts)

    def _verdicts(self, claim: _Claim, parcel: Parcel) -> Sequence[Verdict]:
        try:
            reply = self._caller.call(parcel.call)
        except CallFailed as failure:
            return [Verdict(answered=Answered.RETRY, reason=failure.failure.value)] * len(parcel.items)
        try:
            verdicts = claim.target.read(reply, parcel.items)
        except Exception:  # noqa: BLE001 - as above
            _log.exception("the target %s could not read a reply", claim.target.name)
            verdicts = ()
        if len(verdicts) != len(parcel.items):
            return [Verdict(answered=Answered.RETRY, reason=UNREADABLE)] * len(parcel.items)
        return verdicts

    def _is_admitted(self, claim: _Claim) -> bool:
        with self._outbox.at(claim.account.id, patient=True) as work:
            if work is None:
                return False
            admission = admit(work.gate, claim.target.limits.rate, most=1, now_ms=claim.lease.now_ms)
            if admission is not None:
                work.keep(admission.gate)
            return admission is not None

    def _end(self, waiting: Waiting, now_ms: int) -> int:
        """End what will not be sent: beyond its deadline, left out by the ratio, or its account is no more."""
        account = self._accounts.find(waiting.account)
        stopped = account is None or not account.active
        is_overdue = waiting.soonest_ms is not None and waiting.soonest_ms <= now_ms
        if not (stopped or is_overdue or waiting.passed_over):
            return 0
        lease = self._lease(now_ms)
        with self._outbox.at(waiting.account, patient=False) as work:
            leased = work.lease_ending(lease, most=ENDS_PER_STEP, all_of_it=stopped) if work is not None else ()
        open_ones = self._settling.unrecorded(leased) if leased else []
        given_up = [Settled(before=one, after=_given_up(one, now_ms)) for one in open_ones]
        if given_up:
            self._settling.record(waiting.account, lease, given_up)
        return len(leased)

    def _outgoing(self, delivery: Delivery) -> Outgoing:
        facts: Mapping[str, str] = {} if self._facts is None else self._facts.of(delivery.event)
        return Outgoing(
            id=delivery.id,
            event=delivery.event,
            event_type=delivery.event_type,
            click=delivery.click,
            facts=facts,
        )

    def _lease(self, now_ms: int) -> Lease:
        return Lease(token=self._ids.mint("lse"), now_ms=now_ms, until_ms=now_ms + LEASE_MS)


def _given_up(delivery: Delivery, now_ms: int) -> Delivery:
    if delivery.state is DeliveryState.PASSED_OVER:
        return ended(delivery, DeliveryState.SAMPLED_OUT, reason=RATIO, now_ms=now_ms)
    reason = DEADLINE if delivery.due_ms <= now_ms else INACTIVE
    return ended(delivery, DeliveryState.DEAD, reason=reason, answer=delivery.answer, now_ms=now_ms)
