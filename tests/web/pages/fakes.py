"""A house of cardboard behind the real pages: fixed data, no disk, no city. What a page asks for is what it gets."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from hongmao.billing.api import (
    Line,
    MonthStanding,
    Purse,
    Statement,
    StatementLine,
    StatementMovement,
    Uncharged,
    Wallet,
)
from hongmao.catalog.api import Creator, Item, Merchant, Note, NoteType, Principal, Role, Shop, Tenant, TenantKind
from hongmao.community.api import AdComponent, Card, FeedPage, NotePage, Surface
from hongmao.insight.api import read_query
from hongmao.insight.contracts import WINDOWS
from hongmao.kernel.clock import SetClock
from hongmao.kernel.errors import HongmaoError, NotFound
from hongmao.kernel.ids import CreatorId, ItemId, LinkId, MerchantId, NoteId, ReaderId, ShopId, TenantId, UserId
from hongmao.kernel.time import DAY_MS
from hongmao.links.api import HoldSource, LinkHold, LinkUnknown
from hongmao.web.pages import error_page, routes
from hongmao.web.services import Health
from insight.statements import printing
from web.pages import (
    samples,
    samples_admission,
    samples_agencies,
    samples_attribution,
    samples_books,
    samples_campaigns,
    samples_care,
    samples_costs,
    samples_definitions,
    samples_join,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.requests import Request
    from starlette.responses import Response

    from hongmao.billing.api import PartyStatement
    from hongmao.insight.contracts import (
        AttributionPage,
        CostSheet,
        Figure,
        LinkPage,
        LinkRow,
        NoteRow,
        OpsPage,
        OrderRow,
        Overview,
        ReportQuery,
        SplitBy,
        Trace,
    )
    from hongmao.links.contracts import AdLink
    from hongmao.web.services import Services

PASSWORD = "a good password"
MERCHANT_1, MERCHANT_2 = TenantId("tenant-1"), TenantId("tenant-2")
USERS = {
    "brand1": Principal(id="user-1", tenant=MERCHANT_1, role=Role.OPTIMISER, name=f"初晴优化师 {samples.NASTY}"),
    "brand2": Principal(id="user-2", tenant=MERCHANT_2, role=Role.ANALYST, name="小鹿分析师"),
    "ops": Principal(id="user-3", tenant=TenantId("platform"), role=Role.OPS, name="值班工程师"),
    "admin": Principal(id="user-4", tenant=TenantId("platform"), role=Role.ADMIN, name="管理员"),
}
TENANTS = (
    Tenant(id=TenantId("platform"), name="Hongmao", kind=TenantKind.PLATFORM),
    Tenant(id=MERCHANT_1, name="初晴", kind=TenantKind.MERCHANT),
    Tenant(id=MERCHANT_2, name="小鹿", kind=TenantKind.MERCHANT),
)
CREATOR = Creator(id=CreatorId("creator-1"), name="阿橙的梳妆台", bio="真实使用，认真写笔记")
TITLES = (
    ("清透防晒乳 50ml：用了三周，说点实话", "美妆个护"),
    ("恒温水壶：给新手的一份清单", "母婴亲子"),
    ("越野跑鞋：踩过坑之后的选择", "运动户外"),
    ("柔雾口红 03：到底值不值得买？", "美妆个护"),
    (samples.NASTY, samples.NASTY[:20]),
    ("双人帐篷：换季必备", "运动户外"),
    ("睡眠眼罩：第二次回购", "大健康"),
    ("辅食碗三件套：朋友都来问的这一件", "母婴亲子"),
)
NOTES = tuple(
    Note(
        id=NoteId(f"note-{n:03d}"),
        creator=CREATOR.id,
        type=NoteType.PICTURE,
        title=TITLES[(n - 1) % len(TITLES)][0],
        body=f"先说结论：适合日常使用。\n我把优点和不足都写在下面，照片没有修过。{samples.NASTY if n == 5 else ''}",
        topic=TITLES[(n - 1) % len(TITLES)][1],
        cover=f"note-{n:03d}",
        published_at_ms=samples.NOW_MS - n * DAY_MS,
    )
    for n in range(1, 46)
)
PAGE = 20


@dataclass
class FakeCatalog:
    """Who is who."""

    def sign_in(self, login: str, password: str) -> Principal | None:
        return USERS.get(login) if password == PASSWORD else None

    def principal_of_user(self, user: UserId) -> Principal | None:
        return next((who for who in USERS.values() if who.id == user), None)

    def principal_of_key(self, _: str) -> Principal | None:
        return None

    def tenant(self, tenant: TenantId) -> Tenant:
        return next(one for one in TENANTS if one.id == tenant)

    def tenants(self, _: Principal) -> tuple[Tenant, ...]:
        return TENANTS

    def merchants(self, who: Principal) -> tuple[Merchant, ...]:
        number = who.tenant.rsplit("-", 1)[-1]
        return (Merchant(id=MerchantId(f"merchant-{number}"), tenant=who.tenant, name=self.tenant(who.tenant).name),)

    def note(self, id: NoteId) -> Note:
        return next(note for note in NOTES if note.id == id)

    def creator(self, _: CreatorId) -> Creator:
        return CREATOR

    def items(self, who: Principal) -> tuple[Item, ...]:
        if who.tenant != MERCHANT_1:
            return ()
        return (
            Item(
                id=ItemId("item-1"),
                tenant=MERCHANT_1,
                shop=ShopId("shop-1"),
                spu="spu-1",
                platform_item_id="item-1",
                title=samples.NASTY,
                price_fen=12_900,
                url="http://127.0.0.1:8090/item/item-1",
            ),
        )

    def shops_known(self, _: Collection[str]) -> dict[str, Shop]:
        return {
            "shop-1": Shop(
                id=ShopId("shop-1"),
                tenant=MERCHANT_1,
                merchant=MerchantId("merchant-1"),
                platform="sandbox",
                platform_shop_id="shop-1",
                name="初晴旗舰店",
                home_url="http://127.0.0.1:8090/shop/shop-1",
            )
        }

    def remember_reader(self, reader: ReaderId, at_ms: int) -> None:
        """Forget them at once."""


@dataclass
class FakeCommunity:
    """Forty-five notes in the order of their ids; every third carries a component."""

    served: int = 0
    made: set[str] = field(default_factory=set)
    """Notes that a machine made."""
    surfaces: list[Surface] = field(default_factory=list)
    """For whom pages were asked, in their order."""

    def feed(
        self,
        reader: ReaderId,
        *,
        cursor: str | None = None,
        topic: str | None = None,
        surface: Surface = Surface.GENERAL,
    ) -> FeedPage:
        self.surfaces.append(surface)
        assert reader.startswith("r_")
        at_ms, _, offset = (cursor or f"{samples.NOW_MS}.0").partition(".")
        start = int(offset)
        notes = [note for note in NOTES if topic in (None, note.topic)]
        cards = tuple(self._card(note, n) for n, note in enumerate(notes[start : start + PAGE]))
        return FeedPage(cards=cards, cursor=f"{at_ms}.{start + PAGE}" if start + PAGE < len(notes) else None)

    def note_page(
        self, note: NoteId, _: ReaderId, impression: str | None = None, *, surface: Surface = Surface.GENERAL
    ) -> NotePage:
        self.surfaces.append(surface)
        found = next((one for one in NOTES if one.id == note), None)
        if found is None:
            raise NotFound(id=note)
        slot = impression if impression and impression.startswith("imp_") else self._mint()
        ad, ai = _component(found, slot, "note"), note in self.made
        return NotePage(note=found, creator=CREATOR, impression=slot, ad=ad, ai=ai)

    def _card(self, note: Note, place: int) -> Card:
        impression = self._mint()
        ad = _component(note, impression, "feed")
        bought, ai = ad is not None and place % 2 == 0, note.id in self.made
        return Card(note=note, creator=CREATOR, impression=impression, ad=ad, bought=bought, ai=ai)

    def _mint(self) -> str:
        self.served += 1
        return f"imp_{self.served:028x}"


def _component(note: Note, impression: str, placement: str) -> AdComponent | None:
    if int(note.id[-3:]) % 3 != 1:
        return None
    return AdComponent(
        link=LinkId("link-001"),
        label="广告",
        title="同款好物",
        button="购买同款",
        shop=ShopId("shop-1"),
        platform="sandbox",
        impression=impression,
        jump_url=f"/j/link-001?i={impression}&s=seal&p={placement}",
    )


@dataclass
class FakeLog:
    """Holds what the collector was told."""

    events: list[dict[str, object]] = field(default_factory=list)

    def known(self, ids: Collection[str]) -> frozenset[str]:
        return frozenset(str(event["event_id"]) for event in self.events if event["event_id"] in ids)


@dataclass
class FakeCollector:
    """Takes every event, once."""

    log: FakeLog

    async def collect(self, body: bytes, *, reader: ReaderId) -> tuple[object, ...]:
        for event in json.loads(body)["events"]:
            if not self.log.known({event["event_id"]}):
                self.log.events.append({**event, "reader": reader})
        return ()


@dataclass
class FakeLinks:
    """One link, of the first merchant."""

    def get(self, tenant: TenantId, link: LinkId) -> AdLink:
        if tenant != MERCHANT_1 or link != samples.LINK.id:
            raise LinkUnknown(id=link)
        return samples.LINK

    def of(self, tenant: TenantId) -> tuple[AdLink, ...]:
        return (samples.LINK,) if tenant == MERCHANT_1 else ()

    def holds(self, tenant: TenantId, link: LinkId) -> tuple[LinkHold, ...]:
        self.get(tenant, link)
        reason = f"price {samples.NASTY}"
        return (LinkHold(link=link, source=HoldSource.CARE, reason=reason, since_ms=samples.NOW_MS),)


@dataclass
class FakeInsight:
    """A week of the first merchant; the second has done nothing yet."""

    clock: SetClock

    def read_query(self, **asked: str | None) -> ReportQuery:
        return read_query(now_ms=self.clock.now_ms(), offered=lambda _: ("15d", WINDOWS), **asked)

    def overview(self, tenant: TenantId, query: ReportQuery) -> Overview:
        return samples.overview(query, empty=tenant != MERCHANT_1)

    def costs(self, tenant: TenantId, query: ReportQuery, *, rows: bool = True) -> CostSheet:  # noqa: ARG002 - the interface
        return samples_costs.sheet(query, empty=tenant != MERCHANT_1)

    def all_spend(self, tenant: TenantId, query: ReportQuery) -> Figure | None:
        return samples.overview(query, empty=False).spend if tenant == MERCHANT_1 else None

    def notes(self, tenant: TenantId, _: ReportQuery) -> tuple[NoteRow, ...]:
        return samples.note_rows() if tenant == MERCHANT_1 else ()

    def links(self, tenant: TenantId, _: ReportQuery) -> tuple[LinkRow, ...]:
        return samples.link_rows() if tenant == MERCHANT_1 else ()

    def link(self, tenant: TenantId, link: LinkId, query: ReportQuery) -> LinkPage:
        FakeLinks().get(tenant, link)
        return samples.link_page(query)

    def orders(self, tenant: TenantId, _: ReportQuery, limit: int) -> tuple[OrderRow, ...]:
        return samples.order_rows()[:limit] if tenant == MERCHANT_1 else ()

    def trace(self, tenant: TenantId, order_id: str, _: str | None = None) -> Trace | None:
        return samples.trace(order_id) if tenant == MERCHANT_1 and order_id == "o-1" else None

    def attribution(self, tenant: TenantId, query: ReportQuery, by: SplitBy) -> AttributionPage:
        return samples_attribution.page(query, by, empty=tenant != MERCHANT_1)

    def ops(self, health: Health) -> OpsPage:
        return samples.ops_page(behind=health.lag["billing"])


@dataclass
class FakeBilling:
    """A wallet with one top-up and two days of clicks."""

    def wallet(self, _merchant: MerchantId) -> SimpleNamespace:
        return SimpleNamespace(balance_fen=0)

    def wallets(self, who: Principal) -> list[Wallet]:
        merchant = MerchantId(f"merchant-{who.tenant.rsplit('-', 1)[-1]}")
        fen = 4_730_577 if who.tenant == MERCHANT_1 else 0
        return [
            Wallet(
                merchant=merchant,
                line=Line.CID,
                funder="merchant",
                balance_fen=fen,
                purses=(
                    Purse(kind="rebate", funder="community", balance_fen=0),
                    Purse(kind="cash", funder="merchant", balance_fen=fen),
                ),
            ),
            Wallet(merchant=merchant, line=Line.UD, funder="alibaba", balance_fen=0),
        ]

    def statement(self, who: Principal, merchant: MerchantId, from_ms: int, to_ms: int) -> Statement:
        lines = (
            StatementLine(
                line="cid",
                kind="cash",
                funder="merchant",
                opening_fen=0,
                movements=(
                    StatementMovement(
                        day=samples.FIRST, why="top_up", entries=1, amount_fen=5_000_000, funder="merchant"
                    ),
                    StatementMovement(
                        day=samples.LAST, why="click", entries=3_368, amount_fen=-269_423, funder="merchant"
                    ),
                ),
                closing_fen=4_730_577,
            ),
        )
        mine = who.tenant == MERCHANT_1
        return Statement(
            merchant=merchant,
            tenant=who.tenant,
            from_ms=from_ms,
            to_ms=to_ms,
            lines=lines if mine else (),
            uncharged=(Uncharged(reason="double_tap", clicks=37),) if mine else (),
        )


@dataclass
class FakeBooks:
    """Two months, one of them closed, and a statement of it."""

    def months(self, _who: Principal) -> list[MonthStanding]:
        return [
            MonthStanding(month="2025-05", closed=False),
            MonthStanding(month="2025-04", closed=True, closed_at_ms=samples.NOW_MS, head="ab" * 32),
        ]

    def vouched(self, who: Principal) -> bool:
        return who.tenant == MERCHANT_1

    def statement(self, who: Principal, party: str, of: str | None, month: str) -> PartyStatement:
        if (party, of, month) != ("merchant", f"merchant-{who.tenant.rsplit('-', 1)[-1]}", "2025-05"):
            raise NotFound(id=of)
        return printing.statement(printing.section())


def make_app(*, behind: int = 0, well: bool = False) -> Starlette:
    """Put the real pages before the cardboard house; `well` where no feed and no target is in trouble."""
    clock = SetClock(samples.NOW_MS)
    log = FakeLog()
    desk = samples_definitions.desk()
    app = Starlette(
        routes=[Route("/v1/events", _collect, methods=["POST"]), *routes], exception_handlers={HongmaoError: _page}
    )
    app.state.services = SimpleNamespace(
        clock=clock,
        log=log,
        catalog=FakeCatalog(),
        links=FakeLinks(),
        care=samples_care.FakeCare(),
        collector=FakeCollector(log),
        community=FakeCommunity(),
        billing=FakeBilling(),
        books=FakeBooks(),
        bills=samples_books.FakeBills(),
        agencies=samples_agencies.FakeAgencies(),
        definitions=desk.registry,
        definition_desk=desk,
        insight=FakeInsight(clock),
        onboarding=samples_join.FakeOnboarding(),
        eligibility=samples_admission.FakeEligibility(),
        policy=samples_admission.FakePolicy(),
        campaigns=samples_campaigns.FakeCampaigns(),
        authorisations=samples_campaigns.FakeAuthorisations(),
        rating=samples_campaigns.FakeRating(),
        feeds=SimpleNamespace(read=lambda: samples.feeds(well=well)),
        sending=SimpleNamespace(read=lambda: samples.sending(well=well)),
        health=lambda: Health(log_end=182_331, lag={"billing": behind, "sink": 0}),
    )
    app.state.session_key = b"a key for tests"
    app.state.session_clock = clock
    app.state.cookie_secure = False
    return app


async def _collect(request: Request) -> Response:
    """Stand in for the edge: keep what a browser reports."""
    services = cast("Services", request.app.state.services)
    await services.collector.collect(await request.body(), reader=ReaderId("r_browser"))
    return JSONResponse({})


def _page(request: Request, error: Exception) -> Response:
    return error_page(request, cast("HongmaoError", error))
