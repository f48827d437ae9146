"""What can be wrong with paths or with the model asked of them."""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Refused


class PathsMalformed(BadInput):
    """Rows, touches or counts do not fit together."""

    code = "paths_malformed"
    zh = "路径第 {place} 行不成立：{why_zh}"
    en = "Row {place} of the paths cannot be: {why_en}"


class ValueUnreadable(BadInput):
    """A value is no decimal number, or is too large to be added up."""

    code = "paths_value_unreadable"
    zh = "路径第 {place} 行的金额“{value}”不是小于 10^15 的十进制数"
    en = "The value {value!r} in row {place} of the paths is no decimal number below 10^15"


class PathsHaveNoTimes(Refused):
    """A model needs times and paths have none."""

    code = "paths_have_no_times"
    status = 422
    zh = "模型“{model}”需要时间，而汇总路径没有时间"
    en = "The model {model!r} needs times, and aggregated paths have none"
    hint_zh = (
        "用带时间的触点文件运行 hongmao attribute；若要以位置代替时间，请写 decay:position:3，即 w = 2^(-(n - i) / 3)"
    )
    hint_en = (
        "Run hongmao attribute on the touches themselves; to let positions stand for time write decay:position:3, "
        "which means w = 2^(-(n - i) / 3)"
    )


class PathParameterRefused(BadInput):
    """A model of paths was given a parameter it does not take."""

    code = "paths_parameter_refused"
    zh = "模型“{model}”不接受参数“{given}”，应为 {expected}"
    en = "The model {model!r} does not take {given!r}; it takes {expected}"


class TooManyStates(Refused):
    """A chain of that order over so many channels cannot be numbered."""

    code = "paths_too_many_states"
    status = 422
    zh = "{channels} 个渠道的 {order} 阶马尔可夫链状态过多，最多支持 {most} 个渠道"
    en = "A Markov chain of order {order} over {channels} channels has too many states; at most {most} channels are possible"
    hint_zh = "请降低阶数，或用 groups 把渠道归组"
    hint_en = "Lower the order, or put channels into groups"


class TooManyChannels(Refused):
    """All coalitions of so many channels cannot be listed."""

    code = "paths_too_many_channels"
    status = 422
    zh = "{channels} 个渠道有 2^{channels} 个联盟，最多支持 {most} 个渠道"
    en = "{channels} channels have 2^{channels} coalitions; at most {most} channels are possible"
    hint_zh = "请改用 shapley:sampled（给出标准误），或默认的 shapley:closed（任意渠道数均精确）"
    hint_en = (
        "Use shapley:sampled, which states its standard error, or the default shapley:closed, exact for any number"
    )


class NotShapley(Refused):
    """Leave-one-out was asked for under the name of Shapley."""

    code = "paths_not_shapley"
    status = 422
    zh = "“{given}”不是 Shapley 值，而是 leave-one-out：它不满足合计守恒，只以自己的名字提供"
    en = "{given!r} is no Shapley value but leave-one-out: its shares do not add up, and it goes by its own name here"
    hint_zh = "请写 leave_one_out"
    hint_en = "Write leave_one_out"


class NoResponse(Refused):
    """A response model cannot be fitted: journeys of one kind only."""

    code = "paths_no_response"
    status = 422
    zh = "data_driven 需要转化与未转化的路径各至少一条，现有转化 {conversions}，未转化 {nulls}"
    en = "data_driven needs journeys that converted and journeys that did not; there are {conversions} and {nulls}"
    hint_zh = "请提供 nulls 列，或选用 shapley、markov 等模型"
    hint_en = "Give a column of nulls, or choose another model such as shapley or markov"
