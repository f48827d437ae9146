"""What can be wrong in a form of these pages alone: amounts that people type in yuan, choices that nobody offered."""

from __future__ import annotations

from hongmao.kernel.errors import BadInput


class AmountOutside(BadInput):
    """An amount beyond its bounds, which are the rule's own, told in the unit in which it was typed."""

    code = "amount_outside"
    zh = "{place}应为 {low} 到 {high} 元（含），收到 {got} 元"
    en = "{place} should be {low} to {high} yuan, both included, not {got}"
    hint_zh = "单位是元，至多两位小数"
    hint_en = "The unit is yuan, with at most two decimals"


class NotOffered(BadInput):
    """A choice that the form does not offer, or offers no more."""

    code = "not_offered"
    zh = "{place}的选项已不可用"
    en = "What was chosen for {place} is not offered any more"
    hint_zh = "请刷新页面后重新选择"
    hint_en = "Load the page again and choose anew"
