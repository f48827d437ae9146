"""What may go wrong with any request, whichever door it came in by."""

from __future__ import annotations

from hongmao.kernel.errors import HongmaoError, NotFound, Refused


class PageUnknown(NotFound):
    """No page and no endpoint has this address."""

    code = "page_unknown"
    zh = "没有这个地址：{id}"
    en = "Nothing has the address {id}"
    hint_zh = "请检查地址，或从首页开始"
    hint_en = "Check the address, or begin at the front page"


class MethodNotTaken(Refused):
    """The address is right and the method is not."""

    code = "method_not_taken"
    status = 405
    zh = "此地址不支持 {method}，可用的方法：{allowed}"
    en = "This address does not take {method}; it takes {allowed}"
    hint_zh = "请改用列出的方法"
    hint_en = "Use one of those"


class BrokenInside(HongmaoError):
    """Something of ours failed; the facts are in our own log, never in the answer."""

    code = "broken_inside"
    status = 500
    zh = "服务内部出错，已记录"
    en = "Something of ours failed; it has been written down"
    hint_zh = "请稍后重试；若仍然出现，请告知运维"
    hint_en = "Try again later, and tell the operator if it stays"
