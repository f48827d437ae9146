"""A stage for reports: a log of hand-made events, the credits they make, and the little that insight asks of others."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar, cast

import duckdb
import msgspec

from hongmao.attribution.api import Attribution
from hongmao.billing.api import Charge, Credit, Funded, NoteCredit, Spend
from hongmao.catalog.api import PLATFORM, Creator, Item, Merchant, Note, NoteType, NothingThere, Principal, Shop
from hongmao.definitions.api import load_registry
from hongmao.engines.attribution.duckdb_engine import CREDITS_SCHEMA, DuckDbCredits
from hongmao.engines.lake.columns import table_of
from hongmao.engines.lake.manifest import Manifest
from hongmao.engines.session import opened
from hongmao.events.contracts import Event, Kind, Logged
from hongmao.insight.api import Insight
from hongmao.insight.contracts import ReportQuery, ViewClock
from hongmao.kernel.clock import SetClock
from hongmao.kernel.ids import CreatorId, ItemId, LinkId, MerchantId, NoteId, ShopId, TenantId
from hongmao.kernel.time import Window, day_of, instant
from hongmao.links.api import AdLink, LinkUnknown, Review, TargetKind
from hongmao.returns.api import BatchRecord, Outcome, RowRecord
from hongmao.returns.contracts import ReportCellRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from hongmao.billing.api import CreatorCost
    from hongmao.engines.session import Session

T = TypeVar("T")
REGISTRY = load_registry()
A, B = TenantId("tenant-a"), TenantId("tenant-b")
_counter = itertools.count(1)


class MemoryTables:
    """`Tables` over a DuckDB in memory."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.connection = duckdb.connect()
        logged = [Logged(offset, event) for offset, event in enumerate(events, start=1)]
        table = table_of(logged) if logged else table_of([Logged(1, impression("2025-05-01 10:00"))])[:0]
        self.events = table
        self.connection.register("events", table)

    def publish(self, name: str, table: Any) -> None:
        self.connection.register(name, table)

    def work(self, job: Callable[[Session], T]) -> T:
        cursor = self.connection.cursor()
        cursor.register("events", self.events)
        cursor.execute("BEGIN")
        with opened(cursor, Manifest(), 0) as session:
            return job(session)

    def rows(self, sql: str, params: Mapping[str, object] | None = None) -> list[dict[str, object]]:
        result = self.connection.execute(sql, dict(params or {}))
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


class Stage:
    """A deployment with two tenants, and whatever has happened in it."""

    def __init__(
        self,
        *events: Event,
        now: str = "2025-07-01 00:00",
        charges: Sequence[Charge] = (),
        given_back: Sequence[Credit] = (),
        ordered: Sequence[CreatorCost] = (),
        credited: bool = True,
        unsure: Sequence[str] = (),
    ) -> None:
        self.tables = MemoryTables(events)
        self.clock = SetClock(instant(now))
        self.attribution = Attribution(DuckDbCredits(self.tables, self.tables), REGISTRY)
        if credited:
            self.attribution.run()
        else:
            self.tables.publish("credits", CREDITS_SCHEMA.empty_table())
        self.insight = Insight(
            self.tables,
            cast("Any", FakeCatalog()),
            cast("Any", FakeLinks()),
            cast("Any", FakeBilling(charges, given_back, ordered, unsure)),
            cast("Any", SimpleNamespace(verify=lambda: SimpleNamespace(balanced=True))),
            REGISTRY,
            self.attribution,
            self.clock,
        )


class FakeCatalog:
    """Two tenants, each with one merchant, shop and item; two notes of two creators."""

    def note(self, id: NoteId) -> Note:
        known = {"note-1": ("防晒怎么选", "creator-1"), "note-2": ("露营清单", "creator-2")}
        if id not in known:
            raise NothingThere(id=id)
        title, creator = known[id]
        return Note(
            id=id, creator=CreatorId(creator), type=NoteType.PICTURE, title=title, body="", topic="", cover="",
            published_at_ms=0,
        )  # fmt: skip

    def creator(self, id: CreatorId) -> Creator:
        return Creator(id=id, name={"creator-1": "小林", "creator-2": "阿远"}[id], bio="")

    def merchant(self, who: Principal, id: MerchantId) -> Merchant:
        if id != f"merchant-{who.tenant[-1]}":
            raise NothingThere(id=id)
        return Merchant(id=id, tenant=who.tenant, name=f"商家{who.tenant[-1].upper()}")

    def merchants(self, who: Principal, *, after: str = "", limit: int = 500) -> list[Merchant]:
        every = [Merchant(id=MerchantId(f"merchant-{of}"), tenant=TenantId(f"tenant-{of}"), name=of) for of in "ab"]
        return [one for one in every if one.id > after][:limit] if who.tenant == PLATFORM else []

    def shops_known(self, ids: Sequence[str]) -> dict[str, Shop]:
        return {one: _shop(one[-1]) for one in ids if one in {"shop-a", "shop-b"}}

    def items_known(self, ids: Sequence[str]) -> dict[str, Item]:
        return {one: _item(one) for one in ids if one.startswith("item-")}


class FakeLinks:
    """Link 1 and 2 of tenant A under notes 1 and 2; link 9 of tenant B under note 1."""

    def of(self, tenant: TenantId) -> list[AdLink]:
        return [
            link
            for link in (_link("1", "note-1"), _link("2", "note-2"), _link("9", "note-1", "b"))
            if link.tenant == tenant
        ]

    def get(self, tenant: TenantId, link: LinkId) -> AdLink:
        for one in self.of(tenant):
            if one.id == link:
                return one
        raise LinkUnknown(id=link)


class FakeCredits:
    """What was given back, as billing tells it."""

    def __init__(self, given: Sequence[Credit]) -> None:
        self._given = given

    def of(self, event_id: str, *, tenant: TenantId | None = None) -> Credit | None:
        return next((one for one in self._given if one.event_id == event_id and tenant in (None, one.tenant)), None)

    def credited(self, tenant: TenantId | None, window: Window) -> list[NoteCredit]:
        return [
            NoteCredit(merchant=one.merchant, note=one.note, amount_fen=one.amount_fen)
            for one in self._given
            if tenant in (None, one.tenant) and window.contains(one.at_ms)
        ]


class FakeOrders:
    """What creators were paid, as billing tells it: every order is of tenant A."""

    def __init__(self, ordered: Sequence[CreatorCost]) -> None:
        self._ordered = ordered

    def costs(self, tenant: TenantId | None, window: Window) -> list[CreatorCost]:
        paid = [cost for cost in self._ordered if window.contains(Window.of_day(cost.day).start_ms)]
        return paid if tenant in (None, A) else []


class FakeBilling:
    """Charges as billing hands them out, without a ledger behind."""

    def __init__(
        self,
        charges: Sequence[Charge],
        given_back: Sequence[Credit] = (),
        ordered: Sequence[CreatorCost] = (),
        unsure: Sequence[str] = (),
    ) -> None:
        self._charges = charges
        self._unsure = unsure
        self.creators = FakeOrders(ordered)
        self.credits = FakeCredits(given_back)

    def spend(self, tenant: TenantId | None, window: Window) -> list[Spend]:
        return [
            Spend(
                day=day_of(one.at_ms), note=one.note, link=one.link, merchant=one.merchant, line=one.line, clicks=1,
                amount_fen=one.amount_fen, unknown=one.link in self._unsure,
            )
            for one in self._charges
            if tenant in (None, one.tenant) and window.contains(one.at_ms) and one.amount_fen
        ]  # fmt: skip

    def paid_by(
        self, tenant: TenantId | None, window: Window, merchant: MerchantId | None = None
    ) -> list[Funded] | None:
        if self._unsure:
            return None
        mine = [one for one in self.spend(tenant, window) if merchant in (None, one.merchant)]
        own = sum(one.amount_fen for one in mine if one.line == "cid")
        return [Funded(funder="merchant", amount_fen=own)]

    def charge_of_click(self, click_id: str, *, tenant: TenantId | None = None) -> Charge | None:
        return next((one for one in self._charges if one.click_id == click_id and tenant in (None, one.tenant)), None)


def charge(of: Event, amount_fen: int = 50, reason: str | None = None, line: str = "cid") -> Charge:
    """Charge a click."""
    return Charge(
        event_id=of.event_id, click_id=of.click_id or "", link=of.link or "", impression=of.impression,
        tenant=TenantId(of.tenant or ""), merchant=MerchantId(of.merchant or ""), note=of.note or "", line=line,
        funder="merchant" if amount_fen else None, at_ms=of.occurred_at_ms, amount_fen=amount_fen, reason=reason,
    )  # fmt: skip


def query(from_day: str, to_day: str, **choices: Any) -> ReportQuery:
    """Ask for a range of days."""
    if "clock" in choices:
        choices["clock"] = ViewClock(choices["clock"])
    return ReportQuery(from_day=day(from_day), to_day=day(to_day), **{"window": "15d", **choices})


def day(text: str) -> date:
    """Read a day."""
    return dt.date.fromisoformat(text)


def impression(when: str | int, **fields: Any) -> Event:
    """Show tenant A's link 1 under note 1 to reader 1."""
    return _community(Kind.IMPRESSION, when, fields)


def tap(when: str | int, **fields: Any) -> Event:
    """Have reader 1 tap the card of note 1 in the feed."""
    return _community(Kind.CLICK, when, fields)


def click(when: str | int, click_id: str, **fields: Any) -> Event:
    """Have reader 1 jump by link 1 of tenant A into shop A, for 50 fen."""
    given = {
        "click_id": click_id,
        "price_fen": 50,
        "labelled": True,
        "item": "item-a1",
        "platform": "sandbox",
        "shop": "shop-a",
    }
    return _community(Kind.COMPONENT_CLICK, when, {"event_id": f"clk:{click_id}", **given, **fields})


def act(kind: Kind, when: str | int, **fields: Any) -> Event:
    """Have reader 1 do something on note 1, of nobody's ad: 点赞, 评论, 关注 of its creator, ..."""
    given = {"tenant": None, "merchant": None, "link": None, "line": None, "placement": "note"}
    given |= {"platform": None, "shop": None, "item": None}
    return _community(kind, when, {**given, **fields})


def wakeup(when: str | int, click_id: str, outcome: str, **fields: Any) -> Event:
    """Have the page of a jump tell how it ended."""
    given = {"event_id": f"wak:{click_id}", "click_id": click_id, "outcome": outcome, "reader": None}
    return _community(Kind.WAKEUP, when, {**given, **fields})


def returned(kind: Kind, when: str | int, click_id: str | None, **fields: Any) -> Event:
    """Have shop A return an act without an order: 进店, 加购, ..."""
    given = {**_SHOP, "ref": f"n-{next(_counter)}", "version": 1, "item": "item-a1", "click_id": click_id}
    return _event(kind, when, {**given, **fields})


def visit(when: str | int, click_id: str | None, **fields: Any) -> Event:
    """Return a store visit."""
    return returned(Kind.VISIT, when, click_id, **{"new_visitor": True, **fields})


def cart(when: str | int, click_id: str | None, **fields: Any) -> Event:
    """Return a 加购."""
    return returned(Kind.CART, when, click_id, **fields)


def bought(
    kind: Kind, when: str | int, sub_order: str, amount_fen: int | None, click_id: str | None, **fields: Any
) -> Event:
    """Return an order act; the order is the sub-order's number before its last dash."""
    given = {
        **_SHOP, "order_id": sub_order.rpartition("-")[0], "sub_order_id": sub_order, "version": 1, "quantity": 1,
        "amount_fen": amount_fen, "click_id": click_id, "item": "item-a1", "pay_item": "item-a1",
    }  # fmt: skip
    return _event(kind, when, {**given, **fields})


def order(when: str | int, sub_order: str, click_id: str | None, **fields: Any) -> Event:
    """Return 拍下."""
    return bought(Kind.ORDER, when, sub_order, None, click_id, **fields)


def pay(when: str | int, sub_order: str, amount_fen: int | None, click_id: str | None, **fields: Any) -> Event:
    """Return 支付, or another payment by `kind`."""
    return bought(fields.pop("kind", Kind.PAY), when, sub_order, amount_fen, click_id, **fields)


def refund(when: str | int, sub_order: str, amount_fen: int | None, ref: str = "r-1", **fields: Any) -> Event:
    """Return 退款."""
    return bought(Kind.REFUND, when, sub_order, amount_fen, None, **{"ref": ref, **fields})


def delivery(when: str, nonce: str, *rows: tuple[Event, str, str | None], **fields: Any) -> Event:
    """Record one delivery of the shop: the rows it carried, each with its outcome and reason."""
    record = BatchRecord(
        account="account-a",
        nonce=nonce,
        bytes=0,
        body_sha256="",
        counts={},
        rows=[
            RowRecord(
                index=index, outcome=Outcome(outcome), event=event.event_id, reason=reason, kind=str(event.kind),
                version=event.version, order_id=event.order_id, sub_order_id=event.sub_order_id,
            )
            for index, (event, outcome, reason) in enumerate(rows)
        ],
    )  # fmt: skip
    given = {
        "event_id": f"rtb:{nonce}", "source": "sandbox", "platform": "sandbox", "tenant": A, "outcome": "delivered",
        "detail": msgspec.json.encode(record).decode(),
    }  # fmt: skip
    return _event(Kind.RETURN_BATCH, when, {**given, **fields})


def cell(
    report: str, day_text: str, values: dict[str, int], *, note: str = "note-1", part: str = "", **told: Any
) -> Event:
    """Have a platform tell a cell of its own report: `part` tells the cells of a note's day apart."""
    key = ":".join(filter(None, (day_text, note, part)))
    own = ("tenant", "merchant", "version", "line", "platform")
    fields: dict[str, Any] = {name: told.pop(name) for name in own if name in told}
    record = ReportCellRecord(report=report, key=key, account="account-a", values=values, **told)
    given = {
        "event_id": f"rpc:{report}.{key}.{fields.get('version', 1)}", "platform": "star", "source": "star", "tenant": A,
        "note": note, "ref": f"{report}:{key}", "version": 1, "detail": msgspec.json.encode(record).decode(),
    }  # fmt: skip
    return _event(Kind.REPORT_CELL, f"{day_text} 00:00", {**given, **fields})


_SHOP = {"source": "sandbox", "platform": "sandbox", "tenant": A, "merchant": "merchant-a", "shop": "shop-a"}


def sent_on(when: str, of: Event, outcome: str, *, target: str = "juguang", version: int = 1, **told: object) -> Event:
    """Write down how sending an event on to a target ended."""
    record = {"target": target, "event_id": of.event_id, "event_type": "404", "reason": "", "attempts": 1, **told}
    fields: dict[str, Any] = {
        "event_id": f"out:{of.event_id}.{target}.{version}",
        "tenant": of.tenant,
        "platform": of.platform,
        "order_id": of.order_id,
        "sub_order_id": of.sub_order_id,
        "click_id": of.click_id,
        "ref": f"{target}-1",
        "version": version,
        "outcome": outcome,
        "detail": json.dumps(record),
    }
    return _event(Kind.SENT_ON, when, fields)


def _community(kind: Kind, when: str | int, fields: dict[str, Any]) -> Event:
    given = {
        "tenant": A, "merchant": "merchant-a", "note": "note-1", "creator": "creator-1", "link": "link-1", "line": "cid",
        "reader": "reader-1", "placement": "feed", "platform": "sandbox", "shop": "shop-a", "item": "item-a1",
    }  # fmt: skip
    return _event(kind, when, {**given, **fields})


def _event(kind: Kind, when: str | int, fields: dict[str, Any]) -> Event:
    at_ms = instant(when) if isinstance(when, str) else when
    event_id = fields.pop("event_id", None) or f"evt:{kind}:{next(_counter):06d}"
    return Event(**{"event_id": event_id, "kind": kind, "occurred_at_ms": at_ms, "received_at_ms": at_ms, **fields})


def _link(number: str, note: str, of: str = "a") -> AdLink:
    return AdLink(
        id=LinkId(f"link-{number}"),
        tenant=TenantId(f"tenant-{of}"),
        merchant=MerchantId(f"merchant-{of}"),
        note=NoteId(note),
        creator=CreatorId("creator-1"),
        shop=ShopId(f"shop-{of}"),
        platform="sandbox",
        target=TargetKind.ITEM,
        item=ItemId(f"item-{of}1"),
        deeplink=None,
        universal_link="https://shop.test/u",
        fallback_url="https://shop.test/h5",
        deeplink_review=Review.PENDING,
        universal_link_review=Review.REJECTED,
        fallback_review=Review.APPROVED,
        review_note="",
        button="购买同款",
        title="同款",
        line="cid",
        price_fen=50,
        paused=False,
        created_at_ms=int(number),
    )


def _shop(of: str) -> Shop:
    return Shop(
        id=ShopId(f"shop-{of}"),
        tenant=TenantId(f"tenant-{of}"),
        merchant=MerchantId(f"merchant-{of}"),
        platform="sandbox",
        platform_shop_id=f"shop-{of}",
        name=f"店铺{of.upper()}",
        home_url="",
    )


def _item(id: str) -> Item:
    return Item(
        id=ItemId(id),
        tenant=TenantId(f"tenant-{id[5]}"),
        shop=ShopId(f"shop-{id[5]}"),
        spu="",
        platform_item_id=id,
        title=f"商品{id[5:].upper()}",
        price_fen=29_900,
        url="",
    )
