"""What can be wrong with a request to the shop.

HongmaoError
├── BadInput     422  FieldNeeded, NumberWrong, AmountWrong, ItemsWrong, TooManyItems, FormWrong, MixedShops,
    │                     RefundTooMuch; at the control door ControlBodyWrong, AddressWrong, DepositWrong, UnknownShop
├── NotFound     404  (as it is: somebody else's order reads like none)
├── Refused      401  ControlRefused · 405 MethodWrong · 413 BodyTooLarge · 415 BodyUnknown
├── Conflict     409  NothingToPay, NothingToBalance, NothingToReceive, NotRefundable, ItemNotSold
└── Unavailable  503  ShopClosed, BookBusy
"""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Conflict, Refused, Unavailable


class FieldNeeded(BadInput):
    """A field is missing, empty, or there twice."""

    code = "sandbox_field_needed"
    zh = "请填写 {place}，且只填一次"
    en = "{place} is needed, and once"


class NumberWrong(BadInput):
    """A number is none, or out of its range."""

    code = "sandbox_number_wrong"
    zh = "{place} 须为 {low} 到 {high} 的整数"
    en = "{place} takes a whole number from {low} to {high}"


class AmountWrong(BadInput):
    """What was typed is no amount in yuan above zero."""

    code = "sandbox_amount_wrong"
    zh = "{place} 须为大于 0、最多两位小数的元"
    en = "{place} takes yuan above 0 with at most two decimals"
    hint_zh = "例如 12.34"
    hint_en = "For example 12.34"


class ItemsWrong(BadInput):
    """The list of what is to be ordered cannot be read."""

    code = "sandbox_items_wrong"
    zh = "{place} 须写成 商品编号:件数，多种用逗号隔开"
    en = "{place} takes ITEM_ID:QUANTITY, several separated by commas"
    hint_zh = "例如 item-1:1,item-2:2"
    hint_en = "For example item-1:1,item-2:2"


class TooManyItems(BadInput):
    """More different items than a cart or an order holds."""

    code = "sandbox_too_many_items"
    zh = "{place} 最多 {limit} 种商品"
    en = "{place} holds at most {limit} different items"


class ItemNotSold(Conflict):
    """An item that is off its shelf or out of stock is ordered."""

    code = "sandbox_item_not_sold"
    zh = "商品 {item_id} 已下架或无货"
    en = "The item {item_id} is off the shelf or out of stock"
    hint_zh = "请选择其他商品"
    hint_en = "Choose another item"


class FormWrong(BadInput):
    """The body is no well-formed form, and no JSON object of strings and whole numbers."""

    code = "sandbox_form_wrong"
    zh = "{place} 不是表单，也不是只含文本与整数的 JSON 对象"
    en = "{place} is neither a form nor a JSON object of strings and whole numbers"


class ControlBodyWrong(BadInput):
    """A body at the control door does not have the shape it needs; `why` is the decoder's own sentence."""

    code = "sandbox_control_body_wrong"
    zh = "{place} 不符合接口：{why}"
    en = "{place} does not have the shape it needs: {why}"


class AddressWrong(BadInput):
    """A webhook's address cannot be posted to."""

    code = "sandbox_address_wrong"
    zh = "{place} 须为 http 或 https 地址"
    en = "{place} takes an http or https address"


class DepositWrong(BadInput):
    """A deposit is a part of the price."""

    code = "sandbox_deposit_wrong"
    zh = "{place}：定金须小于总价"
    en = "{place}: a deposit is less than the price"


class MixedShops(BadInput):
    """One order belongs to one shop, as on every platform of the trade."""

    code = "sandbox_mixed_shops"
    zh = "一次只能结算同一家店铺的商品"
    en = "One order takes items of one shop only"
    hint_zh = "请按店铺分别结算"
    hint_en = "Check out once per shop"


class UnknownShop(BadInput):
    """Stock was sent for a shop that is not there."""

    code = "sandbox_unknown_shop"
    zh = "{place} 指向不存在的店铺 {shop_id}"
    en = "{place} names the shop {shop_id}, which does not exist"
    hint_zh = "请先提交店铺，再提交商品"
    hint_en = "Send the shop before its items"


class RefundTooMuch(BadInput):
    """More would go back than was paid."""

    code = "sandbox_refund_too_much"
    zh = "最多可退 {refundable_fen} 分，申请了 {amount_fen} 分"
    en = "At most {refundable_fen} fen can go back, {amount_fen} fen were asked for"
    hint_zh = "退款合计不能超过实付金额"
    hint_en = "Refunds never add up to more than was paid"


class ControlRefused(Refused):
    """The control door opens to its token only."""

    code = "sandbox_control_refused"
    status = 401
    zh = "控制口令不正确"
    en = "The control token is wrong"
    hint_zh = "请在 X-Control-Token 头中提供启动时给定的口令"
    hint_en = "Send the token given at start in the header X-Control-Token"


class MethodWrong(Refused):
    """The address exists, the method does not."""

    code = "sandbox_method_wrong"
    status = 405
    zh = "此地址不接受 {method}"
    en = "This address takes no {method}"


class BodyTooLarge(Refused):
    """The body is longer than any honest form."""

    code = "sandbox_body_too_large"
    status = 413
    zh = "请求内容超过 {bytes_max} 字节"
    en = "The body is longer than {bytes_max} bytes"


class BodyUnknown(Refused):
    """The body is neither a plain form nor JSON."""

    code = "sandbox_body_unknown"
    status = 415
    zh = "只接受普通表单或 JSON"
    en = "Only plain forms and JSON are understood"


class NothingToPay(Conflict):
    """The order was paid before."""

    code = "sandbox_nothing_to_pay"
    zh = "订单 {id} 已付过款，无需再付"
    en = "Order {id} has been paid and takes no second payment"


class NothingToBalance(Conflict):
    """No sub-order waits for a balance: no presale, deposit unpaid, or all paid."""

    code = "sandbox_nothing_to_balance"
    zh = "订单 {id} 没有待付的尾款"
    en = "Order {id} has no balance to pay"
    hint_zh = "预售订单请先付定金；付清的订单无需再付"
    hint_en = "Pay the deposit of a presale first; a settled order takes no more"


class NothingToReceive(Conflict):
    """Nothing paid and unreceived is left."""

    code = "sandbox_nothing_to_receive"
    zh = "订单 {id} 没有待确认收货的商品"
    en = "Order {id} has nothing to receive"
    hint_zh = "付款后才能确认收货，且只需确认一次"
    hint_en = "Goods are received after payment, and once"


class NotRefundable(Conflict):
    """定金不退: nothing goes back before the sub-order is paid in full."""

    code = "sandbox_not_refundable"
    zh = "子订单 {id} 尚未付清，不能退款"
    en = "Sub-order {id} is not paid in full and cannot be refunded"
    hint_zh = "预售定金不退，付清尾款后可申请退款"
    hint_en = "A presale deposit stays; refunds open once the balance is paid"


class ShopClosed(Unavailable):
    """The shop was told to be down."""

    code = "sandbox_shop_closed"
    zh = "店铺暂时打不开"
    en = "The shop is down for a moment"


class BookBusy(Unavailable):
    """The shop's book could not be written just now."""

    code = "sandbox_book_busy"
    zh = "系统繁忙，本次操作没有生效"
    en = "The shop is busy and nothing was changed"
