"""What can be wrong with money that is entered.

BadInput
├── CreatorOrderBeyond
├── CreditBeyond
├── FeeTermsBeyond
├── FeeUnitUnconfirmed
├── GoalUncounted
├── GrantBeyond
├── LineUnknown
├── NoteNotTheirs
├── ProgrammeBeyond
├── PurseUnknown
├── RateBeyond
└── TopUpBeyond
Conflict
├── AlreadyCredited
├── CreatorOrderEnded
├── CreatorOrderTaken
├── MemberElsewhere
├── NothingCharged
├── ProgrammeOver
├── ProgrammeRunning
├── ProgrammeTaken
└── RefundNotCredited
NotFound
├── ChargeUnknown
├── CreatorOrderUnknown
└── ProgrammeUnknown
"""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Conflict, NotFound


class LineUnknown(BadInput):
    """There is no such line of money."""

    code = "line_unknown"
    zh = "{place} 应为 cid 或 ud"
    en = "{place} is cid or ud"
    hint_zh = "cid 由商家向社区购买，ud 由阿里代商家购买；充值还可为 creator，用于达人订单"
    hint_en = (
        "cid is bought by the merchant, ud by Alibaba for the merchant; a top-up may be for creator, which pays creators' "
        "orders"
    )


class RateBeyond(BadInput):
    """Nothing that a campaign could be charged by."""

    code = "rate_beyond"
    zh = "计费方式的 {place} 不合法"
    en = "A campaign cannot be charged by such a {place}"
    hint_zh = (
        "scheme 为 cpc、cpm 或 ocpx；amount_fen 为千次曝光或单个目标的价格（1 到 {fen_max} 整数分），cpc 为 0；"
        "原因至多 200 字"
    )
    hint_en = (
        "scheme is cpc, cpm or ocpx; amount_fen is for a thousand impressions or one goal, whole fen from 1 to {fen_max}, and 0 "
        "for cpc; a reason has at most 200 characters"
    )


class GoalUncounted(BadInput):
    """A price of goals needs goals that shops return."""

    code = "goal_uncounted"
    zh = "{place} 为 ocpx 的计划需要可回传的推广目标，该计划为 {target}"
    en = "{place} ocpx needs a campaign whose goal shops return, and this one's is {target}"
    hint_zh = "optimize_target 为 35（打开）、36（进店）、37（互动）或 38（成交）"
    hint_en = "An optimize_target of 35 (open), 36 (visit), 37 (act) or 38 (deal)"


class PurseUnknown(BadInput):
    """There is no such kind of money that could be given."""

    code = "purse_unknown"
    zh = "{place} 应为 rebate、credit 或 compensation"
    en = "{place} is rebate, credit or compensation"
    hint_zh = "现金由充值进入，不能发放"
    hint_en = "Cash is paid in by a top-up and not given"


class GrantBeyond(BadInput):
    """Nothing that could be given."""

    code = "grant_beyond"
    zh = "{place} 应为 1 到 {fen_max} 分之间的整数"
    en = "{place} should be a whole number of fen between 1 and {fen_max}"
    hint_zh = "发放的金额以整数分计"
    hint_en = "What is given is whole fen"


class TopUpBeyond(BadInput):
    """No payment that a bank would carry."""

    code = "top_up_beyond"
    zh = "{place} 应为 1 到 {fen_max} 分之间的整数"
    en = "{place} should be a whole number of fen between 1 and {fen_max}"
    hint_zh = "金额以整数分计"
    hint_en = "Amounts are whole fen"


class ProgrammeBeyond(BadInput):
    """No programme that could be run."""

    code = "programme_beyond"
    zh = "共投计划的 {place} 不合法"
    en = "A programme cannot have such a {place}"
    hint_zh = (
        "编号至多 40 个字符；出资份数为 1 到 1000 的整数；上限为正整数分，单个商家的上限不超过总上限；结束晚于开始"
    )
    hint_en = (
        "An id has at most 40 characters; parts are whole numbers from 1 to 1000; caps are whole fen above 0, a member's at "
        "most the programme's; the end is behind the beginning"
    )


class ProgrammeTaken(Conflict):
    """Same id, other terms: one of the two is a mistake."""

    code = "programme_taken"
    zh = "共投计划 {id} 已有不同的条款"
    en = "The programme {id} has other terms"
    hint_zh = "条款设立后不再更改，请换一个编号"
    hint_en = "Terms do not change once they are set; take another id"


class ProgrammeOver(Conflict):
    """Nothing is matched any more."""

    code = "programme_over"
    zh = "共投计划 {id} 已结束"
    en = "The programme {id} is over"
    hint_zh = "请加入进行中的计划"
    hint_en = "Join one that still runs"


class MemberElsewhere(Conflict):
    """A click is matched once."""

    code = "member_elsewhere"
    zh = "商家 {id} 已在共投计划 {programme} 中"
    en = "The merchant {id} takes part in the programme {programme}"
    hint_zh = "请先退出该计划"
    hint_en = "Leave that one first"


class ProgrammeUnknown(NotFound):
    """There is no such programme, or the merchant never joined it."""

    code = "programme_unknown"
    zh = "没有共投计划 {id}，或商家从未加入"
    en = "There is no programme {id}, or the merchant never joined it"
    hint_zh = "请检查编号"
    hint_en = "Check the id"


class ProgrammeRunning(Conflict):
    """Its money is still promised to its members."""

    code = "programme_running"
    zh = "共投计划 {id} 到 {to} 才结束"
    en = "The programme {id} runs until {to}"
    hint_zh = "结束后再退回余额"
    hint_en = "Send back what is left once it is over"


class FeeTermsBeyond(BadInput):
    """No terms of a fee that could be agreed on."""

    code = "fee_terms_beyond"
    zh = "服务费条款的 {place} 不合法"
    en = "Terms of a service fee cannot have such a {place}"
    hint_zh = "payer 为 merchant、agency 或 community；rate_ppm 为 0 到 1000000 的整数；from_day 形如 2025-05-07"
    hint_en = (
        "A payer is merchant, agency or community; rate_ppm a whole number from 0 to 1000000; from_day is written as "
        "2025-05-07"
    )


class FeeUnitUnconfirmed(BadInput):
    """A rate such as "10" may be per cent or per mille: no money follows from it before somebody knows."""

    code = "fee_unit_unconfirmed"
    zh = "{place} 的单位未经确认，不能用于计费"
    en = "Nobody has confirmed the unit of {place}, so no money follows from it"
    hint_zh = "与平台核对单位后填写 unit_confirmed=true"
    hint_en = "Check the unit with the platform, then say unit_confirmed=true"


class CreatorOrderBeyond(BadInput):
    """No price that a creator would be paid."""

    code = "creator_order_beyond"
    zh = "{place} 应为 1 到 {fen_max} 分之间的整数"
    en = "{place} should be a whole number of fen between 1 and {fen_max}"
    hint_zh = "达人报价以整数分计，不含平台服务费"
    hint_en = "A creator's price is whole fen, without the community's fee"


class NoteNotTheirs(BadInput):
    """The note was written by somebody else."""

    code = "note_not_theirs"
    zh = "{place} 不是达人 {creator} 的笔记"
    en = "{place} is no note of the creator {creator}"
    hint_zh = "请填写该达人的笔记，或不填笔记"
    hint_en = "Name a note of that creator, or none"


class CreatorOrderTaken(Conflict):
    """Same id, another order: one of the two is a mistake."""

    code = "creator_order_taken"
    zh = "达人订单 {id} 已有不同的内容"
    en = "The order {id} says something else"
    hint_zh = "订单下达后不再更改，请换一个编号"
    hint_en = "An order does not change once it is placed; take another id"


class CreatorOrderEnded(Conflict):
    """Its money has gone one way already."""

    code = "creator_order_ended"
    zh = "达人订单 {id} 已是 {state} 状态"
    en = "The order {id} is {state} already"
    hint_zh = "cancelled 为已取消，released 为已完结释放，expired 为已过期退回"
    hint_en = "Cancelled and expired money went back to the merchant, released money to the creator"


class CreatorOrderUnknown(NotFound):
    """The merchant has no such order."""

    code = "creator_order_unknown"
    zh = "该商家没有达人订单 {id}"
    en = "The merchant has no order {id}"
    hint_zh = "请检查编号"
    hint_en = "Check the id"


class CreditBeyond(BadInput):
    """No credit that could be given."""

    code = "credit_beyond"
    zh = "冲正的 {place} 不合法"
    en = "A credit cannot have such {place}"
    hint_zh = (
        "events 为 1 到 {clicks_max} 个点击事件编号；reason 为 invalid_traffic、refund 或 mistake；remark 至多 {chars_max} 个"
        "可显示字符"
    )
    hint_en = (
        "Events are 1 to {clicks_max} ids of clicks; a reason is invalid_traffic, refund or mistake; a remark has at most "
        "{chars_max} printable characters"
    )


class ChargeUnknown(NotFound):
    """No charge of such a click, or it is another tenant's."""

    code = "charge_unknown"
    zh = "没有点击 {id} 的计费记录"
    en = "There is no charge of a click {id}"
    hint_zh = "请检查编号；计费可能尚未处理到该点击"
    hint_en = "Check the id; billing may not have come to that click yet"


class NothingCharged(Conflict):
    """The click was free, so there is nothing to give back."""

    code = "nothing_charged"
    zh = "点击 {id} 未扣费，原因 {reason}"
    en = "The click {id} cost nothing, for the reason {reason}"
    hint_zh = "只有已扣费的点击可以冲正"
    hint_en = "Only a click that was paid can be given back"


class AlreadyCredited(Conflict):
    """A click is given back once."""

    code = "already_credited"
    zh = "点击 {id} 已以 {reason} 为由冲正"
    en = "The click {id} was given back already, for the reason {reason}"
    hint_zh = "每次点击只冲正一次"
    hint_en = "A click is given back once"


class RefundNotCredited(Conflict):
    """A click is paid for being a click, whatever becomes of the order."""

    code = "refund_not_credited"
    zh = "点击 {id} 不因订单退款而冲正"
    en = "The click {id} is not given back because an order was refunded"
    hint_zh = "只有共投计划规定退款返还（credits_refunds）的点击可以"
    hint_en = "Only clicks of a programme that says so (credits_refunds) are"
