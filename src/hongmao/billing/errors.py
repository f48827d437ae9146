"""What can be wrong with money that is entered.

BadInput
├── GrantBeyond
├── LineUnknown
├── ProgrammeBeyond
├── PurseUnknown
└── TopUpBeyond
Conflict
├── MemberElsewhere
├── ProgrammeOver
└── ProgrammeTaken
NotFound
└── ProgrammeUnknown
"""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Conflict, NotFound


class LineUnknown(BadInput):
    """There is no such line of money."""

    code = "line_unknown"
    zh = "{place} 应为 cid 或 ud"
    en = "{place} is cid or ud"
    hint_zh = "cid 由商家向社区购买，ud 由阿里代商家购买"
    hint_en = "cid is bought by the merchant, ud by Alibaba for the merchant"


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
