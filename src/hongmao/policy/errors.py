"""What policy refuses.

BadInput ── RouteUnknown, PresetUnknown, PolicyWordMissing, RouteValueWrong
TomlRefused ── CalendarBroken, PolicyMisnamed
NotFound ── SpuUnknown
Refused ── PresetClosed
"""

from __future__ import annotations

from hongmao.definitions.api import TomlRefused
from hongmao.kernel.errors import BadInput, NotFound, Refused


class RouteUnknown(BadInput):
    """A route that is none."""

    code = "route_unknown"
    zh = "{place} 不是路径，可选：{choices}"
    en = "{place} is no route; it is one of {choices}"
    hint_zh = "in_site 站内成交，external 站外直达，both 两者都开"
    hint_en = "in_site sells in the community, external leads to the outside shop, both does both"


class RouteValueWrong(BadInput):
    """An expected value that cannot be."""

    code = "route_value_wrong"
    zh = "{place} 应为不小于 0 的整数分，不知道则留空"
    en = "{place} should be whole fen from 0 on, or left out where nobody knows"
    hint_zh = "例如 12.00 元写 1200"
    hint_en = "For 12.00 yuan write 1200"


class PresetUnknown(BadInput):
    """A preset that is none."""

    code = "preset_unknown"
    zh = "{place} 不是预设，可选：{choices}"
    en = "{place} is no preset; it is one of {choices}"
    hint_zh = "open 开放，mixed 逐个商品选择，closed 闭环"
    hint_en = "open leads anywhere, mixed where the owner chose it, closed nowhere outside"


class PolicyWordMissing(BadInput):
    """Why something is decided is part of the decision."""

    code = "policy_word_missing"
    zh = "{place} 不能为空，且不超过 {limit} 个字符"
    en = "{place} must be given, in at most {limit} characters"
    hint_zh = "请写明理由，历史记录会显示"
    hint_en = "Say why; the history shows it"


class PolicyMisnamed(TomlRefused):
    """A file under another name than its id and version."""

    code = "policy_misnamed"
    zh = "{place}：文件应命名为 {expected}"
    en = "{place}: the file should be called {expected}"


class CalendarBroken(TomlRefused):
    """Phases that overlap, leave a gap, or stand out of order: a day would be in two of them, or in none."""

    code = "calendar_broken"
    zh = "{place}：阶段 {phase} 应从 {expected} 开始，且不早于此结束"
    en = "{place}: the phase {phase} should begin on {expected} and end no earlier"
    hint_zh = "五个阶段依次为测试、蓄水、预热、爆发、延续，首尾相接"
    hint_en = "The phases are test, gather, warm, burst, carry_on in this order, each from the day after the one before"


class SpuUnknown(NotFound):
    """No product of that number among the tenant's own."""

    code = "spu_unknown"
    zh = "没有商品 {id}"
    en = "There is no product {id}"
    hint_zh = "商品编号为商品列表中的 spu"
    hint_en = "It is the spu that the list of items shows"


class PresetClosed(Refused):
    """A route that the deployment does not offer."""

    code = "preset_closed"
    zh = "当前预设 {preset} 不开放站外路径"
    en = "The preset {preset} offers no route outside"
    hint_zh = "请选择 in_site，或由平台方更换预设"
    hint_en = "Choose in_site, or ask whoever runs the deployment for another preset"
