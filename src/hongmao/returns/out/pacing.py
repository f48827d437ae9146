"""When an account may be called again: the throttle, the breaker, the wait between attempts. Pure; luck is given.

The throttle is GCRA, the generic cell rate algorithm of ITU-T I.371: one instant an account, the theoretical arrival
time, says all that a bucket of tokens would, in whole microseconds and without a timer.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hongmao.kernel.time import MINUTE_MS, SECOND_MS

if TYPE_CHECKING:
    from hongmao.returns.out.contracts import Gate, Rate

WAIT_FIRST_MS: Final = 5 * SECOND_MS
WAIT_MS_MAX: Final = 15 * MINUTE_MS
WAIT_MS_MIN: Final = SECOND_MS
# No wait is longer than an eighth of the time that is left: whoever comes back late still meets us in time.
LEFT_PARTS: Final = 8
FAILURES_OPEN: Final = 3  # in a row; from then on one probe at a time
SHUT_FIRST_MS: Final = 2 * SECOND_MS
SHUT_MS_MAX: Final = MINUTE_MS
PROBE_MS: Final = 2 * MINUTE_MS  # how long one probe keeps the others away; a lease is as long
_MINUTE_US: Final = 60_000_000
_DOUBLINGS_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Admission:
    """The gate lets a request through: the gate as it is then, and how many deliveries it may carry."""

    gate: Gate
    most: int


def interval_us(rate: Rate) -> int:
    """Give the time between two calls at the average rate, rounded up: never faster than agreed."""
    return -(-_MINUTE_US // rate.per_minute)


def conforms(tat_us: int, now_us: int, rate: Rate) -> int | None:
    """Let one call through and give the new theoretical arrival time; None where it would come too early (GCRA)."""
    step = interval_us(rate)
    then = max(tat_us, now_us) + step
    return then if then - now_us <= rate.burst * step else None


def admit(gate: Gate, rate: Rate, *, most: int, now_ms: int) -> Admission | None:
    """Let one request to an account through, or not now. After failures in a row it is a probe with one delivery."""
    if now_ms < gate.open_at_ms:
        return None
    tat_us = conforms(gate.tat_us, now_ms * 1000, rate)
    if tat_us is None:
        return None
    if gate.failures >= FAILURES_OPEN:
        return Admission(replace(gate, tat_us=tat_us, open_at_ms=now_ms + PROBE_MS), 1)
    return Admission(replace(gate, tat_us=tat_us), most)


def answered(gate: Gate) -> Gate:
    """Take note that the target has dealt with something: the breaker closes."""
    return replace(gate, failures=0, open_at_ms=0, unreachable_since_ms=None)


def failed(gate: Gate, account: str, *, now_ms: int, asked_ms: int = 0) -> Gate:
    """Take note that a whole request came to nothing. `asked_ms` is how long the target asked us to stay away."""
    failures = gate.failures + 1
    shut_ms = 0
    if failures >= FAILURES_OPEN:
        longest = min(SHUT_MS_MAX, SHUT_FIRST_MS << min(failures - FAILURES_OPEN, _DOUBLINGS_MAX))
        # Half of it is sure and half is luck, so that many accounts of one target do not knock in step.
        shut_ms = longest // 2 + int(luck(account, failures) * (longest // 2))
    since = now_ms if gate.unreachable_since_ms is None else gate.unreachable_since_ms
    return replace(gate, failures=failures, open_at_ms=now_ms + max(shut_ms, asked_ms), unreachable_since_ms=since)


def wait_ms(delivery: str, attempt: int, *, left_ms: int, asked_ms: int = 0) -> int:
    """Say how long a delivery waits after its n-th attempt: exponential, full jitter, and less the nearer the deadline."""
    ceiling = min(WAIT_MS_MAX, WAIT_FIRST_MS << min(attempt - 1, _DOUBLINGS_MAX), left_ms // LEFT_PARTS)
    return max(WAIT_MS_MIN, asked_ms, int(luck(delivery, attempt) * ceiling))


def luck(name: str, number: int) -> float:
    """Draw a number in [0, 1) that is the same on every machine: jitter that a test can repeat."""
    drawn = hashlib.blake2b(f"{name}\n{number}".encode(), digest_size=7).digest()
    return int.from_bytes(drawn) / 2**56
