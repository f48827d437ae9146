"""Insight: one act per page. Every act for a merchant names its tenant first, and sees nothing else (promise 9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from hongmao.definitions.api import DefinitionUnknown, column
from hongmao.insight import city, exports, gather, links, notes, ops, orders, overview, rules
from hongmao.insight import trace as traces
from hongmao.insight.asking import Asking
from hongmao.insight.attribution_page import attribution_page
from hongmao.insight.contracts import ReportQuery, SplitBy
from hongmao.insight.costs import NAMES as COSTS
from hongmao.insight.costs import cost_sheet
from hongmao.insight.creators import Orders
from hongmao.insight.credit import Crediting
from hongmao.insight.difference import Comparer
from hongmao.insight.names import Names
from hongmao.insight.note_explained import ORDERS_TOLD, Explainer
from hongmao.insight.overview import Writer
from hongmao.insight.paths import READERS_MIN
from hongmao.insight.queries import Queries
from hongmao.insight.readings import Reader
from hongmao.insight.render import render_report
from hongmao.insight.sight import Sight
from hongmao.insight.spend import Charges
from hongmao.insight.vocabulary import SHOWN, Vocabulary, reference
from hongmao.kernel.ids import TenantId
from hongmao.kernel.time import day_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.attribution.api import Attribution
    from hongmao.billing.api import Billing
    from hongmao.catalog.api import Catalog
    from hongmao.definitions.api import Reading, Registry
    from hongmao.events.api import Tables
    from hongmao.insight.asking import Grain
    from hongmao.insight.cells import Cells
    from hongmao.insight.contracts import (
        AttributionPage,
        CostSheet,
        Difference,
        Figure,
        LiftResult,
        LinkPage,
        LinkRow,
        MetricAnswer,
        NoteExplained,
        NoteRow,
        OpsPage,
        OrderRow,
        Overview,
        Trace,
        WorkerHealth,
    )
    from hongmao.insight.gather import By
    from hongmao.insight.readings import Place
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import LinkId, MerchantId
    from hongmao.ledger.api import Ledger
    from hongmao.links.api import Links

ORDERS_SHOWN = 200
NO_DAY = date(1970, 1, 1)
"""The day of a report about an empty log, which has none."""


class _Owner(msgspec.Struct, frozen=True):
    tenant: str


class _Whose(msgspec.Struct, frozen=True):
    tenant: str
    platform: str


class Insight:
    """Read models for consoles, command line and exports: the only place that joins across contexts. Writes nothing."""

    def __init__(
        self,
        tables: Tables,
        catalog: Catalog,
        links: Links,
        billing: Billing,
        ledger: Ledger,
        definitions: Registry,
        attribution: Attribution,
        clock: Clock,
        *,
        readers_min: int = READERS_MIN,
    ) -> None:
        """Stand on the derived tables and the doors of the contexts; counts of fewer than `readers_min` are not told."""
        self._queries = Queries(tables)
        self._catalog = catalog
        self._links = links
        self._billing = billing
        self._charges = Charges(billing)
        self._orders = Orders(billing)
        self._ledger = ledger
        self._definitions = definitions
        self._attribution = attribution
        self._clock = clock
        self._readers_min = readers_min

    def overview(self, tenant: TenantId, query: ReportQuery, merchant: MerchantId | None = None) -> Overview:
        """Show the funnel, what each step cost, and what it brought: of all merchants of a tenant, or of one."""
        sight = Sight.of(tenant, merchant)
        vocabulary = self._vocabulary(query)
        return overview.overview(
            self._queries,
            sight,
            query,
            self._writer(vocabulary, sight, query, by="nothing"),
            credited_by=reference(vocabulary.attribution(gather.CREDIT_BY)),
        )

    def all_spend(self, tenant: TenantId, query: ReportQuery) -> Figure | None:
        """Give what was spent on all lines together; None where that is what was asked for.

        A view shows one line by default: this is what its spend is a part of.
        """
        if query.scope == "all":
            return None
        return self.metric(Sight.of(tenant), "spend", replace(query, scope="all")).figure

    def costs(
        self, tenant: TenantId, query: ReportQuery, merchant: MerchantId | None = None, *, rows: bool = True
    ) -> CostSheet:
        """Set ROI on ads beside ROI on the full cost, with all that they are made of: over both lines, by note and by day.

        Without `rows` the whole alone is worked out.
        """
        return self._costs(Sight.of(tenant, merchant), query, Names(self._catalog, tenant) if rows else None)

    def notes(self, tenant: TenantId, query: ReportQuery, merchant: MerchantId | None = None) -> tuple[NoteRow, ...]:
        """List a tenant's notes with their figures, the one that earned most first."""
        sight, vocabulary = Sight.of(tenant, merchant), self._vocabulary(query)
        found = self._cells(vocabulary, sight, query, by="note")
        writer = Writer(vocabulary, found, query, self._clock.now_ms())
        mine = [link for link in self._links.of(tenant) if merchant in (None, link.merchant)]
        return notes.note_rows(writer, Names(self._catalog, tenant), mine, found.parts, query)

    def links(self, tenant: TenantId, query: ReportQuery) -> tuple[LinkRow, ...]:
        """List a tenant's links with their figures, newest first."""
        writer = self._writer(self._vocabulary(query), Sight.of(tenant), query, by="link")
        invalid = links.invalid_by_link(self._queries, tenant, query)
        return links.link_rows(writer, Names(self._catalog, tenant), self._links.of(tenant), invalid)

    def link(self, tenant: TenantId, link_id: LinkId, query: ReportQuery) -> LinkPage:
        """Show one link; `LinkUnknown` where it is nobody's or somebody else's."""
        link = self._links.get(tenant, link_id)
        writer = self._writer(self._vocabulary(query), Sight.of(tenant), query, by="link")
        invalid = links.invalid_by_link(self._queries, tenant, query)
        return links.link_page(self._queries, writer, Names(self._catalog, tenant), link, query, invalid)

    def orders(
        self,
        tenant: TenantId,
        query: ReportQuery,
        limit: int = ORDERS_SHOWN,
        merchant: MerchantId | None = None,
    ) -> tuple[OrderRow, ...]:
        """List orders whose first act fell into the range, newest first: one line each, net of refunds."""
        sight = Sight.of(tenant, merchant)
        version = self._vocabulary(query).attribution(gather.CREDIT_BY).version
        return orders.order_rows(self._queries, Names(self._catalog, tenant), sight, query, limit, version=version)

    def trace(self, tenant: TenantId, order_id: str, platform: str | None = None) -> Trace | None:
        """Explain an order step by step; None where this tenant has none of that number.

        Two platforms may use the same number: without `platform` the first by name is told, and `also_on` names the rest.
        """
        names = Names(self._catalog, tenant)
        crediting = Crediting(self._attribution, self._definitions, names, tenant)
        return traces.trace(traces.Desk(self._queries, names, tenant, crediting, self._charges), order_id, platform)

    def attribution(self, tenant: TenantId, query: ReportQuery, by: SplitBy = SplitBy.NOTE) -> AttributionPage:
        """Show what every model gives to a tenant's notes, creators or links, and the ways that its readers took."""
        return attribution_page(
            self._queries,
            self._definitions,
            Names(self._catalog, tenant),
            self._links.of(tenant),
            Sight.of(tenant),
            query,
            by,
            now_ms=self._clock.now_ms(),
            readers_min=self._readers_min,
        )

    def note_explained(
        self,
        tenant: TenantId,
        note: str,
        *,
        definition: str | None = None,
        window: str | None = None,
        limit: int = ORDERS_TOLD,
    ) -> NoteExplained:
        """Explain what a note earned, under each definition and window, and which touches it shared its orders with.

        Raises `ChoiceUnknown` for a definition or window that is not in force, `NoteUnknown` for a note nobody knows.
        """
        today = day_of(self._clock.now_ms())
        explainer = Explainer(
            self._queries,
            self._attribution,
            Names(self._catalog, tenant),
            tenant,
            self._definitions.attributions(today),
            self._clock.now_ms(),
        )
        return explainer.explain(note, definition=definition, window=window, limit=limit)

    def difference(
        self, tenant: TenantId, before: str, after: str, *, window: str | None = None, note: str | None = None
    ) -> Difference:
        """Compare two versions of a definition, two definitions or two models, order by order, over one window.

        A side is written `last_click.v1`, `last_click` (the version in force today) or as a model, `decay:72h`. Raises what
        `sides.read_side` and `sides.common_window` raise.
        """
        comparer = Comparer(
            self._queries, self._attribution, self._definitions.snapshot(), Names(self._catalog, tenant), tenant
        )
        return comparer.compare(before, after, on=day_of(self._clock.now_ms()), window=window, note=note)

    def note_owners(self, note: str) -> tuple[TenantId, ...]:
        """Name every tenant to which a note is something: for the operator's command line only."""
        return tuple(TenantId(row.tenant) for row in self._queries.read("note_owners", _Owner, note=note))

    def tenants_credited(self) -> tuple[TenantId, ...]:
        """Name every tenant that has credits: for the operator's command line only."""
        return tuple(TenantId(row.tenant) for row in self._queries.read("credit_tenants", _Owner))

    def ops(self, health: WorkerHealth | None = None) -> OpsPage:
        """Show the health of events and returns over the whole deployment: counts and codes only."""
        return ops.ops_page(self._queries, self._clock.now_ms(), health)

    def city_report(self, from_ms: int | None = None, to_ms: int | None = None) -> dict[str, object]:
        """Report on the whole deployment, for its operator, over the days from `from_ms` to before `to_ms`.

        By the definitions in force on the last day: their default window, by billing time. The same log and definitions give
        the same bytes, on any day.
        """
        query = self._range(from_ms, to_ms)
        vocabulary = self._vocabulary(query)
        return city.city_report(
            self._queries,
            vocabulary,
            query,
            whole=self._cells(vocabulary, Sight.operator(), query, by="nothing"),
            by_platform=self._cells(vocabulary, Sight.operator(), query, by="platform"),
            ledger_balanced=self._ledger.verify().balanced,
            costs=self._costs(Sight.operator(), query, None),
        )

    def merchant_report(
        self, tenant: TenantId, merchant: MerchantId, from_ms: int | None = None, to_ms: int | None = None
    ) -> dict[str, object]:
        """Report on one merchant as plain data: the same log and definitions give the same bytes, on any day."""
        query = self._range(from_ms, to_ms)
        name = Names(self._catalog, tenant).merchant_name(merchant)
        return exports.merchant_report(
            merchant,
            name,
            self.overview(tenant, query, merchant),
            self.notes(tenant, query, merchant),
            self.costs(tenant, query, merchant),
        )

    def meant(self, name: str) -> tuple[str, str | None]:
        """Find the metric that a name means, and its window where the name holds one: our id, or what the market calls it.

        Raises `DefinitionUnknown`.
        """
        registry = self._definitions.snapshot()
        try:
            return registry.metric(name).id, None
        except DefinitionUnknown:
            found = column(name)
            if found is None:
                raise
            return registry.metric(found.metric).id, found.window

    def metric(
        self,
        sight: Sight,
        name: str,
        query: ReportQuery,
        *,
        by: Grain = "nothing",
        against: ReportQuery | None = None,
        lift: LiftResult | None = None,
    ) -> MetricAnswer:
        """Ask for any defined metric: of all or by a grain, against another range, beside a lift test."""
        registry, now_ms = self._definitions.snapshot(), self._clock.now_ms()
        asking = Asking(self._queries, self._charges, self._orders, registry, sight, now_ms)
        return asking.answer(name, query, by=by, against=against, lift=lift)

    def default_window(self, day: date) -> str:
        """Say which window is shown where nobody chooses one, by the definitions in force on a day."""
        return self._windows(day)[0]

    def whose(self, order_id: str) -> tuple[tuple[TenantId, str], ...]:
        """Name every tenant and platform with an order of this number: for the operator's command line only."""
        rows = self._queries.read("whose", _Whose, order_id=order_id)
        return tuple((TenantId(row.tenant), row.platform) for row in rows)

    def render_report(self, report: Mapping[str, object]) -> str:
        """Write a city report as a table for people."""
        return render_report(report)

    def read_query(
        self,
        *,
        from_day: str | None = None,
        to_day: str | None = None,
        window: str | None = None,
        clock: str | None = None,
        scope: str | None = None,
    ) -> ReportQuery:
        """Read a report's question from text; what is left out is the last 7 days, the default window, billing time, CID."""
        return rules.read_query(
            now_ms=self._clock.now_ms(),
            offered=self._windows,
            from_day=from_day,
            to_day=to_day,
            window=window,
            clock=clock,
            scope=scope,
        )

    def readings(self) -> dict[Place, Reading]:
        """Read every figure that reports print: of each day, of all days, and of all days by note."""
        registry, now_ms = self._definitions.snapshot(), self._clock.now_ms()
        return Reader(self._queries, self._charges, registry, now_ms).read(self._range(None, None))

    def _range(self, from_ms: int | None, to_ms: int | None) -> ReportQuery:
        """Ask for the days between two instants; without them, for every day on which anything has happened."""
        span = self._queries.read("span", city.Span)[0]
        first = (day_of(from_ms) if from_ms is not None else span.first_day) or NO_DAY
        last = (day_of(to_ms - 1) if to_ms is not None else span.last_day) or NO_DAY
        return ReportQuery(from_day=min(first, last), to_day=last, window=self._windows(last)[0])

    def _windows(self, day: date) -> tuple[str, tuple[str, ...]]:
        vocabulary = Vocabulary(self._definitions.snapshot(), day)
        return vocabulary.default_window(), vocabulary.attribution(gather.CREDIT_BY).windows

    def _vocabulary(self, query: ReportQuery) -> Vocabulary:
        return Vocabulary(self._definitions.snapshot(), query.to_day)

    def _writer(self, vocabulary: Vocabulary, sight: Sight, query: ReportQuery, *, by: By) -> Writer:
        return Writer(vocabulary, self._cells(vocabulary, sight, query, by=by), query, self._clock.now_ms())

    def _costs(self, sight: Sight, query: ReportQuery, names: Names | None) -> CostSheet:
        query, now_ms = replace(query, scope="all"), self._clock.now_ms()
        vocabulary = self._vocabulary(query)
        whole = Writer(vocabulary, self._cells(vocabulary, sight, query, by="nothing", measured=COSTS), query, now_ms)
        notes = None
        if names is not None:
            notes = Writer(vocabulary, self._cells(vocabulary, sight, query, by="note", measured=COSTS), query, now_ms)
        return cost_sheet(self._billing, sight, query, whole, notes=notes, names=names)

    def _cells(
        self, vocabulary: Vocabulary, sight: Sight, query: ReportQuery, *, by: By, measured: tuple[str, ...] = SHOWN
    ) -> Cells:
        charged = self._charges.rows(self._queries, sight, query, by=by)
        version = vocabulary.attribution(gather.CREDIT_BY).version
        measures, orders = vocabulary.measures(measured), None if measured is SHOWN else self._orders
        return gather.gather(
            self._queries, measures, sight, query, by=by, version=version, charged=charged, orders=orders
        )
