"""Every reason code attribution gives, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.kernel.errors import Lang

REASONS: Mapping[str, tuple[str, str]] = {
    # Why a touch won.
    "last_in_window": ("窗口内最后一次有效触点", "the last valid touch inside the window"),
    "first_in_window": ("窗口内第一次有效触点", "the first valid touch inside the window"),
    "last_paid_in_window": ("窗口内最后一次付费触点", "the last paid touch inside the window"),
    "shared_evenly": ("窗口内每个触点各得一份", "each touch inside the window gets the same part"),
    "shared_by_position": ("按在路径中的位置分配", "shared by its position on the way"),
    "shared_by_age": ("离转化越近得到越多", "the nearer to the conversion, the larger its part"),
    "shared_by_expression": ("按口径中的算式分配", "shared by the definition's expression"),
    "shared_by_removal": ("按去掉它后少掉的转化分配", "shared by the conversions that fall away without it"),
    "shared_by_coalitions": ("按它带来的增量分配", "shared by what it adds to the others"),
    "shared_by_response": ("按模型估计的作用分配", "shared by its estimated response"),
    # Why a candidate did not.
    "later_touch_won": ("窗口内有更晚的触点", "a later touch inside the window won"),
    "earlier_touch_won": ("窗口内有更早的触点", "an earlier touch inside the window won"),
    "later_paid_touch_won": ("窗口内有更晚的付费触点", "a later paid touch inside the window won"),
    "rounded_to_nothing": ("份额太小，取整后为零", "its part is too small for a millionth"),
    "position_without_weight": ("该位置的权重为零", "its position has no weight"),
    "expression_gave_nothing": ("算式给它的权重为零", "the expression gave it no weight"),
    "removal_changes_nothing": ("去掉它不改变转化", "nothing falls away without it"),
    "adds_nothing": ("没有带来增量", "it adds nothing"),
    "after_conversion": ("触点晚于转化", "the touch came after the conversion"),
    "outside_window": ("触点早于窗口", "the touch was too old for the window"),
    "kind_window_closed": (
        "该类触点的有效期更短，已过",
        "touches of this kind count for a shorter time, which was over",
    ),
    "click_invalid": ("点击无效，不计入归因", "the click is invalid and earns nothing"),
    "duplicate_click": ("同一次点击已记录过", "the same click was recorded before"),
    "deeper_act": ("同一次展示中有更深的行为，由它计入", "a deeper act on the same showing speaks for it"),
    # Which click id was followed.
    "click_followed": ("按这个点击 id 归因", "this click id was followed"),
    "other_click_first": ("另一个点击 id 优先", "another click id goes before it"),
    # Why nobody won.
    "by_note": (
        "没有我们的点击，只按回传写明的笔记计入",
        "no click of ours: counted by the note that the return names alone",
    ),
    "no_touch_inside": ("窗口内没有该读者的触点", "the reader has no touch inside the window"),
    "no_click_id": ("订单没有带回点击 id", "the order brought back no click id"),
    "click_unknown": ("订单带回的点击 id 不是我们已知的点击", "the click id is none that we know"),
    "other_tenant": ("点击属于另一个商家", "the click belongs to another merchant"),
    "duplicate_sub_order": ("该子订单已计过一次", "the sub-order was already counted once"),
    "conversion_invalid": ("转化无效", "the conversion is invalid"),
    "refund_invalid": ("退款无效", "the refund is invalid"),
    "refund_without_payment": ("没有见过该子订单的支付", "no payment of the sub-order is known"),
    # Files: a conversion row that no touch earned.
    "no_touch": ("该读者没有任何触点", "the reader has no touch at all"),
    "touches_later": ("该读者的触点都晚于转化", "all touches of the reader came after the conversion"),
}


def reason_in_words(code: str, lang: Lang) -> str:
    """Say a reason to a person; a code that is not ours is shown as it is."""
    zh, en = REASONS.get(code, (code, code))
    return zh if lang == "zh" else en
