"""What can be wrong with money that is entered.

BadInput
├── GrantBeyond
├── LineUnknown
├── PurseUnknown
└── TopUpBeyond
"""

from __future__ import annotations

from hongmao.kernel.errors import BadInput


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
