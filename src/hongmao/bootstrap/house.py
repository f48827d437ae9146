"""The house, put together: which adapter stands behind which port, opened in order and closed in reverse."""

from __future__ import annotations

import secrets
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.attribution.api import CREDITS_TABLE, Attribution
from hongmao.billing.api import Billing
from hongmao.bootstrap.clocks import SystemClock, open_clock
from hongmao.bootstrap.derive import Derivation
from hongmao.bootstrap.funds import Funds
from hongmao.bootstrap.keys import key_of
from hongmao.bootstrap.state import Layout, first_start
from hongmao.bus.embedded import EmbeddedLog
from hongmao.bus.reader import ReadOnlyLog
from hongmao.catalog.api import Catalog
from hongmao.community.api import Community
from hongmao.definitions.api import load_registry
from hongmao.engines.attribution.duckdb_engine import CREDITS_SCHEMA, DuckDbCredits
from hongmao.engines.lake.derived import Derived
from hongmao.engines.lake.writer import ParquetLake
from hongmao.engines.tables import DuckTables
from hongmao.events.api import Collector
from hongmao.insight.api import Insight
from hongmao.jobs.worker import Workers
from hongmao.kernel.ids import IdMaker
from hongmao.ledger.api import Ledger
from hongmao.links.api import Jump, KeyRing, Links, LinkTable, TokenMinter
from hongmao.links.api import load as load_wakeup
from hongmao.platforms.sandbox.connector import SandboxConnector
from hongmao.returns.api import Refusals, ReturnDesk
from hongmao.storage.accounts import SqlAccountStore
from hongmao.storage.billing import SqlBillingStore
from hongmao.storage.catalog import SqlCatalogStore
from hongmao.storage.database import open_database
from hongmao.storage.ledger import SqlLedgerStore
from hongmao.storage.links import SqlLinkStore
from hongmao.storage.shelves import SqlShelves
from hongmao.storage.vault import Vault
from hongmao.web.app import Cookies, create_app
from hongmao.web.edge.enrich import Enricher
from hongmao.web.services import Health, Services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hongmao.bootstrap.settings import Settings
    from hongmao.events.api import EventLog

CLICK_KEY = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """An opened deployment: its services, its app, its workers."""

    services: Services
    app: object
    workers: Workers
    derivation: Derivation

    def rebuild(self, progress: Callable[[int], None]) -> dict[str, int]:
        """Make everything derived again from log and definitions."""
        return self.derivation.rebuild(progress)


@contextmanager
def open_house(settings: Settings, *, read_only: bool = False) -> Iterator[House]:
    """Open a deployment and close it again; `read_only` looks on while another process serves it."""
    layout = Layout(settings.home_path)
    with ExitStack() as stack:
        clock = open_clock(settings.clock)
        log: EventLog
        if read_only:
            log = ReadOnlyLog(layout.log)
        else:
            layout.home.mkdir(parents=True, exist_ok=True)
            log = EmbeddedLog(layout.log)
        stack.callback(log.close)
        database = open_database(settings.database_url)
        stack.callback(database.close)
        if read_only:
            database.require_current()
        else:
            database.migrate()
        random = secrets.SystemRandom()
        ids = IdMaker(clock, random)
        catalog = Catalog(SqlCatalogStore(database), clock, ids)
        if not read_only:
            first_start(layout, catalog)
            stack.callback(catalog.flush_readers)
        link_store = SqlLinkStore(database)
        table = LinkTable(link_store, clock)
        keys = KeyRing(current=CLICK_KEY, keys={CLICK_KEY: key_of(layout.secrets, "click")})
        minter = TokenMinter(keys, clock, random)
        ledger = Ledger(SqlLedgerStore(database), clock)
        billing = Billing(SqlBillingStore(database), ledger, catalog, clock)
        registry = load_registry()
        tables = DuckTables(settings.lake_path, empty={CREDITS_TABLE: CREDITS_SCHEMA})
        stack.callback(tables.close)
        derived = Derived(settings.lake_path)
        attribution = Attribution(DuckDbCredits(tables, derived), registry)
        lake = None
        if not read_only:
            lake = ParquetLake(settings.lake_path)
            stack.callback(lake.close)
        links = Links(link_store, clock, ids, _allowed(settings))
        derivation = Derivation(log, lake, derived, tables, attribution, billing)
        workers = Workers(log, derivation.jobs())
        accounts = SqlAccountStore(database, Vault(layout.secrets / "vault.key"))
        services = Services(
            clock=clock,
            log=log,
            catalog=catalog,
            links=links,
            accounts=accounts,
            jump=Jump(table, minter, log, load_wakeup()),
            returns=ReturnDesk(
                log,
                clock,
                accounts=accounts,
                shelves=SqlShelves(database),
                connectors=(SandboxConnector(),),
                minter=minter,
                refusals=Refusals(log, clock, ids),
            ),
            collector=Collector(log, clock, Enricher(catalog, table)),
            community=Community(
                catalog,
                table,
                minter,
                clock=clock,
                ids=ids,
                serves=Funds(billing, clock).serves,
                ad_every=int(settings.ad_every),
            ),
            ledger=ledger,
            billing=billing,
            definitions=registry,
            insight=Insight(tables, catalog, links, billing, ledger, registry, attribution, clock),
            health=lambda: Health(log_end=log.end(), lag=workers.lag()),
            settle=workers.settle,
        )
        cookies = Cookies(
            key=key_of(layout.secrets, "session"), secure=settings.cookie_secure == "yes", clock=SystemClock()
        )
        yield House(services=services, app=create_app(services, cookies), workers=workers, derivation=derivation)


def _allowed(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Name where links of each platform may lead: nowhere else, whatever a link says (ABUSE-5)."""
    return {"sandbox": (f"{settings.sandbox_url.rstrip('/')}/", "sandboxshop://")}
