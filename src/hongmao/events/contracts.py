"""The canonical event: one wide, flat, frozen record for every act that the community or a shop has seen.

Flat on purpose: the same fields are the log's record, the lake's columns and the HTTP body, so nothing is translated
twice and a query needs no unpacking. `schema_version` grows when a field changes its meaning, never silently.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

SCHEMA_VERSION = 1


class Kind(StrEnum):
    """What was done. The Chinese term stands beside each; the order is the way from the note to the refund."""

    # Front link (前链路): what the community sees.
    IMPRESSION = "impression"  # 曝光: the card was in the reader's viewport
    CLICK = "click"  # 点击: the reader tapped the note's card in a feed
    READ = "read"  # 阅读: the note page was opened
    PLAY_5S = "play_5s"  # 5 秒播放: counts as a click in the video feed (placement 7)
    LIKE = "like"  # 点赞
    COMMENT = "comment"  # 评论
    COLLECT = "collect"  # 收藏 of a note (the shop's 收藏 is `favourite`)
    SHARE = "share"  # 分享
    FOLLOW = "follow"  # 关注 of a creator (the shop's 关注 is `shop_follow`)
    SCREENSHOT = "screenshot"  # 截图
    PIC_SAVE = "pic_save"  # 保存图片
    PRIVATE_MESSAGE = "private_message"  # 私信
    HIDE = "hide"  # 不感兴趣
    REPORT = "report"  # 举报
    COMPONENT_CLICK = "component_click"  # 组件点击: the jump was asked for; carries the click id
    BRIDGE_IMPRESSION = "bridge_impression"  # 中间页曝光
    BRIDGE_CLICK = "bridge_click"  # 中间页点击
    WAKEUP = "wakeup"  # 唤端结果: what became of a jump in the reader's browser, as the page itself saw it
    # Back link (后链路): what the shop sees and returns.
    OPEN = "open"  # 打开: the shop's app or page came up
    VISIT = "visit"  # 进店
    CART = "cart"  # 加购
    FAVOURITE = "favourite"  # 收藏 in the shop
    SHOP_FOLLOW = "shop_follow"  # 关注店铺
    ORDER = "order"  # 拍下
    PAY = "pay"  # 支付
    PRESALE_DEPOSIT = "presale_deposit"  # 预售定金
    PRESALE_BALANCE = "presale_balance"  # 预售尾款; amount_fen is deposit plus balance, the order's whole value
    RECEIVE = "receive"  # 收货
    REFUND = "refund"  # 退款: amount_fen is what went back, as a positive number; the sign is the kind's
    SETTLE = "settle"  # 结算: the platform's final word on a sub-order's amount and service fee
    # A platform's own reckoning: aggregates that name no click, kept apart from what the log itself can count.
    REPORT_CELL = "report_cell"  # 平台报表: one cell of a platform's report; `ref` is its key, the latest version wins
    # The return desk's own records: kept so that every outcome stays countable.
    RETURN_BATCH = "return_batch"  # one delivery from a shop, with the outcome of each row
    RETURN_QUARANTINED = "return_quarantined"  # a row or body that was signed and could not be used, kept as it came
    RETURN_REFUSED = "return_refused"  # a delivery that was not let in, with the reason
    SENT_ON = "sent_on"  # 回传外发: how sending an event on to a media ended; `ref` is the target


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One act, as it is kept for ever. Optional fields are None where unknown, never zero or empty.

    Times are epoch milliseconds UTC; amounts are whole fen. Which fields a kind must carry stands in `rules.REQUIRED`.
    No buyer identity has a field here: a shop is answered by click id, a reader is a pseudonym.
    """

    event_id: str
    """Unique for ever; the log keeps the first event of an id and calls the rest duplicates."""
    kind: Kind
    occurred_at_ms: int
    """When it happened, by the clock of whoever saw it (行为时间)."""
    received_at_ms: int = 0
    """When we were told; stamped on arrival, never taken from outside."""
    schema_version: int = SCHEMA_VERSION
    source: str = "community"
    """Who says so: `community`, or the platform's name such as `sandbox`."""

    tenant: str | None = None
    """The merchant's tenant whose link or shop this concerns; None for organic community acts."""
    reader: str | None = None
    """The reader's pseudonym; never present on a row that came from a shop."""
    note: str | None = None
    creator: str | None = None
    merchant: str | None = None
    shop: str | None = None
    item: str | None = None
    link: str | None = None
    line: str | None = None
    """Which money line pays: `cid` or `ud`; never mixed (BILL-4)."""
    impression: str | None = None
    """The impression that led here: ties 点击 and 组件点击 to the served slot."""
    placement: str | None = None
    """Where it was shown: `feed`, `note`, `search`, `video_feed` (视频流)."""
    labelled: bool | None = None
    """Whether 广告 was shown with it: True only with proof, False where proof is missing, None where not an ad."""
    invalid: str | None = None
    """Why this act does not count (a bot, a prefetch, ...); None for a valid one. Kept, never dropped."""
    price_fen: int | None = None
    """On a component click: what the click was agreed to cost when it happened."""

    click_id: str | None = None
    """Our click token, as minted by the jump or as it came back from the shop."""
    click_by: str | None = None
    """How the shop came by the click id: `sync` from the link, `async` from a monitor call (ATTR-3)."""
    async_click_id: str | None = None
    """On a row that brings two click ids: the one from the monitor call, where `click_id` is the link's (ATTR-3)."""
    media: str | None = None
    """On a component click that another media's ad led to: which media, such as `juguang`."""
    media_click: str | None = None
    """That media's own click id, without which nothing can be sent back to it."""
    callback_param: str | None = None
    """What that media wants to see again with the click id."""
    media_problem: str | None = None
    """Why a media's click id is not there although the address had a place for it, such as `macro_unresolved`."""
    agent: str | None = None
    """The kind of browser, by the wake-up data's name for it."""
    platform: str | None = None
    order_id: str | None = None
    """父订单: the parent order."""
    sub_order_id: str | None = None
    """子订单: the unit of a conversion."""
    ref: str | None = None
    """What tells two like events of a sub-order apart: the refund id, or the shop's event number."""
    version: int | None = None
    """A corrected row comes again with a higher version and supersedes the lower one."""
    pay_item: str | None = None
    """The item paid, where it differs from the item clicked (间接成交)."""
    quantity: int | None = None
    amount_fen: int | None = None
    deposit_fen: int | None = None
    commission_fen: int | None = None
    """服务费: the platform's fee on this sub-order; an estimate except on a settlement (BILL-5)."""
    claimed_elsewhere: bool | None = None
    """Whether another media claims the same order (`is_attr_by_others`); flagged, never deleted (ATTR-4)."""
    price_compare: bool | None = None
    """比价: whether the platform says that the buyer came by comparing prices."""
    new_visitor: bool | None = None
    """新访客: on a visit, whether the shop had not seen this visitor in its look-back."""
    outcome: str | None = None
    """On the return desk's records: what became of the delivery."""
    detail: str | None = None
    """On the return desk's records: JSON with reasons, or the raw text kept in quarantine."""


FRONT_LINK = frozenset(
    {
        Kind.IMPRESSION,
        Kind.CLICK,
        Kind.READ,
        Kind.PLAY_5S,
        Kind.LIKE,
        Kind.COMMENT,
        Kind.COLLECT,
        Kind.SHARE,
        Kind.FOLLOW,
        Kind.SCREENSHOT,
        Kind.PIC_SAVE,
        Kind.PRIVATE_MESSAGE,
        Kind.HIDE,
        Kind.REPORT,
        Kind.COMPONENT_CLICK,
        Kind.BRIDGE_IMPRESSION,
        Kind.BRIDGE_CLICK,
        Kind.WAKEUP,
    }
)
BACK_LINK = frozenset(
    {
        Kind.OPEN,
        Kind.VISIT,
        Kind.CART,
        Kind.FAVOURITE,
        Kind.SHOP_FOLLOW,
        Kind.ORDER,
        Kind.PAY,
        Kind.PRESALE_DEPOSIT,
        Kind.PRESALE_BALANCE,
        Kind.RECEIVE,
        Kind.REFUND,
        Kind.SETTLE,
    }
)
REPORTED = frozenset({Kind.REPORT_CELL})
DESK = frozenset({Kind.RETURN_BATCH, Kind.RETURN_QUARANTINED, Kind.RETURN_REFUSED, Kind.SENT_ON})


class Logged(msgspec.Struct, frozen=True):
    """An event with its place in the log. Offsets grow and are never reused."""

    offset: int
    event: Event


class Kept(msgspec.Struct, frozen=True):
    """The log's word on one appended event: kept at `offset`, or already there (then `duplicate`)."""

    offset: int
    duplicate: bool
