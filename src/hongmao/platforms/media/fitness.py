"""The last look before a request is written: what a target named a fault of is never built into one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hongmao.platforms.api import Careful, ReturnUnfit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.platforms.api import Outgoing, TargetAccount, TargetLimits


class MediaTarget(Careful, Protocol):
    """What is asked of a target here."""

    name: str
    limits: TargetLimits


def demand_fit(target: MediaTarget, account: TargetAccount, items: Sequence[Outgoing], *, now_ms: int) -> None:
    """Raise `ReturnUnfit` where these items must not leave in one request, or at all."""
    if not items:
        raise ReturnUnfit(id="", target=target.name, reason="nothing_to_send")
    if len(items) > target.limits.batch_max:
        raise ReturnUnfit(id=items[0].id, target=target.name, reason="too_many")
    lot = target.lot(account, items[0])
    for item in items:
        fault = target.fault(account, item, now_ms=now_ms)
        if fault is not None:
            raise ReturnUnfit(id=item.id, target=target.name, reason=fault.reason)
        if target.lot(account, item) != lot:
            raise ReturnUnfit(id=item.id, target=target.name, reason="not_of_this_lot")
