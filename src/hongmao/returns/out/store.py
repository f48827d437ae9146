"""Ports of sending on: the accounts, the queue, and what the catalogue may add to a product's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from contextlib import AbstractContextManager

    from hongmao.events.contracts import Event
    from hongmao.kernel.ids import TenantId
    from hongmao.returns.out.contracts import Alarm, Delivery, DeliveryState, Gate, TargetAccount, Unsent


class TargetAccountStore(Protocol):
    """A tenant's accounts with targets. Secret and settings are sealed at rest."""

    def add(self, account: TargetAccount) -> None:
        """Keep an account; replaces it where it is there, of the same tenant and target, else `TargetAccountTaken`."""
        ...

    def find(self, account: str) -> TargetAccount | None:
        """Find an account, whoever's it is: for the queue, which works for every tenant."""
        ...

    def of_tenant(self, tenant: TenantId) -> list[TargetAccount]:
        """List a tenant's accounts."""
        ...

    def every(self) -> list[TargetAccount]:
        """List every tenant's accounts."""
        ...

    def revoke(self, tenant: TenantId, account: str) -> None:
        """Stop an account and forget its secret and settings; `TargetAccountUnknown` where the tenant has none."""
        ...


class Clicks(Protocol):
    """The component clicks of the last sixty days."""

    def of(self, click_ids: Collection[str]) -> Mapping[str, Event]:
        """Give those clicks that are known, by click id."""
        ...


class Facts(Protocol):
    """What the catalogue adds to a delivery: `product_name`, `shop_name`; never anything of a buyer (PRIV-2)."""

    def of(self, event: Event) -> Mapping[str, str]:
        """Give the facts of an event's item and shop; what is not known is left out."""
        ...


class FollowerWork(Clicks, Protocol):
    """One transaction of the follower: what it enqueues and how far it has read, or nothing of either."""

    def position(self) -> int:
        """Give the log offset up to which everything is enqueued, and hold it until the end of the transaction."""
        ...

    def keep_clicks(self, clicks: Collection[Event]) -> None:
        """Remember clicks; one that is known stays as it was."""
        ...

    def standing(self, facts: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Delivery]:
        """Give the deliveries of these (account, fact)s, ended ones included."""
        ...

    def enqueue(self, deliveries: Sequence[Delivery]) -> None:
        """Put deliveries at their place; those whose event or fact is there already are left as they are."""
        ...

    def correct(self, delivery: Delivery) -> bool:
        """Give a pending delivery a later version of its event; False where it is on its way already or has ended."""
        ...

    def count(self, unsent: Sequence[Unsent]) -> None:
        """Count what is not sent on, by account, day, kind and reason."""
        ...

    def close(self, ends: Sequence[Ended]) -> None:
        """End the deliveries of which the log says that they have ended; those that have are left as they are."""
        ...

    def forget(self, *, clicks_before_ms: int, ends_before_ms: int, dead_before_ms: int) -> None:
        """Remove clicks and ends that are older than anybody may ask for."""
        ...

    def move_to(self, offset: int) -> None:
        """Keep the log offset up to which everything is enqueued."""
        ...


class AccountWork(Protocol):
    """One transaction that holds an account: nobody else leases from it or settles with it meanwhile."""

    @property
    def gate(self) -> Gate:
        """Give the account's gate as it is."""
        ...

    def keep(self, gate: Gate) -> None:
        """Keep the gate."""
        ...

    def lease(self, lease: Lease, *, most: int) -> Sequence[Delivery]:
        """Take the deliveries that are ready, soonest deadline first, and count an attempt for each.

        Of one click only the first that has not ended, and none while another is leased. All of one lease are tests or
        none is; one that must go alone goes alone.
        """
        ...

    def lease_ending(self, lease: Lease, *, most: int, all_of_it: bool) -> Sequence[Delivery]:
        """Take deliveries that end without being sent: overdue or passed over; with `all_of_it`, whatever waits."""
        ...

    def wake(self, now_ms: int) -> None:
        """Let nothing wait for its next attempt any longer: the target that all of it waited for is back."""
        ...

    def settle(self, lease: Lease, deliveries: Sequence[Delivery]) -> None:
        """Write down how leased deliveries are now and give them up; those that the lease has lost are passed by."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A worker's claim on deliveries: whoever comes meanwhile leaves them alone, until it runs out."""

    token: str
    now_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An end as the log has it."""

    id: str
    replays: int
    state: DeliveryState
    reason: str
    answer: str
    attempts: int
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits for one account: the deadline that comes first, and whether some is only to be written down."""

    account: str
    soonest_ms: int | None
    passed_over: bool
    gate: Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many deliveries of an account are in a state, for a reason."""

    account: str
    target: str
    state: DeliveryState
    reason: str
    deliveries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which dead letters are meant: of which accounts, with which reason, of events within [from, to)."""

    accounts: Collection[str]
    from_ms: int
    to_ms: int
    reason: str | None = None


class Outbox(Protocol):
    """The queue. Every method is one transaction."""

    def begin(self) -> AbstractContextManager[FollowerWork]:
        """Begin the follower's transaction."""
        ...

    def position(self) -> int:
        """Give the log offset up to which everything is enqueued; 0 at first."""
        ...

    def at(self, account: str, *, patient: bool) -> AbstractContextManager[AccountWork | None]:
        """Hold an account; None where somebody else does and we are not `patient`."""
        ...

    def waiting(self) -> Sequence[Waiting]:
        """List the accounts for which something waits, the nearest deadline first."""
        ...

    def pending(self, tenant: TenantId | None, *, limit: int) -> Sequence[Delivery]:
        """List what waits, the nearest deadline first; None is the house's own look at every tenant's."""
        ...

    def tallies(self, tenant: TenantId | None) -> Sequence[Tally]:
        """Count deliveries by account, state and reason."""
        ...

    def unsent(self, tenant: TenantId | None) -> Sequence[tuple[Unsent, int]]:
        """Count what was not sent on."""
        ...

    def revive(self, wanted: Wanted, *, now_ms: int, deadline_ms: int | None) -> int:
        """Make dead letters pending again, with no attempts behind them, and say how many.

        Those whose deadline has passed only where `deadline_ms` gives them a new one from now.
        """
        ...

    def overdue(self, wanted: Wanted, *, now_ms: int) -> int:
        """Count the dead letters whose deadline has passed."""
        ...

    def alarms(self, tenant: TenantId | None, *, standing: bool) -> Sequence[Alarm]:
        """List alarms, oldest first: those that stand, or all there ever were."""
        ...

    def ring(self, raised: Sequence[Alarm], cleared: Sequence[Alarm], *, now_ms: int) -> None:
        """Raise alarms and clear others; one of an account and kind stands at a time."""
        ...
