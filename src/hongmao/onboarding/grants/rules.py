"""When a grant is renewed and how it stands, as pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS
from hongmao.onboarding.grants.contracts import GrantPhase

if TYPE_CHECKING:
    from hongmao.onboarding.grants.contracts import HeldGrant

LEAD_MS_MAX: Final = 7 * DAY_MS
"""A grant of a year is renewed a week ahead: long enough for a platform that is down, and for a merchant to be told."""
LEAD_PART: Final = 4
"""A shorter one is renewed when a quarter of it is left."""
LEASE_MS: Final = 2 * MINUTE_MS
"""So long one server has a renewal to itself; its call waits seconds."""
RETRY_MS: Final = 5 * MINUTE_MS
RETRY_MS_MAX: Final = HOUR_MS
ENDED: Final = "ended"


def renew_at(now_ms: int, *, until_ms: int | None, renewable: bool, refresh_until_ms: int | None) -> int | None:
    """Say when a grant that was given now is to be renewed; one that cannot be is looked at when it ends.

    What ends first counts: access, or what it is renewed by. None where the platform tells neither.

    >>> renew_at(0, until_ms=8 * HOUR_MS, renewable=True, refresh_until_ms=None) == 6 * HOUR_MS
    True
    >>> renew_at(0, until_ms=365 * DAY_MS, renewable=True, refresh_until_ms=30 * DAY_MS) == 23 * DAY_MS
    True
    """
    if not renewable:
        return until_ms
    ends = [end for end in (until_ms, refresh_until_ms) if end is not None]
    if not ends:
        return None
    end = min(ends)
    return end - min(LEAD_MS_MAX, max(0, end - now_ms) // LEAD_PART)


def again_at(now_ms: int, tries: int) -> int:
    """Say when a platform that did not answer is asked again: after 5 minutes, twice as long each time, an hour at most.

    >>> [again_at(0, tries) // MINUTE_MS for tries in (1, 2, 3, 4, 5, 60)]
    [5, 10, 20, 40, 60, 60]
    """
    return now_ms + min(RETRY_MS_MAX, RETRY_MS << min(tries - 1, 10))


def can_renew(grant: HeldGrant, now_ms: int) -> bool:
    """Tell whether it is of any use to ask: there is a token, and it is not over."""
    return grant.renewable and (grant.refresh_until_ms is None or now_ms < grant.refresh_until_ms)


def phase_of(grant: HeldGrant, now_ms: int) -> GrantPhase:
    """Say how a grant stands at an instant. One whose end is not told is taken to last until its renewal is refused."""
    is_over = grant.until_ms is not None and now_ms >= grant.until_ms
    renews = grant.lapsed_at_ms is None and can_renew(grant, now_ms)
    if is_over:
        return GrantPhase.LATE if renews else GrantPhase.LAPSED
    if grant.lapsed_at_ms is not None:
        return GrantPhase.LAPSED if grant.until_ms is None else GrantPhase.ENDING
    if grant.until_ms is None or renews:
        return GrantPhase.LIVE
    return GrantPhase.ENDING if grant.until_ms - now_ms <= LEAD_MS_MAX else GrantPhase.LIVE
