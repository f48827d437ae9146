"""Sending on, put together: the queue, whose accounts, which targets, and who follows, sends and watches."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.bootstrap.clocks import open_clock
from hongmao.bootstrap.platforms import platforms_of
from hongmao.bootstrap.state import Layout
from hongmao.jobs.worker import Step
from hongmao.returns.api import Dispatcher, OutWatch, Returning, Sender, Watch
from hongmao.storage.database import open_database
from hongmao.storage.facts import SqlFacts
from hongmao.storage.outgoing import SqlOutbox
from hongmao.storage.target_accounts import SqlTargetAccountStore
from hongmao.storage.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hongmao.bootstrap.foundations import Foundations
    from hongmao.bootstrap.settings import Settings
    from hongmao.events.api import EventLog
    from hongmao.kernel.calls import Caller
    from hongmao.kernel.clock import Clock
    from hongmao.platforms.contracts import Platform
    from hongmao.returns.api import Outbox, Target, TargetAccountStore
    from hongmao.storage.database import Database


FOLLOW_ROWS = 5_000
FOLLOW_PAUSE_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class OutDesk:
    """What people see and do about what is sent on."""

    clock: Clock
    outbox: Outbox
    accounts: TargetAccountStore
    targets: Sequence[Target]
    returning: Returning
    watch: Watch
    health: OutWatch


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingOn:
    """The desk with its two workers: one follows the log, one sends what is due."""

    desk: OutDesk
    dispatcher: Dispatcher
    sender: Sender
    history: EventLog

    def follower(self) -> Step:
        """Give the worker that follows the log."""
        return Step("outgoing", self.dispatcher.position, self.follow, FOLLOW_PAUSE_S)

    def follow(self) -> int:
        """Enqueue what a piece of the log brings; give how many events that were."""
        batch = self.history.read(after=self.dispatcher.position(), limit=FOLLOW_ROWS)
        self.dispatcher.absorb(batch)
        return len(batch)

    def turn(self) -> int:
        """Send what is due now: a wheel of the clockwork."""
        return self.sender.run_due(self.desk.clock.now_ms())


def targets_of(platforms: Mapping[str, Platform]) -> tuple[Target, ...]:
    """List the targets that the platforms bring."""
    return tuple(target for platform in platforms.values() for target in platform.targets)


def send_on(ground: Foundations, platforms: Mapping[str, Platform], caller: Caller) -> SendingOn:
    """Put the room up on a deployment's foundations."""
    vault = Vault(ground.layout.secrets / "vault.key")
    desk = _desk(ground.database, vault, targets_of(platforms), ground.clock)
    return SendingOn(
        desk=desk,
        history=ground.history,
        dispatcher=Dispatcher(desk.outbox, desk.accounts, desk.targets, desk.clock),
        sender=Sender(
            desk.outbox,
            desk.accounts,
            desk.targets,
            caller,
            ground.log,
            ids=ground.ids,
            watch=desk.watch,
            facts=SqlFacts(ground.database),
        ),
    )


@contextmanager
def open_out_desk(settings: Settings) -> Iterator[OutDesk]:
    """Open the desk alone, for a command; the deployment may be serving meanwhile."""
    layout = Layout(settings.home_path)
    database = open_database(settings.database_url)
    try:
        database.require_current()
        vault = Vault(layout.secrets / "vault.key")
        yield _desk(database, vault, targets_of(platforms_of(settings)), open_clock(settings.clock))
    finally:
        database.close()


def _desk(database: Database, vault: Vault, targets: Sequence[Target], clock: Clock) -> OutDesk:
    outbox, accounts = SqlOutbox(database), SqlTargetAccountStore(database, vault)
    watch = Watch(outbox, accounts, targets)
    return OutDesk(
        clock=clock,
        outbox=outbox,
        accounts=accounts,
        targets=targets,
        returning=Returning(outbox, accounts, targets, clock),
        watch=watch,
        health=OutWatch(outbox, accounts, watch, clock),
    )
