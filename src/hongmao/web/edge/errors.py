"""What can be wrong with a request before anybody looks at what it says."""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Unavailable


class EncodingUnsupported(BadInput):
    """The body is packed in a way that nobody here unpacks."""

    code = "encoding_unsupported"
    status = 415
    zh = "不支持 Content-Encoding {got}"
    en = "Content-Encoding {got} is not taken here"
    hint_zh = "请直接发送未压缩的 JSON"
    hint_en = "Send the JSON as it is"


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
