"""A real deployment in a folder, fed with hand-made events: for stories about definitions that change."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec.structs import replace

from hongmao.bootstrap.clocks import FileClock
from hongmao.bootstrap.house import open_house
from hongmao.bootstrap.settings import Settings
from hongmao.catalog.api import Principal, Role
from hongmao.definitions.api import read_draft
from hongmao.kernel.ids import TenantId
from hongmao.kernel.time import DAY_MS, instant
from shared import ROOT as REPOSITORY
from storage.opened import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hongmao.bootstrap.house import House
    from hongmao.definitions.api import Registry, Source
    from hongmao.events.contracts import Event
    from hongmao.insight.api import Insight

SHIPPED = REPOSITORY / "src" / "hongmao" / "definitions" / "files"
FIRST_VERSION = "version = 1\neffective = 2025-01-01"


def second_version(name: str = "last_click", *, from_day: str = "2025-06-01", **said: str) -> str:
    """Write the second version of a definition that ships: its text, with other values on some lines."""
    (path,) = SHIPPED.glob(f"*/{name}.v1.toml")
    text = path.read_text(encoding="utf-8")
    heir = f'version = 2\neffective = {from_day}\nsupersedes = "{name}.v1"'
    lines = text.replace(FIRST_VERSION, heir).replace("version = 1\n", f'version = 2\nsupersedes = "{name}.v1"\n')
    out = []
    for line in lines.splitlines():
        key = line.split(" = ")[0]
        out.append(f"{key} = {said.pop(key)}" if key in said else line)
    head = [f"{key} = {value}" for key, value in said.items()]
    place = next(index for index, line in enumerate(out) if line.startswith(("scope", "style")))
    return "\n".join([*out[:place], *head, *out[place:]]) + "\n"


def draft(text: str) -> Source:
    """Read a file that is not in force."""
    return read_draft(text, file="draft.toml")


class Deployment:
    """What a story holds in its hands."""

    def __init__(self, home: Path, house: House, clock: FileClock) -> None:
        """Take the keys."""
        self.home, self.house, self.clock = home, house, clock
        self.desk = house.services.definition_desk

    def found(self) -> None:
        """Add the merchant whose link the events name."""
        catalog = self.house.services.catalog
        catalog.add_tenant(ROOT, name="tenant-a", kind="merchant", id="tenant-a")
        who = Principal(id="root", tenant=TenantId("tenant-a"), role=Role.ADMIN, name="root")
        catalog.add_merchant(who, name="初晴", id="merchant-a")

    def at(self, when: str) -> None:
        """Let it be a certain instant."""
        self.clock.set(instant(when))

    def hear(self, *events: Event) -> None:
        """Append events as they arrive, now, and let everything catch up."""
        now_ms = self.clock.now_ms()
        self.house.services.log.append([replace(event, received_at_ms=now_ms) for event in events]).result()
        self.settle()

    def settle(self) -> None:
        """Let everything catch up, a second later: a looker-on looks once a second."""
        self.clock.set(self.clock.now_ms() + 1_000)
        self.house.services.settle()

    def credits(self) -> list[dict[str, object]]:
        """Read every published credit."""
        return self.house.derivation._tables.rows("select * from credits order by all")

    def report(self, to_day: str | None = None, *, from_day: str | None = None) -> bytes:
        """Print the report that the command prints."""
        return printed(self.house.services.insight, to_day, from_day=from_day)

    def then(self, registry: Registry, until: int, to_day: str) -> bytes:
        """Print a report over the log as it was, by certain definitions."""
        with self.house.services.glass.insight(registry, until=until) as insight:
            return printed(insight, to_day)


def printed(insight: Insight, to_day: str | None = None, *, from_day: str | None = None) -> bytes:
    """Print a report of the whole deployment and of the merchant."""
    from_ms = None if from_day is None else instant(from_day)
    to_ms = None if to_day is None else instant(to_day) + DAY_MS
    whole = insight.city_report(from_ms, to_ms)
    return json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True).encode()


@contextmanager
def deployment(home: Path, *, at: str = "2025-05-20T23:00") -> Iterator[Deployment]:
    """Open a fresh deployment whose clock a story plays."""
    clock = FileClock.create(home / "clock", instant(at))
    settings = Settings(home=str(home / "var"), clock=f"file:{home / 'clock'}")
    with open_house(settings) as house:
        yield Deployment(home, house, clock)
