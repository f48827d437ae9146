"""What can be wrong with the question a report is asked."""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Conflict, NotFound, Refused


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


class NoteUnknown(NotFound):
    """No such note, or one that is nothing to whoever asks."""

    code = "note_never_credited"
    zh = "没有笔记 {id}，也没有任何订单归因到它"
    en = "There is no note {id}, and no order was ever credited to one"
    hint_zh = "请检查笔记编号"
    hint_en = "Check the note's id"


class NoOrderOfItsOwn(Refused):
    """A model that judges all journeys together says nothing of one order."""

    code = "no_order_of_its_own"
    zh = "模型 {model} 由全部路径一起估计，没有逐单的功劳，无法逐单比较"
    en = (
        "The model {model} is estimated from all journeys together: it credits no order by itself, so no order can move"
    )
    hint_zh = "请在归因页对照它的合计，或选择规则模型：{offered}"
    hint_en = "Compare its totals on the attribution page, or name a rule model: {offered}"


class SidesNotComparable(Refused):
    """Two definitions that have no window in common, or that judge other things."""

    code = "sides_not_comparable"
    zh = "{before} 与 {after} 没有共同的窗口 {window}"
    en = "{before} and {after} have no window {window} in common"
    hint_zh = "两者都有的窗口：{offered}"
    hint_en = "Windows that both have: {offered}"


class PinUnreadable(BadInput):
    """The file is no pin of a report."""

    code = "pin_unreadable"
    zh = "{place} 不是报表凭据（{why}）"
    en = "{place} is no pin of a report ({why})"
    hint_zh = "凭据由 hongmao report --save-pin FILE 写出"
    hint_en = "A pin is written by `hongmao report --save-pin FILE`"


class PinBroken(Conflict):
    """A report does not read as it did; printing it under its old pin would be a lie."""

    code = "pin_broken"
    zh = "{place}：{report} 重新打印后与当时不一致（当时由 {made_by} 版本生成）"
    en = "{place}: {report} does not print as it did when version {made_by} made it"
    hint_zh = "请用当时的程序版本打印；若版本相同，请检查日志与账目是否被改动"
    hint_en = "Print it with that version; if it is the same, see whether log or charges were altered"
