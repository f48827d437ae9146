"""What the pages, the command line and the exports read: frozen view models, every field with its meaning and unit.

Three rules hold for all of them. A figure is a `Figure`: its parts, its text, and the definition it was made by.
Unknown is None and prints as `—`; 0 means that we know there was none. Words for people are `Words`, in both languages;
codes (`reason`, `state`, `kind`) are stable and are translated where they are shown.

    Overview ── steps: FunnelStep × 7 (曝光 点击 组件点击 进店 加购 成交 退款) ── Figure × 4
             └─ series: DayPoint × days
    Trace ── sub_orders: SubOrderTrace ── received → verified → deduped → matched → credited → billed → sent_on → answered
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from hongmao.kernel.errors import Lang
    from hongmao.links.contracts import AdLink, Review

DASH = "—"
"""How unknown prints, in every language and every place."""


class ViewClock(StrEnum):
    """统计时间口径: on which day something is booked."""

    BILLING = "billing"  # 计费时间: the day of the click that earned it
    EVENT = "event"  # 行为时间: the day it happened


class Unit(StrEnum):
    """How a figure's parts make its value."""

    COUNT = "count"  # numerator, a whole number
    FEN = "fen"  # numerator, fen; printed as yuan
    RATE = "rate"  # numerator ÷ denominator, printed as a percentage
    FEN_EACH = "fen_each"  # numerator (fen) ÷ denominator (count), printed as yuan
    MULTIPLE = "multiple"  # numerator ÷ denominator, both fen, printed as 1.88


class Ripeness(StrEnum):
    """成熟度: whether a figure can still grow."""

    MATURE = "mature"  # nothing that arrives in time can change it any more
    GROWING = "growing"  # its window is still open; it must not enter a stop rule (ATTR-9)


class State(StrEnum):
    """How far one step of an order's trace has come."""

    DONE = "done"  # it happened; the step's facts say how
    WAITING = "waiting"  # it will happen once a worker or the shop gets there
    NONE = "none"  # it did not happen, and the sentence says why that is right
    FAILED = "failed"  # it was tried and a rule or a fault said no
    NOT_CONFIGURED = "not_configured"  # this deployment does not do it


class OrderStatus(StrEnum):
    """订单状态 of a whole order, from what its sub-orders have returned."""

    PLACED = "placed"  # 拍下, nothing paid yet
    DEPOSIT = "deposit"  # 预售: the deposit is paid, the balance is not
    PAID = "paid"  # 支付
    PART_REFUNDED = "part_refunded"  # 部分退款
    REFUNDED = "refunded"  # 全额退款
    RECEIVED = "received"  # 收货


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One sentence for people, in both languages."""

    zh: str
    """In Chinese."""
    en: str
    """In English."""

    def text(self, lang: Lang) -> str:
        """Give the sentence in one language."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionRef:
    """口径: which definition made a figure or a credit."""

    id: str
    """The definition's id, such as `cpuv` or `last_click`."""
    version: str
    """Its version, such as `1`."""
    fingerprint: str
    """16 hexadecimal digits of its meaning: the same fingerprint, the same rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maturity:
    """成熟度 of a cell."""

    ripeness: Ripeness
    """Whether it can still grow."""
    complete_at_ms: int | None
    """When it stops growing (epoch ms); None where it never had a window, such as an empty range."""

    @property
    def mature(self) -> bool:
        """Tell whether it is complete."""
        return self.ripeness is Ripeness.MATURE


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number that carries its definition. Totals are made from parts, never from other figures' values (ATTR-6)."""

    name: str
    """Stable key for its label, equal to the metric's id: `impressions`, `cpuv`, `roi_net`, ..."""
    unit: Unit
    """How the parts make the value."""
    numerator: int | None
    """The additive part; None where unknown."""
    denominator: int | None
    """The part to divide by; None for counts and amounts, and where unknown."""
    text: str
    """The value as it prints in any language: `10,000`, `6.00%`, `107.77`, `1.88`, or `—` where unknown."""
    partial: bool
    """Whether a part was unknown somewhere, so that the sum covers only what is known (ATTR-7)."""
    definition: DefinitionRef
    """What made it."""
    window: str | None
    """归因窗口 such as `15d`; None where no window applies (impressions, clicks, spend)."""
    clock: ViewClock | None
    """On which day it is booked; None where both clocks are the same day."""
    maturity: Maturity
    """Whether it can still grow."""

    @property
    def known(self) -> bool:
        """Tell whether there is a value to show or draw."""
        if self.numerator is None:
            return False
        return self.unit in {Unit.COUNT, Unit.FEN} or bool(self.denominator)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuery:
    """What a report is asked for. Make it from text with `insight.api.read_query`, which says what is wrong where."""

    from_day: date
    """First day, Asia/Shanghai, inclusive."""
    to_day: date
    """Last day, Asia/Shanghai, inclusive."""
    window: str = "15d"
    """归因窗口: one of `WINDOWS`."""
    clock: ViewClock = ViewClock.BILLING
    """统计时间口径."""
    scope: str = "cid"
    """Which money line: `cid`, `ud`, or `all` (both, never mixed in the ledger)."""


WINDOWS = ("24h", "7d", "15d", "30d")
"""The windows that attribution keeps at once (ATTR-1)."""
SCOPES = ("cid", "ud", "all")
"""Which money lines a report may cover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Acts that stand beside a report and not in it, with the reason: nothing is dropped silently."""

    kind: str
    """Kind of event, such as `component_click` or `visit`."""
    reason: str
    """Why: an invalid reason of the event itself (`bot`, `prefetch`, ...), or `invalid_click`, `no_click`,
    `unknown_click`, `other_tenant`, `before_click`, `outside_window`."""
    count: int
    """How many events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStep:
    """One step of the funnel."""

    name: str
    """`impressions`, `clicks`, `component_clicks`, `visits`, `carts`, `purchases` or `refunds`."""
    count: Figure
    """How often it happened: events; sub-orders for purchases and refunds."""
    people: Figure | None
    """UV: how many readers did it; None for the steps before the jump where a reader may be unknown."""
    rate_of: str | None
    """Name of the step the rate divides by; None for the first."""
    rate: Figure | None
    """This step's count ÷ that step's count; None for the first step."""
    cost: Figure
    """Spend ÷ this step's count, in yuan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPoint:
    """One day of the charts and of their table. Counts are whole numbers, amounts fen; None is unknown."""

    day: date
    """Asia/Shanghai, by the query's clock."""
    impressions: int
    """曝光."""
    component_clicks: int
    """组件点击."""
    visits: int | None
    """进店, events."""
    purchases: int | None
    """成交, sub-orders."""
    spend_fen: int | None
    """消耗."""
    gmv_gross_fen: int | None
    """成交额 before refunds."""
    gmv_net_fen: int | None
    """成交额 after refunds."""
    mature: bool
    """Whether the day's cells are complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The merchant console's first page: the funnel, what it cost, what it brought."""

    query: ReportQuery
    """What was asked."""
    steps: tuple[FunnelStep, ...]
    """The seven steps in order."""
    spend: Figure
    """消耗."""
    gmv_gross: Figure
    """成交额 credited to our clicks, before refunds."""
    gmv_net: Figure
    """成交额 after refunds."""
    roi_gross: Figure
    """成交额 ÷ 消耗."""
    roi_net: Figure
    """净ROI."""
    cpuv: Figure
    """消耗 ÷ 进店UV."""
    orders: Figure
    """Parent orders (父订单) with a credited payment."""
    new_visitors: Figure
    """新访客, events of visits marked so by the shop; partial where the shop did not say."""
    series: tuple[DayPoint, ...]
    """One point per day of the range, also where nothing happened."""
    invalid: tuple[LeftOut, ...]
    """Acts that do not count, by kind and reason."""
    unmatched: tuple[LeftOut, ...]
    """Returns of this tenant that carry no click of ours, or not in time."""
    maturity: Maturity
    """Of the whole range: mature when every day is."""

    def figures(self) -> tuple[Figure, ...]:
        """List the headline figures in reading order."""
        return (
            self.spend,
            self.gmv_gross,
            self.gmv_net,
            self.roi_gross,
            self.roi_net,
            self.cpuv,
            self.orders,
            self.new_visitors,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRow:
    """One note in the notes table."""

    note: str
    """The note's id."""
    title: str
    """Its title; `—` where the community does not know the note."""
    creator: str | None
    """The creator's id."""
    creator_name: str
    """达人's name; `—` where unknown."""
    links: tuple[str, ...]
    """Ids of this tenant's links under the note."""
    impressions: Figure
    """曝光."""
    clicks: Figure
    """点击."""
    component_clicks: Figure
    """组件点击."""
    visits: Figure
    """进店, events."""
    carts: Figure
    """加购, events."""
    purchases: Figure
    """成交, sub-orders."""
    refunds: Figure
    """退款, sub-orders."""
    spend: Figure
    """消耗."""
    gmv_gross: Figure
    """成交额 before refunds."""
    gmv_net: Figure
    """成交额 after refunds."""
    cpuv: Figure
    """消耗 ÷ 进店UV."""
    roi_net: Figure
    """净ROI."""
    maturity: Maturity
    """Of the range asked for."""

    def figures(self) -> tuple[Figure, ...]:
        """List the figures in column order."""
        return (
            self.impressions,
            self.clicks,
            self.component_clicks,
            self.visits,
            self.carts,
            self.purchases,
            self.refunds,
            self.spend,
            self.gmv_gross,
            self.gmv_net,
            self.cpuv,
            self.roi_net,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One ad link in the links table."""

    link: AdLink
    """The link as it stands."""
    note_title: str
    """Title of its note; `—` where unknown."""
    shop_name: str
    """Name of the shop it leads to; `—` where unknown."""
    clicks: Figure
    """组件点击, valid."""
    clicks_invalid: int
    """组件点击 that do not count."""
    visits: Figure
    """进店, events."""
    purchases: Figure
    """成交, sub-orders."""
    spend: Figure
    """消耗."""
    gmv_net: Figure
    """成交额 after refunds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewState:
    """审核状态 of one of a link's addresses."""

    address: str
    """`deeplink`, `universal_link` or `fallback`."""
    url: str | None
    """Where it leads, without a click id; None where the link has no such address."""
    review: Review
    """1 审核中, 2 通过, 3 拒绝."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickCount:
    """Component clicks of one link, by the way they were answered and whether they count."""

    way: str | None
    """How the jump answered, such as `scheme`, `universal_link`, `fallback`; None where it was not kept."""
    invalid: str | None
    """Why they do not count; None for valid ones."""
    count: int
    """How many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickFacts:
    """One component click (组件点击) as the log has it."""

    event_id: str
    """The click's event."""
    click_id: str
    """The token minted for it."""
    at_ms: int
    """When the reader tapped."""
    note: str | None
    """The note under which it happened."""
    note_title: str
    """Its title; `—` where unknown."""
    creator_name: str
    """达人's name; `—` where unknown."""
    link: str | None
    """The ad link."""
    placement: str | None
    """`feed`, `note`, `search`; None where unknown."""
    way: str | None
    """How the jump answered."""
    labelled: bool | None
    """Whether 广告 was shown with it."""
    invalid: str | None
    """Why it does not count; None for a valid one."""
    price_fen: int | None
    """What it was agreed to cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage:
    """One link: what it is, how its review stands, what its clicks did."""

    query: ReportQuery
    """What was asked."""
    row: LinkRow
    """The link and its figures in the range."""
    creator_name: str
    """达人's name; `—` where unknown."""
    merchant_name: str
    """商家; `—` where unknown."""
    reviews: tuple[ReviewState, ...]
    """Deeplink, universal link, fallback, in this order."""
    clicks_by: tuple[ClickCount, ...]
    """Clicks in the range by way and validity."""
    last_clicks: tuple[ClickFacts, ...]
    """The newest 20 clicks in the range, newest first."""
    cpuv: Figure
    """消耗 ÷ 进店UV."""
    roi_net: Figure
    """净ROI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """One parent order (父订单): one line, net of its refunds."""

    platform: str
    """Where it was bought. The same order id may exist on two platforms: platform and id together name an order."""
    order_id: str
    """The shop's number."""
    merchant: str | None
    """商家's id."""
    shop: str | None
    """店铺's id."""
    sub_orders: int
    """How many sub-orders we know."""
    ordered_at_ms: int
    """When the first act of it happened."""
    paid_fen: int | None
    """Paid before refunds; None where a payment came without an amount or none came."""
    refunded_fen: int | None
    """Refunded, as a positive amount; 0 where nothing was."""
    net_fen: int | None
    """Paid less refunded."""
    partial: bool
    """Whether some amount was unknown."""
    status: OrderStatus
    """How far it has come."""
    note: str | None
    """The note credited by the query's window; None where no click of ours earned it."""
    note_title: str
    """Its title; `—` where none."""
    click_id: str | None
    """The click credited."""
    clicked_at_ms: int | None
    """When that click was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One arrival of one row of an order: shops repeat themselves, and every repeat is kept."""

    batch: str | None
    """Event id of the delivery (`return_batch`); None where the desk kept no record of it."""
    received_at_ms: int
    """When it arrived."""
    kind: str
    """What the row said: `order`, `pay`, `refund`, ..."""
    version: int | None
    """The row's version."""
    outcome: str
    """`accepted`, `duplicate`, `late`, `unmatched` or `quarantined`: what the shop was answered for the row."""
    reason: str | None
    """Why, where the outcome needs one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One back-link event of a sub-order, as the log has it."""

    event_id: str
    """The event."""
    kind: str
    """`order`, `pay`, `presale_deposit`, `presale_balance`, `receive` or `refund`."""
    ref: str | None
    """The refund id, or the shop's event number."""
    version: int | None
    """Its version."""
    superseded: bool
    """Whether a later version replaced it, so that it counts no more."""
    occurred_at_ms: int
    """When the shop says it happened."""
    received_at_ms: int
    """When we were told first."""
    amount_fen: int | None
    """The amount as returned: positive also for refunds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """收到: what arrived, when, in which deliveries."""

    state: State
    """How far the step is."""
    sentence: Words
    """The step in one sentence."""
    acts: tuple[Act, ...]
    """Events of the sub-order, in the order they happened."""
    deliveries: tuple[Delivery, ...]
    """Every arrival, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """验签: signature, clock skew and replay were checked before anything was read."""

    state: State
    """How far the step is."""
    sentence: Words
    """The step in one sentence."""
    account: str | None
    """The shop's account that signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduped:
    """去重: platform + sub-order + event + version counts once."""

    state: State
    """How far the step is."""
    sentence: Words
    """The step in one sentence."""
    duplicates: int
    """Repeats that were seen and not counted again."""
    superseded: int
    """Versions replaced by later ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """匹配: the click the order carries."""

    state: State
    """How far the step is."""
    sentence: Words
    """The step in one sentence."""
    click_id: str | None
    """The token as the shop returned it; None where it returned none."""
    verdict: str
    """What the token is: `valid`, `none`, or a reason such as `forged`, `malformed`, `expired`, `unknown`."""
    click: ClickFacts | None
    """The click in our log; None where there is none of this tenant."""
    elapsed_ms: int | None
    """From the click to the order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One touch that could have earned the credit, and what became of it."""

    click_id: str | None
    """The click's token."""
    event_id: str
    """The touch's event."""
    at_ms: int
    """When it happened."""
    note: str | None
    """Its note."""
    note_title: str
    """Its title; `—` where unknown."""
    won: bool
    """Whether it was credited."""
    reason: str
    """Attribution's reason code: why it won, or why not."""
    sentence: Words
    """The reason in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What one definition says about one sub-order."""

    definition: DefinitionRef
    """The attribution definition."""
    model: str
    """`last_click`, ..."""
    window: str
    """`24h`, `7d`, `15d` or `30d`."""
    won: bool
    """Whether a click of ours earned the credit."""
    winner: Candidate | None
    """The touch that won; None where none did."""
    candidates: tuple[Candidate, ...]
    """All touches that were looked at, winner included, newest first."""
    reason: str
    """Reason code of the whole decision."""
    sentence: Words
    """The decision in one sentence."""
    gross_fen: int | None
    """Credited before refunds; None where nothing was credited."""
    net_fen: int | None
    """Credited after refunds."""
    billing_day: date | None
    """The day it is booked on by 计费时间."""
    event_day: date | None
    """The day it is booked on by 行为时间."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """归因: each definition and window, with winner, rivals and reasons."""

    state: State
    """How far the step is."""
    sentence: Words
    """The step in one sentence."""
    credits: tuple[Credit, ...]
    """By window, shortest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed:
    """计费: what the click cost, and who paid."""

    state: State
    """How far the step is."""
    sentence: Words
    """The step in one sentence."""
    charge_fen: int | None
    """What was charged for the click; None where nothing was."""
    batch: str | None
    """The ledger's posting batch."""
    wallet: str | None
    """Which wallet paid."""
    line: str | None
    """`cid` or `ud`."""
    funder: str | None
    """出资方: whose money it is."""
    reason: str | None
    """Why nothing was charged, where nothing was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentOn:
    """回传: passing the conversion on to a media platform."""

    state: State
    """`not_configured`: this deployment passes nothing on."""
    sentence: Words
    """The step in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """应答: what the sender was told."""

    state: State
    """How far the step is."""
    sentence: Words
    """The step in one sentence."""
    outcomes: tuple[str, ...]
    """What the shop was answered for each delivery, oldest first."""


Step = Received | Verified | Deduped | Matched | Credited | Billed | SentOn | Answered
"""Any step of a trace: all have `state` and `sentence`."""
STEP_NAMES = ("received", "verified", "deduped", "matched", "credited", "billed", "sent_on", "answered")
"""The steps' names in order, as `SubOrderTrace.steps` gives them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubOrderTrace:
    """一个子订单的来历: eight steps, each with its facts."""

    sub_order_id: str
    """The shop's number of the sub-order."""
    item: str | None
    """The item clicked."""
    pay_item: str | None
    """The item paid."""
    title: str
    """Title of the item paid; `—` where the catalogue does not know it."""
    direct: bool | None
    """直接成交 (True: the item paid is the item clicked) or 间接 (False); None where either is unknown."""
    quantity: int | None
    """How many pieces."""
    gross_fen: int | None
    """Paid before refunds; None where unknown or not paid."""
    refunded_fen: int | None
    """Refunded, as a positive amount; None where a refund came without an amount."""
    net_fen: int | None
    """Paid less refunded."""
    partial: bool
    """Whether some amount was unknown."""
    status: OrderStatus
    """How far the sub-order has come."""
    received: Received
    """收到."""
    verified: Verified
    """验签."""
    deduped: Deduped
    """去重."""
    matched: Matched
    """匹配."""
    credited: Credited
    """归因."""
    billed: Billed
    """计费."""
    sent_on: SentOn
    """回传."""
    answered: Answered
    """应答."""

    @property
    def steps(self) -> tuple[tuple[str, Step], ...]:
        """Give the eight steps in order, each with its name."""
        every = (
            self.received,
            self.verified,
            self.deduped,
            self.matched,
            self.credited,
            self.billed,
            self.sent_on,
            self.answered,
        )
        return tuple(zip(STEP_NAMES, every, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """一个订单的来历: promise 6 on one page."""

    platform: str
    """Where it was bought."""
    order_id: str
    """父订单's number."""
    also_on: tuple[str, ...]
    """Other platforms on which this tenant has an order of the same number; ask for one with `platform=`."""
    merchant: str | None
    """商家's id."""
    merchant_name: str
    """商家; `—` where unknown."""
    shop: str | None
    """店铺's id."""
    shop_name: str
    """店铺; `—` where unknown."""
    ordered_at_ms: int
    """When the first act happened."""
    status: OrderStatus
    """Of the whole order."""
    gross_fen: int | None
    """Paid before refunds; None where nothing is known to be paid."""
    refunded_fen: int | None
    """Refunded, as a positive amount."""
    net_fen: int | None
    """Paid less refunded."""
    partial: bool
    """Whether some amount was unknown."""
    sub_orders: tuple[SubOrderTrace, ...]
    """By sub-order id."""


class WorkerHealth(Protocol):
    """How far the workers are behind the log, as the house measures it."""

    @property
    def log_end(self) -> int:
        """Offset of the last durable event."""
        ...

    @property
    def lag(self) -> Mapping[str, int]:
        """Events that each worker has still to see."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HourCount:
    """Events of one kind received in one hour."""

    hour_at_ms: int
    """The hour's first instant."""
    kind: str
    """Kind of event."""
    count: int
    """How many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnCount:
    """Rows returned by one platform that met one end."""

    platform: str
    """Where they came from."""
    outcome: str
    """`accepted`, `duplicate`, `late`, `unmatched` or `quarantined`."""
    reason: str | None
    """Why; None where the outcome says it all."""
    count: int
    """How many rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedCount:
    """Deliveries that were not let in, for one reason."""

    platform: str
    """Where they claimed to come from; `—` where that is unknown."""
    reason: str
    """`bad_signature`, `replayed`, `skew`, ..."""
    count: int
    """How many deliveries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineRow:
    """One row kept in quarantine. What was sent stays in the log: this page shows no tenant's content."""

    event_id: str
    """By which the log finds it."""
    received_at_ms: int
    """When it came."""
    platform: str
    """Where it came from; `—` where unknown."""
    reason: str
    """Why it could not be used."""
    chars: int
    """How long the kept text is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How long ago one source was heard."""

    source: str
    """`community`, or a platform's name."""
    last_occurred_at_ms: int
    """When its newest act happened."""
    last_received_at_ms: int
    """When we last heard it."""
    age_ms: int
    """From then to now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpsPage:
    """Health of events and returns for the whole deployment. Holds counts and codes, no tenant's rows."""

    now_ms: int
    """When the page was made."""
    hours: tuple[HourCount, ...]
    """Events received in the last 24 h, by hour and kind; hours and kinds without events are absent."""
    invalid: tuple[LeftOut, ...]
    """Acts that do not count, by kind and reason, last 24 h."""
    returns: tuple[ReturnCount, ...]
    """Rows by platform, outcome and reason, since the beginning."""
    refused: tuple[RefusedCount, ...]
    """Deliveries not let in, since the beginning."""
    quarantine: tuple[QuarantineRow, ...]
    """The newest 50."""
    freshness: tuple[Freshness, ...]
    """By source."""
    log_end: int | None
    """Offset of the last durable event; None where the house did not say."""
    lag: Mapping[str, int]
    """Events that each worker has still to see."""
