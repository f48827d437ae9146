"""What can be wrong while a merchant joins: said to somebody who has never seen this console.

Refused   ── SignUpClosed, GrantStateSpent, GrantDenied, NoteNotLent, ShopNotIn
NotFound  ── PlatformNotOffered
BadInput  ── ItemNotPicked, NotesNotPicked, HoursEmpty, BudgetOutside, BidOutside
Conflict  ── LinkNotApproved, LinkNotBuilt
"""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Conflict, NotFound, Refused


class SignUpClosed(Refused):
    """Nobody signs up by themselves here."""

    code = "sign_up_closed"
    zh = "本站未开放自助注册"
    en = "Nobody can sign up by themselves here"
    hint_zh = "请联系平台工作人员开通账号，或用已有账号登录"
    hint_en = "Ask the platform for an account, or sign in with the one you have"


class PlatformNotOffered(NotFound):
    """No shop of that platform can be joined here."""

    code = "platform_not_offered"
    zh = "暂不支持接入 {id} 的店铺"
    en = "Shops on {id} cannot be connected here yet"
    hint_zh = "请从页面列出的平台中选择"
    hint_en = "Choose one of the platforms on the page"


class GrantStateSpent(Refused):
    """The browser came back with a state that is used, over, somebody else's or none of ours. Which, is not told."""

    code = "grant_state_spent"
    zh = "本次授权已失效，店铺未接入"
    en = "This authorisation is no longer valid, and no shop was connected"
    hint_zh = "每次授权只能用一次，并须在 {minutes} 分钟内、用发起授权的账号完成：请重新点“前往授权”"
    hint_en = "Each can be used once, within {minutes} minutes, by the account that began it: begin again"


class GrantDenied(Refused):
    """The seller said no, or the platform did in its place."""

    code = "grant_denied"
    zh = "您没有同意授权（{answer}），店铺未接入"
    en = "The authorisation was not given ({answer}), and no shop was connected"
    hint_zh = "我们只读取评分、商品和订单状态，不读取买家信息；需要时请重新授权"
    hint_en = "Only scores, goods and order states are read, and nothing of buyers; begin again when you are ready"


class ShopNotIn(Refused):
    """The shop of an item is held by admission."""

    code = "shop_not_in"
    zh = "该商品的店铺尚未通过准入（{reason_zh}）"
    en = "The shop of this item is not admitted yet ({reason_en})"
    hint_zh = "请先在“店铺准入”一步看需要改进什么"
    hint_en = "See what to improve at the step of admission"


class ItemNotPicked(BadInput):
    """No item, or none of those offered."""

    code = "item_not_picked"
    zh = "请选择一件要推广的商品"
    en = "Choose the item to advertise"
    hint_zh = "只能选自己店铺在售的商品"
    hint_en = "It must be on sale in a shop of yours"


class NotesNotPicked(BadInput):
    """No notes, or too many."""

    code = "notes_not_picked"
    zh = "请选择 1 到 {limit} 篇笔记，当前选了 {got} 篇"
    en = "Choose 1 to {limit} notes; {got} are chosen"
    hint_zh = "一次最多 {limit} 篇，其余的可以稍后再加"
    hint_en = "{limit} go at a time; the others can be added later"


class NoteNotLent(Refused):
    """The note's creator does not lend it."""

    code = "note_not_lent"
    zh = "笔记《{title}》还不能用于广告：达人未授权，或商业合作未报备"
    en = "The note “{title}” cannot be used in ads yet: its creator has not agreed, or it was not filed"
    hint_zh = "请选择标有“已授权”的笔记，或先点“请达人授权”"
    hint_en = "Choose notes that are marked as lent, or ask their creators first"


class LinkNotBuilt(Conflict):
    """There is no link to try or to run."""

    code = "link_not_built"
    zh = "还没有可用的链接"
    en = "There is no link yet"
    hint_zh = "请先选择商品和笔记"
    hint_en = "Choose an item and notes first"


class LinkNotApproved(Conflict):
    """No link has passed its review."""

    code = "link_not_approved"
    zh = "链接尚未通过审核，暂不能投放"
    en = "No link has passed its review yet, so nothing can run"
    hint_zh = "审核一般在一个工作日内完成；链接有问题时请按页面提示修改后点“重新检查”"
    hint_en = "Reviews take a working day as a rule; where the page tells of a fault, mend it and check again"


class HoursEmpty(BadInput):
    """Hours that hold no hour."""

    code = "hours_empty"
    zh = "投放时段的结束时间应晚于开始时间"
    en = "The hours should end after they begin"
    hint_zh = "例如 8:00 到 24:00"
    hint_en = "For example 8:00 to 24:00"


class BudgetOutside(BadInput):
    """A day budget that no campaign may have."""

    code = "budget_outside"
    zh = "日预算应在 ¥{low} 到 ¥{high} 之间，当前为 ¥{got}"
    en = "The day budget should be between ¥{low} and ¥{high}, and is ¥{got}"
    hint_zh = "测试投放填 ¥{low} 即可，之后随时可以调整"
    hint_en = "¥{low} will do for a test, and it can be changed at any time"


class BidOutside(BadInput):
    """A bid that no click may cost."""

    code = "bid_outside"
    zh = "每次点击出价应在 ¥{low} 到 ¥{high} 之间，当前为 ¥{got}"
    en = "The bid for a click should be between ¥{low} and ¥{high}, and is ¥{got}"
    hint_zh = "出价不能高于日预算；拿不准时可从 ¥1.00 开始"
    hint_en = "It cannot be above the day budget; ¥1.00 is a fair beginning"
