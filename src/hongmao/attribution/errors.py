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


class KindNotCredited(BadInput):
    """A definition has a kind of event in a place where it means nothing: an aggregate is no act, a shop's row no touch."""

    code = "attribution_kind_not_credited"
    zh = "口径 {definition} 的 {place} 中不能有“{kind}”，可用：{offered}"
    en = "{definition} cannot have {kind!r} among its {place}; there may be {offered}"
    hint_zh = "触点是读者在社区里的行为，转化是读者的行为或店铺的回传；平台报表的汇总不参与归因"
    hint_en = "Touches are what readers do here, conversions that or what shops return; a platform's aggregates are never credited"


class ModelNotOfThePlatform(BadInput):
    """A definition of the platform's credits names a model that looks at all journeys together."""

    code = "attribution_model_not_of_the_platform"
    zh = "口径 {definition} 的模型“{name}”需要全部路径一起估计，不能逐单计入，可选：{known}"
    en = "{definition} names the model {name!r}, which estimates from all journeys and credits no single order; there are {known}"
    hint_zh = "估计类模型请用 hongmao paths"
    hint_en = "Estimated models are answered by hongmao paths"


class OrderNotSeen(NotFound):
    """No conversion or refund of that order is known to whoever asks."""

    code = "attribution_order_not_seen"
    zh = "没有可归因的订单 {id}"
    en = "There is no order {id} to attribute"
    hint_zh = "订单支付并回传之后才会出现在这里"
    hint_en = "An order appears here once it was paid and the shop has returned it"
