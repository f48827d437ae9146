"""Opening the desk where definitions are decided on: enough to read them, or the whole house to change them."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from hongmao.bootstrap.clocks import open_clock
from hongmao.bootstrap.definitions import CREDITED_BY, known
from hongmao.definitions.api import DefinitionDesk, LiveRegistry, Outlook
from hongmao.storage.database import open_database
from hongmao.storage.definitions import SqlDefinitionStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hongmao.bootstrap.settings import Settings
    from hongmao.definitions.acts import Act
    from hongmao.definitions.api import DefinitionStore, Registry


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """A desk at which something can be decided."""

    desk: DefinitionDesk
    recompute: Callable[[], int] | None
    """Publish credits anew; None where another process serves the house and does it by itself."""


@contextmanager
def read_desk(settings: Settings) -> Iterator[DefinitionDesk]:
    """Open what is enough to read a deployment's definitions; one that never began has what ships."""
    clock = open_clock(settings.clock)
    with ExitStack() as stack:
        store: DefinitionStore = _NothingDecided()
        if _has_begun(settings):
            database = open_database(settings.database_url)
            stack.callback(database.close)
            database.require_current()
            store = SqlDefinitionStore(database)
        registry = LiveRegistry(store, clock, known=known())
        yield DefinitionDesk(registry, store, _NothingMoves(), clock, credited_by=CREDITED_BY)


@contextmanager
def change_desk(settings: Settings) -> Iterator[OpenDesk]:
    """Open the house to plan and decide; beside a process that serves it, as a looker-on that may still decide."""
    from hongmao.bootstrap.house import open_house  # noqa: PLC0415 - reading definitions must not wait for the engines
    from hongmao.events.api import LakeBusy, LogBusy  # noqa: PLC0415 - as above

    with ExitStack() as stack:
        try:
            house = stack.enter_context(open_house(settings))
        except (LogBusy, LakeBusy):
            house = stack.enter_context(open_house(settings, read_only=True))
            yield OpenDesk(house.services.definition_desk, None)
        else:
            yield OpenDesk(house.services.definition_desk, house.derivation.credit)


def _has_begun(settings: Settings) -> bool:
    url = make_url(settings.database_url)
    return url.get_backend_name() != "sqlite" or (url.database is not None and Path(url.database).exists())


class _NothingDecided:
    """The store of a deployment that never began."""

    def acts(self) -> Sequence[Act]:
        """Give none."""
        return ()

    def revision(self) -> int:
        """Give the revision before the first decision."""
        return 0

    def keep(self, acts: Sequence[Act], *, revision: int) -> Sequence[Act]:
        """Refuse: there is no database to keep them in."""
        raise NotImplementedError(acts, revision)


class _NothingMoves:
    """The foresight of a desk at which nothing is decided."""

    def look(self, before: Registry, after: Registry) -> Outlook:
        """Refuse: credits and figures need the whole house."""
        raise NotImplementedError(before, after)
