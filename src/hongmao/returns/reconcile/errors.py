"""Why a reconciliation is not whole."""

from __future__ import annotations

from hongmao.kernel.errors import Unavailable


class SpanUnsettled(Unavailable):
    """A list that is never the same twice, or has fewer rows than it says."""

    code = "span_unsettled"
    zh = "{platform} 的 {source} 多次拉取结果不一致"
    en = "{source} of {platform} reads differently each time"
    hint_zh = "请稍后重试；若持续出现请联系平台"
    hint_en = "Try again later; if this goes on, ask the platform"
