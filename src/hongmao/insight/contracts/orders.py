"""Orders, and the trace by which every order explains itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from hongmao.insight.contracts.sending import SentOn

if TYPE_CHECKING:
    from datetime import date

    from hongmao.insight.contracts.figures import DefinitionRef, Words
    from hongmao.insight.contracts.links import ClickFacts
    from hongmao.insight.contracts.steps import State


class OrderStatus(StrEnum):
    """订单状态 of a whole order, from what its sub-orders have returned."""

    PLACED = "placed"  # 拍下, nothing paid yet
    DEPOSIT = "deposit"  # 预售: the deposit is paid, the balance is not
    PAID = "paid"  # 支付
    PART_REFUNDED = "part_refunded"  # 部分退款
    REFUNDED = "refunded"  # 全额退款
    RECEIVED = "received"  # 收货


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
    """`valid`, or why the order has no click of ours: `no_click_id`, `malformed`, `unknown_key`, `forged`, `expired`,
    `future`, `click_unknown`."""
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
    kind: str = "component_click"
    """What the reader did."""
    own: bool = False
    """Whether it is the click whose id the order brought back."""
    organic: bool = False
    """自然: nobody paid for it."""
    credit_millionths: int = 0
    """Its part of the conversion."""
    gross_fen: int | None = 0
    """Its part of what was paid; None where the amount is unknown."""
    net_fen: int | None = 0
    """The same after refunds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A click id that some record of a sub-order brought back (ATTR-3)."""

    click_id: str
    """The token."""
    by: str | None
    """How the shop came by it: `sync` from the link, `async` from a monitor call; None where it does not say."""
    followed: bool
    """Whether it is the one by which the reader's touches were found."""
    reason: str
    """Attribution's reason code."""
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
    """By definition, the one that reports show first; then by window, shortest first."""
    click_by: str | None = None
    """How the click id that was followed came back: `sync` or `async`; None where the shop does not say."""
    claimed_elsewhere: bool | None = None
    """也被其他媒体认领: whether another media claims the sub-order too; None where the platform does not say (ATTR-4)."""
    claims: tuple[Claim, ...] = ()
    """Every click id that came back, the one that was followed first."""

    @property
    def once(self) -> bool:
        """Tell whether the deduplicated total counts it: not where another media claims it too."""
        return not self.claimed_elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed:
    """计费: what the click cost, and who paid."""

    state: State
    """How far the step is."""
    sentence: Words
    """The step in one sentence."""
    charge_fen: int | None
    """What was charged for the click; 0 where a rule said that it costs nothing, None where billing has not judged it."""
    batch: str | None
    """The ledger's posting batch."""
    wallet: str | None
    """Which wallet paid, as `merchant/line`."""
    line: str | None
    """`cid` or `ud`."""
    funder: str | None
    """出资方: whose money it is."""
    reason: str | None
    """Why nothing was charged, where nothing was."""
    credited_fen: int | None = None
    """冲正: what of the charge was given back since; None where nothing was. The charge stays what it was."""
    credited_at_ms: int | None = None
    """When it was."""


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
        return tuple((name, getattr(self, name)) for name in STEP_NAMES)


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
