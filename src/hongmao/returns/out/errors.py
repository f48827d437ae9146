"""What can go wrong before a return leaves."""

from __future__ import annotations

from hongmao.kernel.errors import Refused


class ReturnUnfit(Refused):
    """A target was handed an item that it had named a fault of: it builds no request from it."""

    code = "return_unfit"
    zh = "回传 {id} 不能发给 {target}（{reason}）"
    en = "The return {id} cannot be sent to {target} ({reason})"
    hint_zh = "请先用 pack 分装，并按给出的原因处理"
    hint_en = "Pack it first, and act on the reason that is given"
