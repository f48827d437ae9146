"""Opening what decides who may advertise: within a house, or for a command that needs nothing else of it."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from hongmao.bootstrap.clocks import open_clock
from hongmao.catalog.api import Catalog
from hongmao.community.api import Surface
from hongmao.eligibility.api import Eligibility, LiveRules
from hongmao.kernel.ids import IdMaker
from hongmao.policy.api import Policy
from hongmao.storage.catalog import SqlCatalogStore
from hongmao.storage.database import open_database
from hongmao.storage.eligibility import SqlEligibilityStore
from hongmao.storage.policy import SqlPolicyStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hongmao.bootstrap.settings import Settings
    from hongmao.community.api import Suits
    from hongmao.eligibility.api import RuleAct
    from hongmao.kernel.clock import Clock
    from hongmao.links.api import AdLink
    from hongmao.storage.database import Database


@dataclass(frozen=True, slots=True)
class Admission:
    """Who may advertise, and where the sale is made."""

    eligibility: Eligibility
    policy: Policy
    catalog: Catalog
    clock: Clock


def admission_of(database: Database, catalog: Catalog, clock: Clock) -> Admission:
    """Put both rooms up over a database."""
    return Admission(
        Eligibility(SqlEligibilityStore(database), catalog, clock),
        Policy(SqlPolicyStore(database), catalog, clock),
        catalog,
        clock,
    )


def suits_of(eligibility: Eligibility) -> Suits:
    """Say by its shop's category which link may stand on a surface (LABEL-8).

    What the law closes to everybody is held, and stands nowhere; only minors' surfaces have to be asked about.
    """

    def on(surface: Surface) -> Callable[[AdLink], bool]:
        if surface is Surface.GENERAL:
            return lambda _: True
        shown = eligibility.open_to_minors()
        return lambda link: link.shop in shown

    return on


@contextmanager
def open_admission(settings: Settings) -> Iterator[Admission]:
    """Open a deployment's decisions, to read and to decide; a process that serves it sees what is decided in a second."""
    database = open_database(settings.database_url)
    try:
        database.require_current()
        clock = open_clock(settings.clock)
        ids = IdMaker(clock, secrets.SystemRandom())
        yield admission_of(database, Catalog(SqlCatalogStore(database), clock, ids), clock)
    finally:
        database.close()


@contextmanager
def open_rules(settings: Settings) -> Iterator[tuple[LiveRules, Clock]]:
    """Open the rules in force; a deployment that never began has what ships."""
    clock = open_clock(settings.clock)
    if not _has_begun(settings):
        yield LiveRules(_NothingDecided(), clock), clock
        return
    database = open_database(settings.database_url)
    try:
        database.require_current()
        yield LiveRules(SqlEligibilityStore(database), clock), clock
    finally:
        database.close()


def _has_begun(settings: Settings) -> bool:
    url = make_url(settings.database_url)
    return url.get_backend_name() != "sqlite" or (url.database is not None and Path(url.database).exists())


class _NothingDecided:
    """The acts of a deployment that never began."""

    def acts(self) -> Sequence[RuleAct]:
        """Give none."""
        return ()

    def last_act(self) -> int:
        """Give the number before the first."""
        return 0
