"""What can be wrong with asking for a feed, and the one thing that may never be built."""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, HongmaoError


class CursorMalformed(BadInput):
    """The cursor is none of ours."""

    code = "cursor_malformed"
    zh = "翻页标记 {place} 无效"
    en = "The cursor at {place} is none of ours"
    hint_zh = "请使用上一页返回的 cursor，或不填从头开始"
    hint_en = "Pass the cursor that the page before gave, or none to begin"


class LimitOutOfRange(BadInput):
    """More or fewer cards than a page has."""

    code = "limit_out_of_range"
    zh = "{place} 应在 1 到 {high} 之间"
    en = "{place} should lie between 1 and {high}"
    hint_zh = "请调整每页数量"
    hint_en = "Ask for a page of that size"


class NoteKindUnknown(BadInput):
    """No such kind of note."""

    code = "note_kind_unknown"
    zh = "{place} 应为 {known} 之一"
    en = "{place} should be one of {known}"
    hint_zh = "请更正后重新提交"
    hint_en = "Correct it and send it again"


class SurfaceUnknown(BadInput):
    """No such surface."""

    code = "surface_unknown"
    zh = "{place} 应为 {known} 之一"
    en = "{place} should be one of {known}"
    hint_zh = "普通版面可不填；未成年人模式请填 minor"
    hint_en = "Leave it out for the general surface; write minor for one that minors see"


class LabelMissing(HongmaoError):
    """Promise 7: an ad component without 广告. It is a fault of ours and stops the page."""

    code = "label_missing"
    zh = "链接 {link} 的组件缺少“广告”标识，不能展示"
    en = "The component of link {link} lacks its 广告 label and cannot be shown"
    hint_zh = "请报告此问题"
    hint_en = "Report this"
