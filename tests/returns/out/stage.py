"""What tests of sending on begin with: a target that does as it is told, a queue on either engine, a log in memory."""

from __future__ import annotations

import json
import random
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from hongmao.catalog.contracts import TenantKind
from hongmao.events.contracts import Event, Kind, Logged
from hongmao.kernel.calls import Call, CallFailed, Failure, Reply
from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import IdMaker, TenantId
from hongmao.kernel.time import HOUR_MS, instant
from hongmao.returns.out.contracts import (
    Answered,
    Outgoing,
    Rate,
    SentOnRecord,
    TargetAccount,
    TargetLimits,
    Verdict,
)
from hongmao.returns.out.replay import Returning
from hongmao.returns.out.sender import Sender
from hongmao.returns.out.service import Dispatcher
from hongmao.returns.out.watch import Watch
from hongmao.storage.models import TenantRow
from hongmao.storage.outgoing import SqlOutbox
from hongmao.storage.scope import PlatformScope
from hongmao.storage.target_accounts import SqlTargetAccountStore
from hongmao.storage.vault import Vault
from links.factories import MemoryLog
from storage.opened import opened
from storage.postgres import opened_on_postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from hongmao.returns.out.store import Facts
    from hongmao.storage.database import Database

NOW = instant("2025-05-07T10:00:00+08:00")
ENGINES = {"sqlite": opened, "postgres": opened_on_postgres}
HOUSE = PlatformScope("a test founds tenants")
WANTED = {Kind.VISIT: "402", Kind.ORDER: "403", Kind.PAY: "404", Kind.REFUND: "200"}

OF_JUGUANG = TargetLimits(deadline_ms=HOUR_MS, rate=Rate(per_minute=60_000, burst=1_000))


@dataclass
class FakeTarget:
    """A target with the deadline of 聚光. It answers what its far side was told to say for each item."""

    name: str = "juguang"
    limits: TargetLimits = OF_JUGUANG

    def wants(self, event: Event, click: Event | None) -> str | None:
        """Take visits, orders and payments of our own clicks, and of its own."""
        if click is None or click.media not in {None, self.name} or click.media_problem is not None:
            return None
        return WANTED.get(event.kind)

    def call(self, account: TargetAccount, items: Sequence[Outgoing], *, now_ms: int) -> Call:
        """Write ids and types, and whether it is a test."""
        body = {
            "at": now_ms,
            "account": account.id,
            "test": account.test,
            "items": [{"id": item.id, "type": item.event_type, "facts": dict(item.facts)} for item in items],
        }
        return Call(method="POST", url="http://127.0.0.1/conversion", body=json.dumps(body).encode())

    def read(self, reply: Reply, items: Sequence[Outgoing]) -> Sequence[Verdict]:
        """Read one verdict an item."""
        said = json.loads(reply.body)
        return [Verdict(**{**said[item.id], "answered": Answered(said[item.id]["answered"])}) for item in items]


def delivered(_item: str) -> Verdict:
    return Verdict(answered=Answered.DELIVERED, reason="ok")


@dataclass
class FarSide:
    """The other side of a call: keeps what it got, answers as scripted, is down when it is told to be."""

    answer: Callable[[str], Verdict] = delivered
    down: Failure | None = None
    garbage: bytes | None = None
    after: Callable[[], None] = lambda: None
    bodies: list[dict[str, object]] = field(default_factory=list)
    calls: int = 0

    def call(self, call: Call) -> Reply:
        """Take a request."""
        self.calls += 1
        if self.down is not None:
            raise CallFailed(self.down, "127.0.0.1")
        body = json.loads(call.body)
        self.bodies.append(body)
        said = {item["id"]: msgspec.to_builtins(self.answer(item["id"])) for item in body["items"]}
        self.after()
        return Reply(status=200, body=self.garbage or json.dumps(said).encode())

    def got(self) -> list[str]:
        """List the ids that came, in order, repeats included."""
        return [item["id"] for body in self.bodies for item in body["items"]]  # type: ignore[attr-defined]


class Stage:
    """One house that sends on: log, queue, target and far side."""

    def __init__(
        self, database: Database, folder: Path, target: FakeTarget | None = None, facts: Facts | None = None
    ) -> None:
        """Wire them as bootstrap does."""
        self.clock = SetClock(NOW)
        self.log = MemoryLog()
        self.far = FarSide()
        self.target = target or FakeTarget()
        self.outbox = SqlOutbox(database)
        self.accounts = SqlTargetAccountStore(database, Vault(folder / "vault.key"))
        with database.session(HOUSE, write=True) as session:
            session.add_all(TenantRow(id=name, name=name, kind=TenantKind.MERCHANT) for name in ("t1", "t2"))
        targets = (self.target,)
        self.dispatcher = Dispatcher(self.outbox, self.accounts, targets, self.clock)
        self.watch = Watch(self.outbox, self.accounts, targets)
        self.returning = Returning(self.outbox, self.accounts, targets, self.clock)
        self.sender = self.another_sender(self.outbox, facts)

    def another_sender(self, outbox: SqlOutbox, facts: Facts | None = None, seed: int = 7) -> Sender:
        """Make a worker."""
        ids = IdMaker(self.clock, random.Random(seed))
        return Sender(outbox, self.accounts, (self.target,), self.far, self.log, ids=ids, watch=self.watch, facts=facts)

    def happen(self, *events: Event) -> None:
        """Put events on the log and let the follower catch up."""
        self.log.append(list(events)).result()
        self.follow()

    def follow(self) -> None:
        """Let the follower catch up."""
        self.dispatcher.absorb(self.log.read(after=self.dispatcher.position(), limit=10_000))

    def step(self, *, after_ms: int = 0) -> int:
        """Move the clock, send what is due until nothing is, and let the follower catch up."""
        self.clock.advance(after_ms)
        done = 0
        while moved := self.sender.run_due(self.clock.now_ms()):
            done += moved
            self.follow()
        return done

    def ends(self) -> dict[str, tuple[str, str]]:
        """Give outcome and reason by the order or event that ended, as the log has it; the latest version wins."""
        found: dict[str, tuple[int, str, str]] = {}
        for event in self.log.kept:
            if event.kind is Kind.SENT_ON:
                record = record_of(event)
                before = found.get(record.event_id, (0, "", ""))
                found[record.event_id] = max(before, (event.version or 0, event.outcome or "", record.reason))
        return {name: (outcome, reason) for name, (_, outcome, reason) in found.items()}


def record_of(event: Event) -> SentOnRecord:
    return msgspec.json.decode(event.detail or "", type=SentOnRecord)


@contextmanager
def staged(engine: str, folder: Path, **parts: object) -> Iterator[Stage]:
    """Open a stage on an engine, with one account of 聚光 for the first tenant."""
    with ENGINES[engine]() as database:
        stage = Stage(database, folder, **parts)  # type: ignore[arg-type]
        stage.accounts.add(account())
        yield stage


def account(id: str = "a1", **changes: object) -> TargetAccount:
    facts = {
        "id": id,
        "target": "juguang",
        "tenant": TenantId("t1"),
        "settings": {"access_token": "token-of-the-test"},
        "secret": b"secret-of-the-test",
    }
    return TargetAccount(**{**facts, **changes})  # type: ignore[arg-type]


def click(number: int = 1, **changes: object) -> Event:
    event = Event(
        event_id=f"clk:{number}",
        kind=Kind.COMPONENT_CLICK,
        occurred_at_ms=NOW - 60_000,
        tenant="t1",
        merchant="m1",
        note="n1",
        link="l1",
        line="cid",
        reader="reader-1",
        click_id=f"c{number}",
        price_fen=100,
    )
    return msgspec.structs.replace(event, **changes)


def pay(name: str, of: int = 1, *, at_ms: int = NOW, **changes: object) -> Event:
    event = Event(
        event_id=f"ret:{name}",
        kind=Kind.PAY,
        occurred_at_ms=at_ms,
        source="taobao",
        platform="taobao",
        tenant="t1",
        merchant="m1",
        shop="s1",
        click_id=f"c{of}",
        order_id=f"o-{name}",
        sub_order_id=f"s-{name}",
        version=1,
        amount_fen=9_900,
    )
    return msgspec.structs.replace(event, **changes)


def visit(name: str, of: int = 1, **changes: object) -> Event:
    event = pay(name, of, kind=Kind.VISIT, sub_order_id=None, order_id=None, amount_fen=None, ref=name)
    return msgspec.structs.replace(event, **changes)


def logged(events: Sequence[Event], *, start: int = 1) -> list[Logged]:
    return [Logged(offset, event) for offset, event in enumerate(events, start=start)]
