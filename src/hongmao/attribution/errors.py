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
