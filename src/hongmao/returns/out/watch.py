"""An alarm before a loss: which accounts are about to miss a deadline, raised once and kept for whoever asks later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.returns.out.rules import alarms_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hongmao.kernel.ids import TenantId
    from hongmao.returns.out.contracts import Alarm, Target
    from hongmao.returns.out.store import Outbox, TargetAccountStore


class Watch:
    """Looks at what waits and keeps the book of alarms."""

    def __init__(self, outbox: Outbox, accounts: TargetAccountStore, targets: Iterable[Target]) -> None:
        """Work on a queue."""
        self._outbox = outbox
        self._accounts = accounts
        self._targets = {target.name: target for target in targets}

    def look(self, now_ms: int) -> Sequence[Alarm]:
        """Raise what must be raised, clear what is over; give the alarms that stand then."""
        found = {(alarm.account, alarm.kind): alarm for alarm in self._found(now_ms)}
        standing = {(alarm.account, alarm.kind): alarm for alarm in self._outbox.alarms(None, standing=True)}
        raised = [alarm for key, alarm in found.items() if key not in standing]
        cleared = [alarm for key, alarm in standing.items() if key not in found]
        if raised or cleared:
            self._outbox.ring(raised, cleared, now_ms=now_ms)
        return [standing.get(key, alarm) for key, alarm in found.items()]

    def alarms(self, tenant: TenantId | None, *, standing: bool = True) -> Sequence[Alarm]:
        """List the alarms that stand, or all there ever were; None is the house's own look."""
        return self._outbox.alarms(tenant, standing=standing)

    def _found(self, now_ms: int) -> list[Alarm]:
        found: list[Alarm] = []
        for waiting in self._outbox.waiting():
            account = self._accounts.find(waiting.account)
            if account is not None and account.active:
                target = self._targets.get(account.target)
                found.extend(alarms_of(account, target, waiting.gate, waiting.soonest_ms, now_ms=now_ms))
        return found
