"""How sending on stands (回传外发): what is about to be lost, how each account fares, which dead letters a replay takes."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hongmao.returns.out.contracts import DEAD_LETTERS, DeliveryState
from hongmao.returns.out.rules import RATIO_WHOLE
from hongmao.returns.out.store import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import TenantId
    from hongmao.returns.out.contracts import Alarm, TargetAccount, Unsent
    from hongmao.returns.out.store import Outbox, Tally, TargetAccountStore, Waiting
    from hongmao.returns.out.watch import Watch

_EVER_MS: Final = 2**53
_NOTHING: Final[Mapping[DeliveryState, int]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHealth:
    """One account of a target. Deliveries that ended are those the queue still keeps."""

    account: str
    target: str
    tenant: str
    ratio_millionths: int
    """The declared ratio (回传比例); 1,000,000 sends everything."""
    test: bool
    """Whether everything goes in the target's test mode."""
    active: bool
    """False once it was revoked."""
    pending: int
    """Deliveries on their way, those that wait for their next attempt included."""
    soonest_ms: int | None
    """The first deadline among the pending ones; None where nothing is pending."""
    unreachable_since_ms: int | None
    """Since when the target has answered nothing usable, while something waits for it; None where it answers."""
    delivered: int
    dead: int
    """Given up by us: the deadline, a revoked account, too many attempts."""
    refused: int
    """What the target will never take as it is."""
    sampled_out: int
    """What the declared ratio left out, on record or about to be."""
    tests: int
    """Sent in test mode, however that went."""

    @property
    def whole(self) -> bool:
        """Tell whether everything is sent on: a ratio below 100% has to be seen by whoever reads the media's figures."""
        return self.ratio_millionths == RATIO_WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetters:
    """Dead letters (死信) of one target that ended for one reason: what one replay takes."""

    target: str
    reason: str
    dead: int
    """Given up by us."""
    refused: int
    """Refused by the target."""
    beyond: int
    """Those of both whose deadline has passed: a replay takes them only by force."""

    @property
    def deliveries(self) -> int:
        """Count them all."""
        return self.dead + self.refused


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """Events that were never enqueued for one target, of one kind and for one reason, ever."""

    target: str
    kind: str
    reason: str
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutHealth:
    """Sending on as it stands, of one tenant or of the house."""

    alarms: tuple[Alarm, ...]
    """Those that stand, the nearest deadline first."""
    accounts: tuple[AccountHealth, ...]
    """By target and account."""
    dead_letters: tuple[DeadLetters, ...]
    """By target, the most numerous reason first."""
    not_sent: tuple[NotSent, ...]
    """By target, the most numerous reason first."""


class OutWatch:
    """Reads how sending on stands."""

    def __init__(self, outbox: Outbox, accounts: TargetAccountStore, watch: Watch, clock: Clock) -> None:
        """Look at a queue, at whose it is, and at the book of alarms."""
        self._outbox = outbox
        self._accounts = accounts
        self._watch = watch
        self._clock = clock

    def read(self, tenant: TenantId | None = None) -> OutHealth:
        """Give how it stands; `tenant` None is the house's own look at every tenant's."""
        accounts = self._accounts.every() if tenant is None else self._accounts.of_tenant(tenant)
        tallies = self._outbox.tallies(tenant)
        waiting = {one.account: one for one in self._outbox.waiting()}
        counts: defaultdict[str, Counter[DeliveryState]] = defaultdict(Counter)
        for tally in tallies:
            counts[tally.account][tally.state] += tally.deliveries
        return OutHealth(
            alarms=tuple(sorted(self._watch.alarms(tenant), key=lambda one: (one.due_ms, one.account, one.kind))),
            accounts=tuple(
                _account(one, counts.get(one.id, _NOTHING), waiting.get(one.id))
                for one in sorted(accounts, key=lambda one: (one.target, one.id))
            ),
            dead_letters=tuple(self._dead_letters(accounts, tallies)),
            not_sent=_not_sent(accounts, self._outbox.unsent(tenant)),
        )

    def _dead_letters(self, accounts: Sequence[TargetAccount], tallies: Iterable[Tally]) -> list[DeadLetters]:
        now_ms = self._clock.now_ms()
        found: defaultdict[tuple[str, str], Counter[DeliveryState]] = defaultdict(Counter)
        for tally in tallies:
            if tally.state in DEAD_LETTERS:
                found[tally.target, tally.reason][tally.state] += tally.deliveries
        letters = [
            DeadLetters(
                target=target,
                reason=reason,
                dead=counts[DeliveryState.DEAD],
                refused=counts[DeliveryState.REFUSED],
                beyond=self._outbox.overdue(_wanted(accounts, target, reason), now_ms=now_ms),
            )
            for (target, reason), counts in found.items()
        ]
        return sorted(letters, key=lambda one: (one.target, -one.deliveries, one.reason))


def _account(account: TargetAccount, counts: Mapping[DeliveryState, int], waiting: Waiting | None) -> AccountHealth:
    return AccountHealth(
        account=account.id,
        target=account.target,
        tenant=account.tenant,
        ratio_millionths=account.ratio_millionths,
        test=account.test,
        active=account.active,
        pending=counts.get(DeliveryState.PENDING, 0),
        soonest_ms=None if waiting is None else waiting.soonest_ms,
        unreachable_since_ms=None if waiting is None else waiting.gate.unreachable_since_ms,
        delivered=counts.get(DeliveryState.DELIVERED, 0),
        dead=counts.get(DeliveryState.DEAD, 0),
        refused=counts.get(DeliveryState.REFUSED, 0),
        sampled_out=counts.get(DeliveryState.SAMPLED_OUT, 0) + counts.get(DeliveryState.PASSED_OVER, 0),
        tests=counts.get(DeliveryState.TEST, 0),
    )


def _wanted(accounts: Iterable[TargetAccount], target: str, reason: str) -> Wanted:
    ids = [account.id for account in accounts if account.target == target]
    return Wanted(accounts=ids, from_ms=0, to_ms=_EVER_MS, reason=reason)


def _not_sent(accounts: Iterable[TargetAccount], unsent: Iterable[tuple[Unsent, int]]) -> tuple[NotSent, ...]:
    targets = {account.id: account.target for account in accounts}
    found: Counter[tuple[str, str, str]] = Counter()
    for one, events in unsent:
        found[targets.get(one.account, one.account), one.kind, one.reason] += events
    return tuple(
        NotSent(target=target, kind=kind, reason=reason, events=events)
        for (target, kind, reason), events in sorted(found.items(), key=lambda one: (one[0][0], -one[1], one[0]))
    )
