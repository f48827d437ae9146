"""What can be wrong with a request before anybody looks at what it says."""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, NotFound, Unavailable


class EncodingUnsupported(BadInput):
    """The body is packed in a way that nobody here unpacks."""

    code = "encoding_unsupported"
    status = 415
    zh = "不支持 Content-Encoding {got}"
    en = "Content-Encoding {got} is not taken here"
    hint_zh = "请直接发送 JSON；/v1/events 还接受 gzip 或 zstd"
    hint_en = "Send the JSON as it is; /v1/events also takes gzip or zstd"


class BodyNotPacked(BadInput):
    """A body says how it is packed and is not, or not wholly, or holds more than that."""

    code = "body_not_packed"
    status = 400
    zh = "{place} 不是单个完整的 {coding} 数据（{why}）"
    en = "{place} is not one complete piece of {coding} ({why})"
    hint_zh = "请重新压缩后发送；没有保存任何内容"
    hint_en = "Pack it again and send it; nothing of it was kept"


class NoteUnknown(BadInput):
    """An event names a note that nobody published."""

    code = "note_unknown"
    zh = "{place} 指向的笔记不存在"
    en = "{place} names a note that does not exist"
    hint_zh = "请使用信息流返回的笔记编号"
    hint_en = "Use the note id that the feed gave"


class CreatorUnknown(BadInput):
    """An event names a creator that nobody is, or another than the note's."""

    code = "creator_unknown"
    zh = "{place} 指向的达人不存在，或不是该笔记的作者"
    en = "{place} names a creator that does not exist or did not write the note"
    hint_zh = "请使用信息流返回的达人编号"
    hint_en = "Use the creator id that the feed gave"


class LinkNotUnderNote(BadInput):
    """An event names a link that does not exist, or that stands under another note."""

    code = "link_not_under_note"
    zh = "{place} 指向的链接不存在，或不在该笔记下"
    en = "{place} names a link that does not exist or does not stand under the note"
    hint_zh = "请使用信息流返回的链接编号"
    hint_en = "Use the link id that the feed gave with the note"


class NumberUnreadable(BadInput):
    """A whole number was expected in the query."""

    code = "number_unreadable"
    zh = "{place} 应为整数"
    en = "{place} should be a whole number"
    hint_zh = "请更正参数"
    hint_en = "Correct the parameter"


class NotReady(Unavailable):
    """The process lives and cannot keep anything yet, or any more."""

    code = "not_ready"
    zh = "服务尚未就绪（{why}）"
    en = "Not ready to take anything ({why})"
    hint_zh = "请稍后重试"
    hint_en = "Try again in a moment"


class RequestMalformed(BadInput):
    """The bytes are no request that we and everybody before us understand in one way."""

    code = "request_malformed"
    status = 400
    zh = "请求不是合法的 HTTP/1.1（{why}）"
    en = "The request is no valid HTTP/1.1 ({why})"
    hint_zh = "请检查客户端或中间代理；连接已关闭"
    hint_en = "Check the client or the proxy in between; the connection was closed"


class HeadTooLarge(BadInput):
    """More head than any browser sends."""

    code = "head_too_large"
    status = 431
    zh = "请求头超过 {bytes_max} 字节或 {headers_max} 个字段"
    en = "The head of the request has more than {bytes_max} bytes or {headers_max} fields"
    hint_zh = "请减少请求头或 Cookie 后重试"
    hint_en = "Send fewer headers or smaller cookies"


class RequestTooSlow(BadInput):
    """A request was begun and not finished in time."""

    code = "request_too_slow"
    status = 408
    zh = "请求在 {seconds} 秒内没有发送完整"
    en = "The request was not complete within {seconds} seconds"
    hint_zh = "请重新发送；没有保存任何内容"
    hint_en = "Send it again; nothing of it was kept"


class TooManyConnections(Unavailable):
    """More connections are open than one process holds."""

    code = "too_many_connections"
    zh = "连接数已达上限 {limit}"
    en = "{limit} connections are open, which is all this process takes"
    hint_zh = "请稍后重试"
    hint_en = "Try again in a moment"


class BodiesTooMany(Unavailable):
    """So many bodies are on their way that no more of them can be held."""

    code = "bodies_too_many"
    zh = "正在接收的请求体合计已达上限 {limit} 字节"
    en = "Bodies that are still coming hold all of the {limit} bytes there are for them"
    hint_zh = "请稍后重试；没有保存任何内容"
    hint_en = "Try again in a moment; nothing of it was kept"


class Draining(Unavailable):
    """The process is being stopped: what is under way is finished, nothing new is begun."""

    code = "draining"
    zh = "服务正在停止，不再接受新请求"
    en = "The service is being stopped and takes nothing new"
    hint_zh = "请重新连接后重试"
    hint_en = "Connect anew and try again"


class ServedElsewhere(NotFound):
    """This process serves a part of the house alone, and that was asked of it."""

    code = "served_elsewhere"
    zh = "本进程不提供 {id}"
    en = "This process does not serve {id}"
    hint_zh = "页面、接口与回传由 web 角色提供，跳转与事件由 edge 角色提供；请检查入口的转发规则"
    hint_en = (
        "Pages, the API and deliveries are the role web's, jumps and events the role edge's; check what routes here"
    )
