"""The house, put together: which rooms stand on which foundations, and what the web is handed of them."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, TypedDict

from hongmao.attribution.api import KeptAttribution
from hongmao.billing.api import SPEND_ORDER, Agencies, Billing, Books, read_spend_order
from hongmao.bootstrap.admission import admission_of, suits_of
from hongmao.bootstrap.bidding import put_up_rating
from hongmao.bootstrap.bills import put_up_bills
from hongmao.bootstrap.care import put_up_care
from hongmao.bootstrap.clocks import SteadyClock, SystemClock
from hongmao.bootstrap.consumers import Standings
from hongmao.bootstrap.definitions import CREDITED_BY, known
from hongmao.bootstrap.derive import Derivation
from hongmao.bootstrap.edge import make_edge, make_jump
from hongmao.bootstrap.foundations import open_foundations
from hongmao.bootstrap.fronts import LogFront
from hongmao.bootstrap.funds import Funds
from hongmao.bootstrap.gatekeeper import Gatekeeper, gates_of
from hongmao.bootstrap.glass import Glass
from hongmao.bootstrap.joining import JoiningRooms, put_up_joining
from hongmao.bootstrap.keys import key_of
from hongmao.bootstrap.metered import MeteredCollector, MeteredMinter, watch_lake, watch_links, watch_log, watch_queue
from hongmao.bootstrap.outlooks import Outlooks
from hongmao.bootstrap.platforms import closed_pilots, link_prefixes, platforms_of
from hongmao.bootstrap.readers import ReaderFollower
from hongmao.bootstrap.renewing import put_up_granting
from hongmao.bootstrap.returns import put_up_returns
from hongmao.bootstrap.returns_in import build_returns_in
from hongmao.bootstrap.roles import OfTheWorker
from hongmao.bootstrap.shop_scores import put_up_scores
from hongmao.bootstrap.spending import BookedSpending
from hongmao.bootstrap.state import first_start
from hongmao.bootstrap.telling import SILENT
from hongmao.bootstrap.traced import TracedAttribution
from hongmao.bootstrap.traced_billing import TracedBilling
from hongmao.bootstrap.waiting import require_owner
from hongmao.campaigns.api import Authorisations, Campaigns
from hongmao.catalog.api import Catalog
from hongmao.community.api import Community
from hongmao.definitions.api import DefinitionDesk, LiveRegistry
from hongmao.eligibility.api import Stage
from hongmao.events.api import Retention
from hongmao.insight.api import Insight
from hongmao.jobs.clockwork import Wheel
from hongmao.jobs.worker import Workers
from hongmao.ledger.api import Ledger
from hongmao.links.api import KeyRing, Links, LinkTable, LinkWatch, WakeFeedback
from hongmao.links.api import load as load_wakeup
from hongmao.platforms.making import LinkMaking
from hongmao.returns.api import Intake, Refusals, ReturnDesk
from hongmao.storage.accounts import SqlAccountStore
from hongmao.storage.agencies import SqlAgencyStore
from hongmao.storage.authorisations import SqlAuthorisationStore
from hongmao.storage.billing import SqlBillingStore
from hongmao.storage.billing_days import SqlRates
from hongmao.storage.campaigns import SqlCampaignStore
from hongmao.storage.catalog import SqlCatalogStore
from hongmao.storage.consumers import SqlConsumerGroups
from hongmao.storage.definitions import SqlDefinitionStore
from hongmao.storage.ledger import SqlLedgerStore
from hongmao.storage.links import SqlLinkStore
from hongmao.storage.marks import SqlMarks
from hongmao.storage.shelves import SqlShelves
from hongmao.storage.vault import Vault
from hongmao.telemetry.openmetrics import render
from hongmao.telemetry.parts import EdgeMeter
from hongmao.telemetry.tracing import NO_TRACER
from hongmao.web.app import Cookies
from hongmao.web.edge.enrich import Enricher
from hongmao.web.edge.metrics import MeteredApp
from hongmao.web.juguang.sink import IntakeSink
from hongmao.web.services import Health, Services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hongmao.billing.api import Rates, SpendOrder
    from hongmao.bootstrap.foundations import Foundations
    from hongmao.bootstrap.settings import Settings
    from hongmao.bootstrap.telling import Telling
    from hongmao.eligibility.api import Eligibility
    from hongmao.jobs.clockwork import Clockwork
    from hongmao.links.api import TokenMinter
    from hongmao.platforms.contracts import Platform
    from hongmao.returns.api import AccountStore
    from hongmao.web.edge.asgi import App
    from hongmao.web.edge.hot.gate import HotGate

CLICK_KEY = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """An opened deployment: its services, its app, its workers."""

    services: Services
    app: object
    gate: HotGate
    workers: Workers
    clockwork: Clockwork
    derivation: Derivation
    link_watch: LinkWatch

    def rebuild(
        self, progress: Callable[[int], None], crediting: Callable[[int, int], None] | None = None
    ) -> dict[str, int]:
        """Make everything derived again from log and definitions."""
        return self.derivation.rebuild(progress, crediting)


@contextmanager
def open_house(
    settings: Settings, *, read_only: bool = False, may_own: bool = True, telling: Telling = SILENT
) -> Iterator[House]:
    """Open a deployment and close it again; `read_only` looks on while another process serves it.

    Who may not own acts beside the process that does: appends over its line, decides in the same database, follows nothing.
    """
    with open_foundations(settings, read_only=read_only, may_own=may_own, telling=telling) as ground:
        catalog = Catalog(SqlCatalogStore(ground.database), ground.clock, ground.ids)
        if may_own and not read_only:
            first_start(ground.layout, catalog)
        try:
            yield _furnish(ground, catalog)
        finally:
            if not read_only:
                catalog.flush_readers()


def _furnish(ground: Foundations, catalog: Catalog) -> House:
    """Put the rooms up, each with the doors of those below it."""
    clock = ground.clock
    link_store = SqlLinkStore(ground.database)
    platforms = platforms_of(ground.settings)
    allowed = link_prefixes(platforms, ground.settings)
    counted = EdgeMeter(ground.telling.meter)
    table, links = _link_table(link_store, ground), Links(link_store, clock, ground.ids, allowed)
    minter, wakeup = _minter(ground, counted), load_wakeup()
    ledger = Ledger(SqlLedgerStore(ground.database), clock)
    admission = admission_of(ground.database, catalog, clock)
    authorisations = Authorisations(
        SqlAuthorisationStore(ground.database), catalog, clock, demanded=lambda: _has_opened(admission.eligibility)
    )
    billing = _billing(ground, ledger, catalog)
    decided = SqlDefinitionStore(ground.database)
    registry = LiveRegistry(decided, clock, known=known())
    attribution = _attribution(ground, registry)
    accounts = SqlAccountStore(ground.database, Vault(ground.layout.secrets / "vault.key"))
    shelves = SqlShelves(ground.database)
    intake = Intake(ground.log, shelves=shelves, minter=minter)
    room = put_up_returns(ground, platforms, accounts=accounts, shelves=shelves, intake=intake)
    brought = build_returns_in(ground, platforms, accounts=accounts, intake=intake)
    derivation = Derivation(
        ground.log, ground.history, ground.lake, ground.derived, ground.tables, attribution, billing, registry
    )
    campaign_store = SqlCampaignStore(ground.database)
    campaigns = Campaigns(
        campaign_store,
        links,
        catalog,
        clock,
        rights=authorisations,
        admission=admission.eligibility,
        spending=BookedSpending(billing, links, campaign_store.bindings, SqlRates(ground.database)),
    )
    room.clockwork.add(Wheel("holds", ledger.expire_due))
    gates = gates_of(admission.eligibility, admission.policy, authorisations, campaigns, catalog)
    room.clockwork.add(Wheel("gates", Gatekeeper(links, link_store.revision, clock, gates).turn))
    glass = Glass(ground=ground, catalog=catalog, links=links, ledger=ledger)
    outlooks = Outlooks(attribution, glass)
    groups = SqlConsumerGroups(ground.database, ground.log.end)
    readers = ReaderFollower(ground.history, groups)
    workers = Workers(ground.log, (*derivation.jobs(), room.follower(), readers.job()))
    standings = Standings(workers, groups.positions)
    _let_go(ground, room.clockwork, standings)
    marks = SqlMarks(ground.database)
    care = put_up_care(ground, platforms, accounts)
    if ground.settings.link_care == "on":
        room.clockwork.add(Wheel("care", care.turn))
    granting = put_up_granting(ground, platforms, room.clockwork)
    room.clockwork.add(Wheel("scores", put_up_scores(ground, platforms, accounts, catalog, admission.eligibility).turn))
    making = LinkMaking(platforms, accounts, room.caller, clock)
    onboarding = put_up_joining(
        ground,
        platforms,
        JoiningRooms(
            admission=admission,
            authorisations=authorisations,
            campaigns=campaigns,
            links=links,
            care=care,
            minter=minter,
            accounts=accounts,
            making=making,
            caller=room.caller,
            apps=granting.apps,
            grants=granting.grants,
        ),
    )
    appointments = SqlAgencyStore(ground.database)
    agencies = Agencies(appointments, catalog, clock)
    services = Services(
        clock=clock,
        log=ground.log,
        catalog=catalog,
        links=links,
        care=care,
        link_making=making,
        onboarding=onboarding,
        accounts=accounts,
        jump=make_jump(
            table,
            minter,
            ground.log,
            wakeup,
            settings=ground.settings,
            closed=closed_pilots(platforms, ground.settings),
            counted=counted,
        ),
        wake_feedback=WakeFeedback(table, minter, ground.log, wakeup, clock),
        returns=_return_desk(ground, accounts, intake, platforms),
        collector=MeteredCollector(ground.log, clock, Enricher(catalog, table), counted),
        marks=marks,
        community=Community(
            catalog,
            table,
            minter,
            clock=clock,
            ids=ground.ids,
            serves=Funds(billing, clock).serves,
            ad_every=int(ground.settings.ad_every),
            marks=marks,
            suits=suits_of(admission.eligibility),
        ),
        ledger=ledger,
        billing=billing,
        agencies=agencies,
        books=Books(
            ledger, catalog, clock, agencies=agencies, appointments=appointments, charging=billing, log=ground.log
        ),
        definitions=registry,
        bills=put_up_bills(ground.database, ledger, catalog, clock, campaign_store.bindings),
        definition_desk=DefinitionDesk(registry, decided, outlooks, clock, credited_by=CREDITED_BY),
        glass=glass,
        insight=Insight(
            ground.tables,
            catalog,
            links,
            billing,
            ledger,
            registry,
            attribution,
            clock,
            readers_min=int(ground.settings.readers_min),
        ),
        campaigns=campaigns,
        rating=put_up_rating(ground, campaigns, links, room.clockwork),
        authorisations=authorisations,
        eligibility=admission.eligibility,
        policy=admission.policy,
        puller=room.puller,
        files=brought.files,
        feeds=brought.feeds,
        conversions=IntakeSink(intake, catalog, accounts, clock),
        health=lambda: _health(ground, workers, standings),
        returning=room.sending.desk.returning,
        target_accounts=room.sending.desk.accounts,
        sending=room.sending.desk.health,
        reconciler=room.reconciler,
        tick=room.clockwork.turn if ground.lake is not None else _not_here,
        settle=(lambda: room.settle(workers)) if ground.lake is not None else _not_here,
        credited=attribution.manifest,
    )
    watch_log(ground.telling.meter, ground.log, standings.positions, clock)
    if isinstance(ground.log, LogFront):
        watch_queue(ground.telling.meter, ground.log.pressure)
    watch_links(ground.telling.meter, table)
    watch_lake(ground.telling.meter, ground.tables.weight)
    edge, gate = make_edge(services, _cookies(ground), settings=ground.settings, counted=counted)
    return House(
        services=services,
        app=_told_app(edge, ground.telling, counted),
        gate=gate,
        workers=workers,
        clockwork=room.clockwork,
        derivation=derivation,
        link_watch=LinkWatch(table),
    )


def _link_table(store: SqlLinkStore, ground: Foundations) -> LinkTable:
    """Read the links when somebody first asks for one: a worker, or a command that reports, never does.

    How old they are is told by a stopwatch that nobody sets, unless somebody plays the clock.
    """
    return LinkTable(store, ground.clock if ground.settings.clock else SteadyClock(), at_once=False)


def _let_go(ground: Foundations, clockwork: Clockwork, standings: Standings) -> None:
    """Let the log lose what is old, where the settings say so and its files are ours."""
    days = ground.settings.log_keep_days
    if days and ground.trimmable is not None and ground.lake is not None:
        kept = Retention(ground.trimmable, ground.past, floor=standings.floor, clock=ground.clock, keep_days=int(days))
        clockwork.add(Wheel("retention", kept.turn))


def _has_opened(eligibility: Eligibility) -> bool:
    """Tell whether the programme does more than observe: until then consents are told and keep nobody from serving."""
    now = eligibility.stage()
    return now is not None and now.stage is not Stage.OBSERVE


def _not_here() -> NoReturn:
    raise OfTheWorker


def _health(ground: Foundations, workers: Workers, standings: Standings) -> Health:
    require_owner(ground.line)
    log = ground.log
    return Health(log_end=log.end(), lag=workers.lag(), log_first=log.first(), strangers=standings.strangers())


class _Terms(TypedDict):
    """What the settings say of money."""

    order: SpendOrder
    rates: Rates
    overspend_fen: int
    creator_fee_ppm: int


def _billing(ground: Foundations, ledger: Ledger, catalog: Catalog) -> Billing:
    store = SqlBillingStore(ground.database)
    order = read_spend_order(ground.settings.spend_order) or SPEND_ORDER
    terms: _Terms = {
        "order": order,
        "rates": SqlRates(ground.database),
        "overspend_fen": int(ground.settings.overspend_fen),
        "creator_fee_ppm": int(ground.settings.creator_fee_ppm),
    }
    if ground.telling.tracer is NO_TRACER:
        return Billing(store, ledger, catalog, ground.clock, **terms)
    return TracedBilling(store, ledger, catalog, ground.clock, ground.teller, **terms)


def _attribution(ground: Foundations, registry: LiveRegistry) -> KeptAttribution:
    if ground.telling.tracer is NO_TRACER:
        return KeptAttribution(ground.credits, registry)
    return TracedAttribution(ground.credits, registry, ground.tables, ground.teller, ground.returned)


def _told_app(app: App, telling: Telling, counted: EdgeMeter) -> App:
    figures = telling.figures
    if figures is None:
        return app
    return MeteredApp(app, counted, lambda: render(figures.readings()), time.perf_counter)


def _minter(ground: Foundations, counted: EdgeMeter) -> TokenMinter:
    keys = KeyRing(current=CLICK_KEY, keys={CLICK_KEY: key_of(ground.layout.secrets, "click")})
    return MeteredMinter(keys, ground.clock, ground.random, counted)


def _return_desk(
    ground: Foundations, accounts: AccountStore, intake: Intake, platforms: Mapping[str, Platform]
) -> ReturnDesk:
    return ReturnDesk(
        ground.log,
        ground.clock,
        accounts=accounts,
        intake=intake,
        connectors=[platform.webhook for platform in platforms.values() if platform.webhook is not None],
        refusals=Refusals(ground.log, ground.clock, ground.ids),
    )


def _cookies(ground: Foundations) -> Cookies:
    key = key_of(ground.layout.secrets, "session")
    return Cookies(key=key, secure=ground.settings.cookie_secure == "yes", clock=SystemClock())
