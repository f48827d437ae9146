"""Returns, put together: what is pulled in, what is sent on, what is held against the shop's word, and the one way out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.bootstrap.outgoing import send_on
from hongmao.engines.reconcile.duckdb_engine import DuckDbReconcile
from hongmao.jobs.clockwork import Clockwork, Wheel
from hongmao.platforms.outbound import Outbound
from hongmao.returns.api import Puller, Reconciler
from hongmao.storage.feeds import SqlFeedStore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.bootstrap.foundations import Foundations
    from hongmao.bootstrap.outgoing import SendingOn
    from hongmao.jobs.worker import Step, Workers
    from hongmao.kernel.calls import Caller
    from hongmao.platforms.contracts import Platform
    from hongmao.returns.api import AccountStore, Intake, Shelves


SETTLE_ROUNDS_MAX = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnsRoom:
    """The rooms of returns beside the desk."""

    caller: Caller
    puller: Puller
    sending: SendingOn
    reconciler: Reconciler
    clockwork: Clockwork

    def follower(self) -> Step:
        """Give the worker that follows the log and enqueues what targets want."""
        return self.sending.follower()

    def settle(self, workers: Workers) -> None:
        """Let clock and log catch up with each other: what is pulled is derived, what is derived is sent, and again.

        A delivery that waits for its next attempt waits on: its time has not come.
        """
        for _ in range(SETTLE_ROUNDS_MAX):
            moved = sum(self.clockwork.turn().values())
            workers.settle()
            if not moved:
                return


def put_up_returns(
    ground: Foundations,
    platforms: Mapping[str, Platform],
    *,
    accounts: AccountStore,
    shelves: Shelves,
    intake: Intake,
) -> ReturnsRoom:
    """Put the rooms up. Pulls turn before sending on, so that what has just come in goes out in the same turn."""
    sources = {name: platform.pulls for name, platform in platforms.items()}
    hosts = {host for platform in platforms.values() for host in platform.hosts}
    caller = Outbound(hosts, bases=(ground.settings.sandbox_url,))
    puller = Puller(SqlFeedStore(ground.database), accounts, sources, intake, caller, ground.clock)
    sending = send_on(ground, platforms, caller)
    engine = DuckDbReconcile(ground.files, ground.layout.home / "work")
    return ReturnsRoom(
        caller=caller,
        puller=puller,
        sending=sending,
        reconciler=Reconciler(engine, sources, shelves, caller, ground.clock, pause=time.sleep),
        # What has just been pulled is enqueued before the sender looks, not when a worker next finds the time.
        clockwork=Clockwork(
            (Wheel("pulls", puller.run_due), Wheel("outgoing", sending.follow), Wheel("sends", sending.turn))
        ),
    )
