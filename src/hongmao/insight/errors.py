"""What can be wrong with the question a report is asked."""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, NotFound


class DayUnreadable(BadInput):
    """The text is no day."""

    code = "day_unreadable"
    zh = "{place} 的“{got}”不是日期"
    en = "{got!r} at {place} is no day"
    hint_zh = "请写成 2025-05-07 这样的日期，按北京时间"
    hint_en = "Write a day of Asia/Shanghai such as 2025-05-07"


class DaysBackwards(BadInput):
    """The last day comes before the first."""

    code = "days_backwards"
    zh = "{place} 的结束日期 {to_day} 早于开始日期 {from_day}"
    en = "At {place}, the last day {to_day} is before the first day {from_day}"
    hint_zh = "请交换两个日期"
    hint_en = "Swap the two days"


class TooManyDays(BadInput):
    """The range is longer than a report covers."""

    code = "too_many_days"
    zh = "{place} 共 {days} 天，最多 {limit} 天"
    en = "{place} covers {days} days, and a report covers at most {limit}"
    hint_zh = "请缩短日期范围"
    hint_en = "Ask for a shorter range"


class ChoiceUnknown(BadInput):
    """What was chosen is not on offer."""

    code = "not_on_offer"
    zh = "{place} 没有“{got}”这个选项"
    en = "{place} has no choice {got!r}"
    hint_zh = "可选：{offered}"
    hint_en = "Choose one of {offered}"


class MerchantUnknown(NotFound):
    """No such merchant, or somebody else's."""

    code = "merchant_unknown"
    zh = "没有商家 {id}"
    en = "There is no merchant {id}"
    hint_zh = "请检查商家编号"
    hint_en = "Check the merchant's id"


class OrderUnknown(NotFound):
    """No such order, or somebody else's."""

    code = "order_unknown"
    zh = "没有订单 {id} 的任何回传"
    en = "Nothing was ever returned about an order {id}"
    hint_zh = "请检查父订单号；店铺回传之后才能看到订单"
    hint_en = "Check the parent order's number; an order is known once its shop has returned it"


class NotComparable(BadInput):
    """Two figures that do not mean the same: what differs in their 口径 would be read as growth."""

    code = "not_comparable"
    zh = "{place} 不可比较：一边是 {base}，另一边是 {value}"
    en = "{place} cannot be compared: one side is {base}, the other {value}"
    hint_zh = "请用同一口径、窗口、时间口径、线路和人群"
    hint_en = "Compare by one definition, window, clock, scope and cohort"


class DenominatorsDiffer(NotComparable):
    """Two ratios over different denominators."""

    code = "denominators_differ"
    zh = "{place} 不可比较：分母口径不同，一边是 {base}，另一边是 {value}"
    en = "{place} cannot be compared: the denominators are {base} and {value}"


class LiftUnreadable(BadInput):
    """A file that is no lift test's result."""

    code = "lift_unreadable"
    zh = "{place} 不是增量实验结果（{why}）"
    en = "{place} is no lift test's result ({why})"
    hint_zh = "应为 JSON，含 test、method、from_day、to_day、orders、low、high"
    hint_en = "Give JSON with test, method, from_day, to_day, orders, low and high"


class LiftOfOtherDays(BadInput):
    """A lift test that covers other days than the figures beside it."""

    code = "lift_of_other_days"
    zh = "实验 {place} 覆盖 {test_days}，而所问为 {asked_days}"
    en = "The test {place} covers {test_days}, and {asked_days} were asked for"
    hint_zh = "请询问实验覆盖的日期"
    hint_en = "Ask for the days that the test covers"


class LiftBackwards(BadInput):
    """A lift test whose estimate is outside its own interval."""

    code = "lift_backwards"
    zh = "实验 {place} 的估计 {orders} 不在其区间 [{low}, {high}] 内"
    en = "The test {place} estimates {orders}, outside its own interval [{low}, {high}]"
    hint_zh = "请更正实验结果"
    hint_en = "Correct the result"
