"""What is sent on, to whom, and how such a target is spoken to."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

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
