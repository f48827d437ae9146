"""What can be wrong with a statement that is asked for, or a month that is to be closed.

BadInput
├── MonthUnreadable
├── OwnerUnnamed
├── PartyUnknown
├── RateMissing
└── RateUnreadable
Conflict
└── MonthUnread
Refused
└── HouseBooks
"""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Conflict, Refused


class PartyUnknown(BadInput):
    """There is no such party."""

    code = "party_unknown"
    zh = "{place} 应为 merchant、agency、creator、platform 或 alibaba"
    en = "{place} is merchant, agency, creator, platform or alibaba"
    hint_zh = "商家、代理商、达人须再写明是哪一个"
    hint_en = "Of merchants, agencies and creators, say which"


class OwnerUnnamed(BadInput):
    """A party of which there are many, and none was named; or one was named of which there is one only."""

    code = "owner_unnamed"
    zh = "{party} 的账单与 {place} 不符"
    en = "A statement of {party} does not go with this {place}"
    hint_zh = "商家、代理商、达人的账单须写明编号；社区与阿里的账单不写编号"
    hint_en = "Name the merchant, agency or creator; the community and Alibaba are not named"


class MonthUnreadable(BadInput):
    """The text is no month."""

    code = "month_unreadable"
    zh = "{place} 不是月份"
    en = "{place} is no month"
    hint_zh = "请写成 2025-05"
    hint_en = "Write for example 2025-05"


class RateMissing(BadInput):
    """An amount in another currency without its rate, the rate's day or its source would be a number without proof."""

    code = "rate_missing"
    zh = "折算缺少 {place}"
    en = "A conversion needs {place}"
    hint_zh = "币种、汇率、汇率日期、来源四项须同时给出"
    hint_en = "Give currency, rate, day of the rate and source, all four"


class RateUnreadable(BadInput):
    """A currency, rate, day or source that is none."""

    code = "rate_unreadable"
    zh = "折算的 {place} 不合法"
    en = "A conversion cannot have this {place}"
    hint_zh = (
        "币种为人民币以外的 ISO 4217 三位大写字母；汇率为大于 0 的十进制数；日期写成 2025-05-31，不晚于今天；"
        "来源为一行文字，至多 120 字"
    )
    hint_en = (
        "A currency is three capital letters of ISO 4217 and not CNY; a rate a decimal number above 0; a day as 2025-05-31 and "
        "not to come; a source one line of at most 120 characters"
    )


class HouseBooks(Refused):
    """Books of the house, or of somebody who has no tenant here."""

    code = "house_books"
    zh = "{party} 的账单只供平台自己的人员查看"
    en = "A statement of {party} is for the deployment's own people"
    hint_zh = "商家与代理商可查看自己的账单"
    hint_en = "Merchants and agencies see their own"


class MonthUnread(Conflict):
    """The log holds what happened in the month and was not charged yet: it would count as late by being closed out."""

    code = "month_unread"
    zh = "{id} 仍有日志未计费，从第 {offset} 条起"
    en = "The log still holds what happened up to the end of {id} and was not charged, from offset {offset} on"
    hint_zh = "请等计费追上日志后再关账"
    hint_en = "Close the month when charging has caught up with the log"
