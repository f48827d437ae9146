"""What can be wrong with a question to attribution, as sentences in both languages."""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, NotFound


class ModelUnknown(BadInput):
    """No credit rule of that name is registered."""

    code = "attribution_model_unknown"
    zh = "没有归因模型“{name}”，可选：{known}"
    en = "There is no attribution model {name!r}; there are {known}"
    hint_zh = "用 --models 选择一个或几个，以逗号分隔"
    hint_en = "Choose one or several with --models, separated by commas"


class ParameterRefused(BadInput):
    """A model was given a parameter that it does not have, or one that means nothing."""

    code = "attribution_parameter_refused"
    zh = "归因模型 {model} 的参数“{given}”无法使用，可写：{expected}"
    en = "The model {model} cannot use {given!r}; it takes {expected}"
    hint_zh = "参数写在模型名之后，用冒号隔开，例如 decay:168h"
    hint_en = "Write parameters after the model's name and a colon, for example decay:168h"


class ExpressionRefused(BadInput):
    """A weight's expression holds something that is not offered, or gives a weight that cannot be one."""

    code = "attribution_expression_refused"
    zh = "权重表达式“{place}”无法使用：{why}"
    en = "The weight {place!r} cannot be used: {why}"
    hint_zh = "可用 position count age_hours kind first last organic、+ - * /、比较、and or not、if else、min max abs"
    hint_en = "Offered are position count age_hours kind first last organic, + - * /, comparisons, and or not, if else, min max abs"


class KindUnknown(BadInput):
    """A definition counts a kind of event that does not exist."""

    code = "attribution_kind_unknown"
    zh = "口径 {definition} 中的事件类型“{kind}”不存在"
    en = "{definition} counts {kind!r}, which is no kind of event"
    hint_zh = "请修改口径文件中的 touches 或 conversions"
    hint_en = "Correct `touches` or `conversions` in the definition's file"


class OrderNotSeen(NotFound):
    """No conversion or refund of that order is known to whoever asks."""

    code = "attribution_order_not_seen"
    zh = "没有可归因的订单 {id}"
    en = "There is no order {id} to attribute"
    hint_zh = "订单支付并回传之后才会出现在这里"
    hint_en = "An order appears here once it was paid and the shop has returned it"
