"""What the pages are shown in tests: one merchant's week in May 2025, with an awkward name wherever a name can stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from hongmao.insight.contracts import (
    Act,
    Answered,
    Billed,
    Candidate,
    Claim,
    ClickCount,
    ClickFacts,
    Credit,
    Credited,
    DayPoint,
    Deduped,
    DefinitionRef,
    Delivery,
    Figure,
    Freshness,
    FunnelStep,
    HourCount,
    LeftOut,
    LinkPage,
    LinkRow,
    Matched,
    Maturity,
    MediaCount,
    NoteRow,
    OpsPage,
    OrderRow,
    OrderStatus,
    Overview,
    QuarantineRow,
    Received,
    RefusedCount,
    ReportQuery,
    ReturnCount,
    ReviewState,
    Ripeness,
    SentOn,
    SentWay,
    State,
    SubOrderTrace,
    Trace,
    Unit,
    Verified,
    ViewClock,
    WakeCount,
    Words,
)
from hongmao.kernel.ids import CreatorId, ItemId, LinkId, MerchantId, NoteId, ShopId, TenantId
from hongmao.kernel.time import DAY_MS, HOUR_MS, MINUTE_MS, instant
from hongmao.links.contracts import AdLink, Review, TargetKind
from hongmao.returns.api import (
    AccountHealth,
    Alarm,
    AlarmKind,
    Alert,
    Completeness,
    DeadLetters,
    FeedHealth,
    NotSent,
    OutHealth,
)

NOW_MS = instant("2025-05-14T10:00:00+08:00")
FIRST, LAST = date(2025, 5, 8), date(2025, 5, 14)
QUERY = ReportQuery(from_day=FIRST, to_day=LAST, window="15d")
NASTY = "<script>alert(1)</script>'; DROP TABLE notes;--"
"""What somebody will type into every text field; it must come out as the text it is."""
GROWING = Maturity(ripeness=Ripeness.GROWING, complete_at_ms=instant("2025-05-30T00:00:00+08:00"))
MATURE = Maturity(ripeness=Ripeness.MATURE, complete_at_ms=NOW_MS - DAY_MS)
NAMES = {
    "impressions": ("曝光", "Impressions"),
    "clicks": ("点击", "Clicks"),
    "component_clicks": ("组件点击", "Component clicks"),
    "visits": ("进店", "Store visits"),
    "visit_uv": ("进店UV", "Store visitors"),
    "carts": ("加购", "Add to carts"),
    "cart_uv": ("加购UV", "Carting readers"),
    "purchases": ("成交", "Purchases"),
    "purchase_uv": ("成交UV", "Buyers"),
    "refunds": ("退款", "Refunds"),
    "spend": ("消耗", "Spend"),
    "gmv_gross": ("成交额", "GMV"),
    "gmv_net": ("净成交额", "Net GMV"),
    "roi_gross": ("ROI（毛）", "ROI gross"),
    "roi_net": ("ROI（净）", "ROI net"),
    "cpuv": ("CPUV", "CPUV"),
    "orders": ("订单", "Orders"),
    "new_visitors": ("新访客", "New visitors"),
    "ctr": ("点击率", "CTR"),
    "last_click": ("末次点击", "Last click"),
    "linear_click": ("线性点击", "Linear click"),
}
CREDITED = frozenset({"purchases", "gmv_gross", "gmv_net", "roi_gross", "roi_net", "orders", "purchase_uv", "refunds"})
RETURNED = CREDITED | {"visits", "visit_uv", "carts", "cart_uv", "cpuv", "new_visitors"}


def ref(name: str) -> DefinitionRef:
    zh, en = NAMES.get(name, (name, name))
    words = Words(zh=f"{zh}：按已生效的口径计数", en=f"{en}: counted as the definition in force says")
    return DefinitionRef(
        id=name,
        version="1",
        fingerprint=f"{abs(hash(name)) % 16**16:016x}"[:16],
        name=Words(zh=zh, en=en),
        counted=words,
    )


def figure(name: str, unit: Unit, top: int | None, bottom: int | None = None, *, partial: bool = False) -> Figure:
    return Figure(
        name=name,
        unit=unit,
        numerator=top,
        denominator=bottom,
        text=_text(unit, top, bottom),
        partial=partial,
        definition=ref(name),
        window="15d" if name in CREDITED else None,
        clock=ViewClock.BILLING if name in RETURNED else None,
        maturity=GROWING if name in RETURNED else MATURE,
    )


def _text(unit: Unit, top: int | None, bottom: int | None) -> str:
    if top is None or (unit not in {Unit.COUNT, Unit.FEN} and not bottom):
        return "—"
    match unit:
        case Unit.COUNT:
            return f"{top:,}"
        case Unit.FEN:
            return f"{top / 100:,.2f}"
        case Unit.RATE:
            return f"{top / (bottom or 1):.2%}"
        case Unit.FEN_EACH:
            return f"{top / 100 / (bottom or 1):,.2f}"
        case _:
            return f"{top / (bottom or 1):.2f}"


def count(name: str, value: int | None, *, partial: bool = False) -> Figure:
    return figure(name, Unit.COUNT, value, partial=partial)


def fen(name: str, value: int | None) -> Figure:
    return figure(name, Unit.FEN, value)


def overview(query: ReportQuery = QUERY, *, empty: bool = False) -> Overview:
    counts = (0,) * 7 if empty else (48_213, 2_874, 1_031, 612, 143, 46, 7)
    names = ("impressions", "clicks", "component_clicks", "visits", "carts", "purchases", "refunds")
    people = {"visits": 0 if empty else 547, "carts": 0 if empty else 131, "purchases": 0 if empty else 41}
    spend, gross, net = (0, 0, 0) if empty else (269_423, 823_400, 701_900)
    return Overview(
        query=query,
        steps=tuple(_step(n, name, counts, people, spend) for n, name in enumerate(names)),
        spend=fen("spend", spend),
        gmv_gross=fen("gmv_gross", gross),
        gmv_net=fen("gmv_net", net),
        roi_gross=figure("roi_gross", Unit.MULTIPLE, gross, spend),
        roi_net=figure("roi_net", Unit.MULTIPLE, net, spend),
        cpuv=figure("cpuv", Unit.FEN_EACH, spend, people["visits"]),
        orders=count("orders", 0 if empty else 41),
        new_visitors=count("new_visitors", 0 if empty else 398, partial=not empty),
        series=tuple(_day(query.from_day + timedelta(days=n), n, empty=empty) for n in range(_days(query))),
        invalid=()
        if empty
        else (
            LeftOut(kind="component_click", reason="repeat_tap", count=37),
            LeftOut(kind="component_click", reason="bot", count=12),
        ),
        unmatched=()
        if empty
        else (
            LeftOut(kind="visit", reason="no_click_id", count=21),
            LeftOut(kind="pay", reason="click_unknown", count=2),
        ),
        credited_by=ref("last_click"),
        maturity=GROWING,
    )


def _days(query: ReportQuery) -> int:
    return (query.to_day - query.from_day).days + 1


def _step(n: int, name: str, counts: tuple[int, ...], people: dict[str, int], spend: int) -> FunnelStep:
    names = ("impressions", "clicks", "component_clicks", "visits", "carts", "purchases", "refunds")
    return FunnelStep(
        name=name,
        count=count(name, counts[n]),
        people=count(f"{name[:-1]}_uv", people[name]) if name in people else None,
        rate_of=names[n - 1] if n else None,
        rate=figure("ctr", Unit.RATE, counts[n], counts[n - 1]) if n else None,
        cost=figure(f"cost_per_{name}", Unit.FEN_EACH, spend, counts[n]) if name != "refunds" else None,
    )


def _day(day: date, n: int, *, empty: bool) -> DayPoint:
    wave = (0.8, 1.1, 1.4, 1.25, 0.9, 1.05, 0.5)[n % 7]
    if empty:
        wave = 0.0
    return DayPoint(
        day=day,
        impressions=round(6_880 * wave),
        component_clicks=round(147 * wave),
        visits=round(87 * wave),
        purchases=None if n == 3 else round(7 * wave),
        spend_fen=round(38_489 * wave),
        gmv_gross_fen=round(117_628 * wave),
        gmv_net_fen=round(100_271 * wave),
        mature=n < 2,
    )


LINK = AdLink(
    id=LinkId("link-001"),
    tenant=TenantId("tenant-1"),
    merchant=MerchantId("merchant-1"),
    note=NoteId("note-001"),
    creator=CreatorId("creator-1"),
    shop=ShopId("shop-1"),
    platform="sandbox",
    target=TargetKind.ITEM,
    item=ItemId("item-11"),
    deeplink="sandboxshop://open?h5url=http%3A%2F%2F127.0.0.1%3A8090%2Fitem%2Fitem-11",
    universal_link=None,
    fallback_url="http://127.0.0.1:8090/item/item-11",
    deeplink_review=Review.APPROVED,
    universal_link_review=Review.PENDING,
    fallback_review=Review.APPROVED,
    review_note="链接、落地页与笔记一致",
    button="购买同款",
    title="同款好物",
    line="cid",
    price_fen=80,
    paused=False,
    created_at_ms=NOW_MS - 9 * DAY_MS,
)


def note_rows() -> tuple[NoteRow, ...]:
    titles = ("清透防晒乳 50ml：用了三周，说点实话", "柔雾口红 03：到底值不值得买？", NASTY)
    return tuple(_note(n, title) for n, title in enumerate(titles))


def _note(n: int, title: str) -> NoteRow:
    by = n + 1
    spend = (92_000, 61_200, 0)[n]
    return NoteRow(
        note=f"note-00{by}",
        title=title,
        creator=f"creator-{by}",
        creator_name=("阿橙的梳妆台", "成分党小陆", NASTY)[n],
        links=(f"link-00{by}",),
        impressions=count("impressions", 18_000 // by),
        clicks=count("clicks", 1_100 // by),
        component_clicks=count("component_clicks", 420 // by),
        visits=count("visits", 260 // by),
        carts=count("carts", 61 // by),
        purchases=count("purchases", (21, 9, 0)[n]),
        refunds=count("refunds", (3, 1, 0)[n]),
        spend=fen("spend", spend),
        gmv_gross=fen("gmv_gross", (318_000, 89_100, 0)[n]),
        gmv_net=fen("gmv_net", (270_900, 79_200, 0)[n]),
        cpuv=figure("cpuv", Unit.FEN_EACH, spend, (240, 118, 0)[n]),
        roi_net=figure("roi_net", Unit.MULTIPLE, (270_900, 79_200, 0)[n], spend),
        maturity=GROWING,
    )


def link_rows() -> tuple[LinkRow, ...]:
    return (
        LinkRow(
            link=LINK,
            note_title="清透防晒乳 50ml：用了三周，说点实话",
            shop_name=f"初晴旗舰店 {NASTY}",
            clicks=count("component_clicks", 420),
            clicks_invalid=17,
            visits=count("visits", 260),
            purchases=count("purchases", 21),
            spend=fen("spend", 33_600),
            gmv_net=fen("gmv_net", 270_900),
        ),
    )


def click(n: int = 0) -> ClickFacts:
    return ClickFacts(
        event_id=f"clk:{n}",
        click_id=f"AZa9xQ2mT0{n:020d}",
        at_ms=NOW_MS - 2 * DAY_MS - n * HOUR_MS,
        note="note-001",
        note_title="清透防晒乳 50ml：用了三周，说点实话",
        creator_name="阿橙的梳妆台",
        link="link-001",
        placement="note",
        labelled=n != 2,
        invalid="label_not_shown" if n == 2 else None,
        price_fen=80,
    )


def link_page(query: ReportQuery = QUERY) -> LinkPage:
    return LinkPage(
        query=query,
        row=link_rows()[0],
        creator_name="阿橙的梳妆台",
        merchant_name="初晴",
        reviews=(
            ReviewState(address="deeplink", url=LINK.deeplink, review=Review.APPROVED),
            ReviewState(address="universal_link", url=None, review=Review.PENDING),
            ReviewState(address="fallback", url=LINK.fallback_url, review=Review.APPROVED),
        ),
        clicks_by=(
            ClickCount(placement="note", invalid=None, count=301),
            ClickCount(placement="feed", invalid=None, count=119),
            ClickCount(placement="note", invalid="repeat_tap", count=17),
        ),
        last_clicks=tuple(click(n) for n in range(3)),
        media=(
            MediaCount(media="juguang", problem=None, count=64),
            MediaCount(media="juguang", problem="macro_unresolved", count=11),
            MediaCount(media=NASTY, problem="click_id_empty", count=2),
        ),
        wakeups=wakeups(),
        cpuv=figure("cpuv", Unit.FEN_EACH, 33_600, 240),
        roi_net=figure("roi_net", Unit.MULTIPLE, 270_900, 33_600),
    )


def wakeups() -> tuple[WakeCount, ...]:
    return (
        WakeCount(agent="chrome-android", taps=211, opened=160, store=4, fallback=9, blocked=21, timeout=2, unknown=15),
        WakeCount(
            agent="safari-ios",
            taps=140,
            opened=None,
            store=None,
            fallback=None,
            blocked=None,
            timeout=None,
            unknown=140,
        ),
        WakeCount(agent=NASTY, taps=69, opened=0, store=0, fallback=3, blocked=0, timeout=0, unknown=66),
        WakeCount(agent=None, taps=1, opened=None, store=None, fallback=None, blocked=None, timeout=None, unknown=1),
    )


def order_rows() -> tuple[OrderRow, ...]:
    one = OrderRow(
        platform="sandbox",
        order_id="o-1",
        merchant="merchant-1",
        shop="shop-1",
        sub_orders=2,
        ordered_at_ms=NOW_MS - 2 * DAY_MS,
        paid_fen=22_800,
        refunded_fen=9_900,
        net_fen=12_900,
        partial=False,
        status=OrderStatus.PART_REFUNDED,
        note="note-001",
        note_title="清透防晒乳 50ml：用了三周，说点实话",
        click_id=click().click_id,
        clicked_at_ms=click().at_ms,
    )
    two = OrderRow(
        platform="sandbox",
        order_id="o-2",
        merchant="merchant-1",
        shop="shop-1",
        sub_orders=1,
        ordered_at_ms=NOW_MS - DAY_MS,
        paid_fen=None,
        refunded_fen=0,
        net_fen=None,
        partial=True,
        status=OrderStatus.DEPOSIT,
        note=None,
        note_title="—",
        click_id=None,
        clicked_at_ms=None,
    )
    return (two, one)


def trace(order_id: str = "o-1") -> Trace:
    return Trace(
        platform="sandbox",
        order_id=order_id,
        also_on=(),
        merchant="merchant-1",
        merchant_name="初晴",
        shop="shop-1",
        shop_name="初晴旗舰店",
        ordered_at_ms=NOW_MS - 2 * DAY_MS,
        status=OrderStatus.PART_REFUNDED,
        gross_fen=22_800,
        refunded_fen=9_900,
        net_fen=12_900,
        partial=False,
        sub_orders=(
            _sub("o-1-1", "初晴 清透防晒乳 50ml", 12_900, 0),
            _sub("o-1-2", f"初晴 柔雾口红 03 {NASTY}", 9_900, 9_900),
        ),
    )


def _sub(name: str, title: str, gross: int, refunded: int) -> SubOrderTrace:
    first = click()
    at_ms = first.at_ms + 2 * HOUR_MS + 5 * MINUTE_MS
    acts: list[tuple[str, str | None, int, int | None]] = [
        ("order", None, at_ms, None),
        ("pay", None, at_ms + MINUTE_MS, gross),
    ]
    if refunded:
        acts.append(("refund", "r-1", at_ms + 20 * HOUR_MS, refunded))
    winner = Candidate(
        click_id=first.click_id,
        event_id=first.event_id,
        at_ms=first.at_ms,
        note="note-001",
        note_title=first.note_title,
        won=True,
        reason="last_in_window",
        sentence=Words(zh="窗口内最后一次有效触点", en="the last valid touch inside the window"),
        own=True,
        credit_millionths=1_000_000,
        gross_fen=gross,
        net_fen=gross - refunded,
    )
    loser = Candidate(
        click_id=click(1).click_id,
        event_id="clk:1",
        at_ms=click(1).at_ms,
        note="note-002",
        note_title="柔雾口红 03：到底值不值得买？",
        won=False,
        reason="later_touch_won",
        sentence=Words(zh="窗口内有更晚的触点", en="a later touch inside the window won"),
    )
    unfit = replace(
        loser,
        event_id="clk:2",
        at_ms=click(2).at_ms,
        reason="click_invalid",
        sentence=Words(zh="点击无效，不计入归因", en="the click is invalid and earns nothing"),
        note="note-005",
        note_title=NASTY,
        organic=True,
    )
    shared = tuple(
        replace(
            one,
            won=True,
            reason="shared_evenly",
            credit_millionths=500_000,
            gross_fen=gross // 2,
            net_fen=(gross - refunded) // 2,
        )
        for one in (winner, loser)
    )
    return SubOrderTrace(
        sub_order_id=name,
        item="item-11",
        pay_item="item-11" if not refunded else "item-12",
        title=title,
        direct=not refunded,
        quantity=1,
        gross_fen=gross,
        refunded_fen=refunded,
        net_fen=gross - refunded,
        partial=False,
        status=OrderStatus.REFUNDED if refunded else OrderStatus.PAID,
        received=Received(
            state=State.DONE,
            sentence=Words(
                zh="店铺在下单后 3 秒回传，此后重复了一次。",
                en="The shop returned it 3 seconds after the order, and once more later.",
            ),
            acts=tuple(
                Act(
                    event_id=f"{name}:{kind}",
                    kind=kind,
                    ref=ref_,
                    version=1,
                    superseded=False,
                    occurred_at_ms=at,
                    received_at_ms=at + 3_000,
                    amount_fen=amount,
                )
                for kind, ref_, at, amount in acts
            ),
            deliveries=(
                Delivery(
                    batch="rtr:evt_01",
                    received_at_ms=at_ms + 3_000,
                    kind="order",
                    version=1,
                    outcome="accepted",
                    reason=None,
                ),
                Delivery(
                    batch="rtr:evt_02",
                    received_at_ms=at_ms + 63_000,
                    kind="order",
                    version=1,
                    outcome="duplicate",
                    reason=None,
                ),
                Delivery(
                    batch="rtr:evt_03",
                    received_at_ms=at_ms + 64_000,
                    kind="pay",
                    version=1,
                    outcome="accepted",
                    reason=None,
                ),
            ),
        ),
        verified=Verified(
            state=State.DONE,
            sentence=Words(zh="签名、时间与随机数均通过。", en="Signature, timestamp and nonce were in order."),
            account="account-1",
        ),
        deduped=Deduped(
            state=State.DONE,
            sentence=Words(zh="有 1 次重复到达，只计一次。", en="One repeat arrived and counts once."),
            duplicates=1,
            superseded=0,
        ),
        matched=Matched(
            state=State.DONE,
            sentence=Words(
                zh="订单带回的点击 ID 是我们签发的。", en="The click id the order brought back is one we signed."
            ),
            click_id=first.click_id,
            verdict="valid",
            click=first,
            elapsed_ms=at_ms - first.at_ms,
        ),
        credited=Credited(
            state=State.DONE,
            sentence=Words(zh="四个窗口都归因到同一次点击。", en="All four windows credit the same click."),
            credits=tuple(
                Credit(
                    definition=ref("last_click"),
                    model="last_click",
                    window=window,
                    won=True,
                    winner=winner,
                    candidates=(winner, loser, unfit),
                    reason="last_in_window",
                    sentence=winner.sentence,
                    gross_fen=gross,
                    net_fen=gross - refunded,
                    billing_day=date(2025, 5, 12),
                    event_day=date(2025, 5, 12),
                )
                for window in ("24h", "7d", "15d", "30d")
            )
            + tuple(
                Credit(
                    definition=ref("linear_click"),
                    model="linear",
                    window=window,
                    won=True,
                    winner=shared[0],
                    candidates=shared,
                    reason="shared_evenly",
                    sentence=winner.sentence,
                    gross_fen=gross,
                    net_fen=gross - refunded,
                    billing_day=date(2025, 5, 12),
                    event_day=date(2025, 5, 12),
                )
                for window in ("24h", "7d", "15d", "30d")
            ),
            click_by="sync",
            claimed_elsewhere=None if refunded else True,
            claims=(
                Claim(
                    click_id=str(first.click_id),
                    by="sync",
                    followed=True,
                    reason="click_followed",
                    sentence=winner.sentence,
                ),
                Claim(click_id=NASTY, by="async", followed=False, reason="other_click_first", sentence=loser.sentence),
            ),
        ),
        billed=Billed(
            state=State.DONE,
            sentence=Words(zh="这次点击扣费 0.80 元。", en="The click was charged 0.80 yuan."),
            charge_fen=80,
            batch="post_0007",
            wallet="wallet/merchant-1/cid",
            line="cid",
            funder="merchant",
            reason=None,
            credited_fen=80,
            credited_at_ms=NOW_MS,
        ),
        sent_on=SentOn(
            state=State.FAILED,
            sentence=Words(zh="juguang 已送达，meta 被拒收。", en="juguang: delivered; meta: refused."),
            ways=(
                SentWay(
                    target="juguang",
                    account="juguang-1",
                    event_type="404",
                    outcome="delivered",
                    reason=None,
                    answer=None,
                    attempts=2,
                    at_ms=NOW_MS + 90_000,
                ),
                SentWay(
                    target="meta",
                    account="meta-1",
                    event_type="Purchase",
                    outcome="refused",
                    reason="deadline",
                    answer="<b>expired</b>",
                    attempts=1,
                    at_ms=NOW_MS + 95_000,
                ),
            ),
        ),
        answered=Answered(
            state=State.DONE,
            sentence=Words(zh="每次到达都已应答店铺。", en="The shop was answered for every arrival."),
            outcomes=("accepted", "duplicate", "accepted"),
        ),
    )


def ops_page(*, behind: int = 0) -> OpsPage:
    hour = NOW_MS // HOUR_MS * HOUR_MS
    return OpsPage(
        now_ms=NOW_MS,
        hours=tuple(
            HourCount(hour_at_ms=hour - n * HOUR_MS, kind=kind, count=base * (24 - n) // 12 + n % 5)
            for kind, base in (("impression", 900), ("click", 80), ("component_click", 31), ("visit", 18), ("pay", 2))
            for n in range(22)
        ),
        invalid=(LeftOut(kind="component_click", reason="link_preview", count=9),),
        returns=(
            ReturnCount(platform="sandbox", outcome="accepted", reason=None, count=1_204),
            ReturnCount(platform="sandbox", outcome="duplicate", reason=None, count=61),
            ReturnCount(platform="sandbox", outcome="late", reason=None, count=12),
            ReturnCount(platform="sandbox", outcome="unmatched", reason="no_click_id", count=140),
            ReturnCount(platform="sandbox", outcome="quarantined", reason="row_unreadable", count=3),
        ),
        refused=(
            RefusedCount(platform="sandbox", reason="bad_signature", count=4),
            RefusedCount(platform="—", reason="unknown_account", count=1),
        ),
        quarantine=(
            QuarantineRow(
                event_id="rtr:q_1", received_at_ms=NOW_MS - HOUR_MS, platform="sandbox", reason=NASTY, chars=812
            ),
        ),
        freshness=(
            Freshness(
                source="community", last_occurred_at_ms=NOW_MS - 4_000, last_received_at_ms=NOW_MS - 3_000, age_ms=3_000
            ),
            Freshness(
                source="sandbox",
                last_occurred_at_ms=NOW_MS - 3 * HOUR_MS,
                last_received_at_ms=NOW_MS - 8 * MINUTE_MS,
                age_ms=8 * MINUTE_MS,
            ),
        ),
        wakeups=wakeups(),
        log_end=182_331,
        lag={"billing": behind, "sink": 0, "attribution": 0},
    )


GOOD_FEED = FeedHealth(
    platform="taobao",
    account="taobao-1",
    tenant="tenant-1",
    way="pull",
    feed="orders",
    lag_ms=4 * MINUTE_MS,
    lag_ms_max=DAY_MS,
    rows=1_204,
    matched=1_020,
    missing=0,
    coverage=Fraction(1_020, 1_204),
    ratio=None,
    completeness=Completeness.COMPLETE,
    alerts=(),
    last_good_ms=NOW_MS - 4 * MINUTE_MS,
    rows_new=18_213,
    repeats=611,
    owed_spans=0,
)
WEBHOOK = replace(
    GOOD_FEED,
    platform="sandbox",
    account="account-1",
    way="webhook",
    feed="",
    lag_ms=8 * MINUTE_MS,
    lag_ms_max=None,
    rows_new=None,
    repeats=None,
    owed_spans=None,
)


def feeds(*, well: bool = False) -> list[FeedHealth]:
    partial = replace(
        GOOD_FEED,
        platform="vip",
        account="vip-1",
        rows=20,
        matched=20,
        missing=126,
        coverage=Fraction(20, 146),
        completeness=Completeness.PARTIAL,
        alerts=(Alert.PARTIAL,),
        owed_spans=1,
    )
    late = replace(
        GOOD_FEED,
        platform="jd",
        account=NASTY,
        lag_ms=None,
        rows=0,
        matched=0,
        coverage=None,
        completeness=Completeness.LATE,
        alerts=(Alert.LATE, Alert.REFUSED, Alert.FAILING),
        last_error="pull_refused",
        last_good_ms=None,
        rows_new=0,
        repeats=0,
    )
    report = replace(
        WEBHOOK, platform="star", account="star-1", way="file", feed="star_task", lag_ms=DAY_MS, ratio="0.2"
    )
    return [WEBHOOK, GOOD_FEED, report] if well else [late, WEBHOOK, report, GOOD_FEED, partial]


def sending(*, well: bool = False) -> OutHealth:
    whole = AccountHealth(
        account="meta-1",
        target="meta",
        tenant="tenant-2",
        ratio_millionths=1_000_000,
        test=False,
        active=True,
        pending=0,
        soonest_ms=None,
        unreachable_since_ms=None,
        delivered=1_902,
        dead=0,
        refused=0,
        sampled_out=0,
        tests=0,
    )
    if well:
        return OutHealth(alarms=(), accounts=(whole,), dead_letters=(), not_sent=())
    part = replace(
        whole,
        account="juguang-1",
        target="juguang",
        tenant="tenant-1",
        ratio_millionths=985_000,
        pending=41,
        soonest_ms=NOW_MS + 7 * MINUTE_MS,
        unreachable_since_ms=NOW_MS - 12 * MINUTE_MS,
        dead=3,
        refused=11,
        sampled_out=29,
    )
    due_ms = NOW_MS + 7 * MINUTE_MS
    alarm = Alarm(
        account="juguang-1",
        target="juguang",
        tenant="tenant-1",
        kind=AlarmKind.DEADLINE_NEAR,
        since_ms=NOW_MS - 5 * MINUTE_MS,
        due_ms=due_ms,
    )
    return OutHealth(
        alarms=(alarm, replace(alarm, kind=AlarmKind.UNREACHABLE, since_ms=NOW_MS - 7 * MINUTE_MS)),
        accounts=(
            part,
            whole,
            replace(whole, account="oe-1", target="oceanengine", test=True, tests=6),
            replace(whole, account=NASTY, target="tencent", active=False, pending=2, soonest_ms=NOW_MS - MINUTE_MS),
        ),
        dead_letters=(
            DeadLetters(target="juguang", reason="bad_token", dead=0, refused=11, beyond=0),
            DeadLetters(target="juguang", reason="deadline", dead=3, refused=0, beyond=3),
            DeadLetters(target="tencent", reason=NASTY, dead=1, refused=1, beyond=1),
        ),
        not_sent=(
            NotSent(target="juguang", kind="pay", reason="macro_unresolved", events=11),
            NotSent(target="meta", kind="visit", reason="no_click_id", events=140),
        ),
    )
