"""Dead letters with replay (死信重放), and the accounts that returns go to: what people decide about sending on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.returns.out.errors import RatioBeyond, TargetUnknown
from hongmao.returns.out.rules import RATIO_WHOLE
from hongmao.returns.out.store import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hongmao.kernel.clock import Clock
    from hongmao.kernel.time import Window
    from hongmao.returns.out.contracts import Target, TargetAccount
    from hongmao.returns.out.store import Outbox, TargetAccountStore


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many dead letters are pending again, and how many stayed because their deadline has passed."""

    revived: int
    beyond: int


class Returning:
    """The acts of people on what is sent on: declare accounts, replay dead letters."""

    def __init__(self, outbox: Outbox, accounts: TargetAccountStore, targets: Iterable[Target], clock: Clock) -> None:
        """Work on a queue, with the targets that there are."""
        self._outbox = outbox
        self._accounts = accounts
        self._targets = {target.name: target for target in targets}
        self._clock = clock

    def declare(self, account: TargetAccount) -> None:
        """Add an account, or change its settings or its declared ratio: what is enqueued from now on follows it."""
        self._target(account.target, "target")
        if not 0 < account.ratio_millionths <= RATIO_WHOLE:
            raise RatioBeyond(place="ratio_millionths")
        self._accounts.add(account)

    def replay(self, target: str, events: Window, *, reason: str | None = None, force: bool = False) -> Replayed:
        """Put a target's dead letters of events in a window back into the queue, with no attempts behind them.

        What is beyond its deadline goes only with `force`; it then gets the target's time once more from now, and the
        target's own word decides whether it still counts.
        """
        limits = self._target(target, "target").limits
        accounts = [account.id for account in self._accounts.every() if account.target == target]
        wanted = Wanted(accounts=accounts, from_ms=events.start_ms, to_ms=events.end_ms, reason=reason)
        now_ms = self._clock.now_ms()
        revived = self._outbox.revive(wanted, now_ms=now_ms, deadline_ms=limits.deadline_ms if force else None)
        return Replayed(revived=revived, beyond=self._outbox.overdue(wanted, now_ms=now_ms))

    def _target(self, name: str, place: str) -> Target:
        target = self._targets.get(name)
        if target is None:
            raise TargetUnknown(place=place, name=name[:64], known=", ".join(sorted(self._targets)) or "-")
        return target
