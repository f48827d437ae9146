"""What the web needs from the house, handed in by bootstrap: one object, typed, no globals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import HTTPConnection

    from hongmao.attribution.api import RunManifest
    from hongmao.billing.api import Agencies, Billing, Bills, Books, Rating
    from hongmao.campaigns.api import Authorisations, Campaigns
    from hongmao.catalog.api import Catalog
    from hongmao.community.api import Community, MarkDesk
    from hongmao.definitions.api import DefinitionDesk, Registry
    from hongmao.eligibility.api import Eligibility
    from hongmao.events.api import Collector, EventLog
    from hongmao.insight.api import Insight, LookingGlass
    from hongmao.kernel.clock import Clock
    from hongmao.ledger.api import Ledger
    from hongmao.links.api import Care, Jump, Links, WakeFeedback
    from hongmao.onboarding.api import Onboarding
    from hongmao.platforms.making import LinkMaking
    from hongmao.policy.api import Policy
    from hongmao.returns.api import (
        AccountStore,
        FeedWatch,
        FileDesk,
        OutWatch,
        Puller,
        Reconciler,
        ReturnDesk,
        Returning,
        TargetAccountStore,
    )
    from hongmao.web.juguang.sink import ConversionSink


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How far each worker is behind the log. `lag` counts events by worker name."""

    log_end: int
    lag: dict[str, int]
    log_first: int = 1
    """Offset of the first event that the log still holds; what came before it is in the lake alone."""
    strangers: Mapping[str, int] = field(default_factory=dict)
    """The positions that are kept for consumers of no part of this program."""

    @property
    def caught_up(self) -> bool:
        """Tell whether nothing is waiting."""
        return not any(self.lag.values())


class EdgeServices(Protocol):
    """What the edge alone calls: all that a process needs which serves no pages."""

    @property
    def clock(self) -> Clock:
        """Tell the instant of acts."""
        ...

    @property
    def log(self) -> EventLog:
        """Keep what happens."""
        ...

    @property
    def catalog(self) -> Catalog:
        """Know notes, shops and readers."""
        ...

    @property
    def jump(self) -> Jump:
        """Answer taps."""
        ...

    @property
    def wake_feedback(self) -> WakeFeedback:
        """Hear how apps opened."""
        ...

    @property
    def collector(self) -> Collector:
        """Take events."""
        ...

    @property
    def returns(self) -> ReturnDesk | None:
        """Take shops' deliveries; None where another process does."""
        ...

    @property
    def health(self) -> Callable[[], Health]:
        """Tell how far the followers of the log are; raises where nothing can be kept."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The acts of every context that pages and endpoints may call."""

    clock: Clock
    log: EventLog
    catalog: Catalog
    links: Links
    care: Care
    link_making: LinkMaking
    accounts: AccountStore
    jump: Jump
    wake_feedback: WakeFeedback
    returns: ReturnDesk
    collector: Collector
    community: Community
    marks: MarkDesk
    ledger: Ledger
    billing: Billing
    agencies: Agencies
    bills: Bills
    rating: Rating
    books: Books
    definitions: Registry
    definition_desk: DefinitionDesk
    glass: LookingGlass
    insight: Insight
    campaigns: Campaigns
    authorisations: Authorisations
    eligibility: Eligibility
    policy: Policy
    conversions: ConversionSink
    puller: Puller
    files: FileDesk
    feeds: FeedWatch
    returning: Returning
    target_accounts: TargetAccountStore
    sending: OutWatch
    reconciler: Reconciler
    health: Callable[[], Health]
    tick: Callable[[], dict[str, int]]
    """Do what the clock says is due: pulls, then what is to be sent on; how much each did."""
    settle: Callable[[], None]
    """Run every worker until nothing is waiting; returns when reports show all that the log holds."""
    onboarding: Onboarding
    """Leads a merchant from its sign-up to a campaign that runs."""
    credited: Callable[[], RunManifest | None] = lambda: None
    """Tell what the published credits were made from; None where none were."""


def services_of(connection: HTTPConnection) -> Services:
    """Fetch the services an app was made with."""
    return cast("Services", connection.app.state.services)
