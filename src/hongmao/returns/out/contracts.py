"""What is sent on, to whom, how such a target is spoken to, and what stands in the queue."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hongmao.events.contracts import Event
    from hongmao.kernel.calls import Call, Reply
    from hongmao.kernel.ids import TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How fast a target may be called: so many calls a minute on average, so many at once."""

    per_minute: int
    burst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLimits:
    """What a target demands of us."""

    deadline_ms: int
    """How long after the event a return is still worth anything; later ones are dead letters with reason `deadline`."""
    batch_max: int = 1
    """How many items one request may carry."""
    body_bytes_max: int = 2**20
    rate: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetAccount:
    """A tenant's account with a target: where returns go and what proves that we may send them.

    `settings` are named by the target's page in the reference (`access_token`, `pixel_id`, ...). `secret` signs where the
    target wants a signature. `ratio_millionths` is the declared return ratio (回传比例): 1,000,000 sends everything.
    `test` sends in the target's test mode, which reaches no report of theirs or ours.
    """

    id: str
    target: str
    tenant: TenantId
    settings: Mapping[str, str] = field(repr=False)
    secret: bytes = field(default=b"", repr=False)
    ratio_millionths: int = 1_000_000
    test: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One event on its way to one target. `event` is the fact as the log keeps it; `click` the click it is tied to.

    `id` is the same for every attempt: it is what makes a repeat harmless on their side (`event_id`, `outer_action_id`).
    """

    id: str
    event: Event
    event_type: str
    """The target's own word for it, as `Target.wants` gave it."""
    click: Event | None
    facts: Mapping[str, str] = field(default_factory=dict)
    """What the catalogue adds: `product_name`, `shop_name`, ... ; never anything of a buyer (PRIV-2)."""


class Answered(StrEnum):
    """What a target's reply means for one item."""

    DELIVERED = "delivered"
    RETRY = "retry"  # not now: theirs to mend, or ours to wait
    REFUSED = "refused"  # it will never be taken as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The end of one item's attempt. `reason` is a stable code; `answer` what they said, cut short, without secrets."""

    answered: Answered
    reason: str = ""
    answer: str = ""
    wait_ms: int = 0
    """How long the target asked us to wait, where it did."""


class Target(Protocol):
    """One kind of place that returns are sent on to, such as 聚光 or Meta. Pure: it builds calls and reads replies."""

    name: str
    limits: TargetLimits

    def wants(self, event: Event, click: Event | None) -> str | None:
        """Give the target's event type for an event of the log; None where this target has no use for it."""
        ...

    def call(self, account: TargetAccount, items: Sequence[Outgoing], *, now_ms: int) -> Call:
        """Write the request that carries these items; signed now, so an attempt is signed afresh."""
        ...

    def read(self, reply: Reply, items: Sequence[Outgoing]) -> Sequence[Verdict]:
        """Say what a reply means, one verdict for each item in order."""
        ...


class DeliveryState(StrEnum):
    """How far a delivery is. All but the first two are ends, and an end is on the log before it is here."""

    PENDING = "pending"
    PASSED_OVER = "passed_over"  # the declared ratio leaves it out; not on record yet
    DELIVERED = "delivered"
    REFUSED = "refused"  # the target will never take it as it is
    DEAD = "dead"  # 死信: given up by us; the reason says why
    SAMPLED_OUT = "sampled_out"  # the declared ratio left it out
    TEST = "test"  # sent in the target's test mode, however that went; reaches no report


WAITING = frozenset({DeliveryState.PENDING, DeliveryState.PASSED_OVER})
DEAD_LETTERS = frozenset({DeliveryState.DEAD, DeliveryState.REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to one account, as the queue keeps it.

    `lane` is what order is kept within: one click on this account. `fact` names what the event says whatever its version, so that a
    corrected row does not count twice over there. `alone` means that it may not share a request, `replays` how often it
    was taken back from the dead.
    """

    id: str
    account: str
    target: str
    tenant: str
    fact: str
    lane: str
    event: Event
    click: Event
    event_type: str
    due_ms: int
    next_at_ms: int
    ratio_millionths: int
    state: DeliveryState = DeliveryState.PENDING
    test: bool = False
    alone: bool = False
    attempts: int = 0
    replays: int = 0
    reason: str = ""
    answer: str = ""
    ended_at_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """Why an event of an account's tenant is not sent on at all, such as `click_unknown`; counted by day and kind."""

    account: str
    tenant: str
    day: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What all workers share about one account: when it may be called next, and how it has been answering.

    `tat_us` is GCRA's theoretical arrival time. The gate is shut until `open_at_ms`; after `failures` in a row it opens
    for one probe at a time. `unreachable_since_ms` is the first of those failures.
    """

    tat_us: int = 0
    failures: int = 0
    open_at_ms: int = 0
    unreachable_since_ms: int | None = None


class AlarmKind(StrEnum):
    """Why somebody should look before something is lost."""

    DEADLINE_NEAR = "deadline_near"  # the oldest pending delivery has little of its time left
    UNREACHABLE = "unreachable"  # the target has answered nothing usable for too long


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A loss that can still be averted, or could be: it stays on record after it was cleared."""

    account: str
    target: str
    tenant: str
    kind: AlarmKind
    since_ms: int
    due_ms: int
    """The deadline of the delivery that was nearest to its loss when the alarm was raised."""
    cleared_at_ms: int | None = None


class SentOnRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`detail` of a `sent_on`: how one delivery ended. A replay's end has a higher `version` on the event, and wins."""

    target: str
    delivery: str
    """The id that the target saw with every attempt."""
    event_id: str
    event_type: str
    reason: str
    attempts: int
    due_ms: int
    ratio_millionths: int = 1_000_000
    answer: str = ""
    last_reason: str = ""
    """What the last attempt failed by, where the end itself has another reason (`deadline`)."""
