"""What can be wrong with a request to the API, before any context is asked.

BadInput
├── FieldAbsent, FieldMistyped   the body or the query, in the words of `events.errors`
├── ControlCharacter
├── ItemElsewhere
├── SecretWeak
├── SettingsTooMany
└── TimesBackwards
Refused ── MethodNotTaken
"""

from __future__ import annotations

from hongmao.events.api import FieldMalformed, FieldMissing
from hongmao.kernel.errors import BadInput


class FieldAbsent(FieldMissing):
    """A field or parameter without which nothing can be done."""

    code = "field_absent"
    hint_zh = "请补上该字段；每个接口的字段见接口文档"
    hint_en = "Add it; the API reference lists what each endpoint takes"


class FieldMistyped(FieldMalformed):
    """A field or parameter holds something else than it should."""

    code = "field_mistyped"
    hint_zh = "请更正后重新提交；本次提交没有保存任何内容"
    hint_en = "Correct it and send it again; nothing of it was kept"


class ControlCharacter(BadInput):
    """A line of text that no page can show as it is."""

    code = "control_character"
    zh = "{place} 第 {at} 个字符是控制字符"
    en = "Character {at} of {place} is a control character"
    hint_zh = "请删除该字符"
    hint_en = "Remove the character"


class ItemElsewhere(BadInput):
    """A link's item stands in another shop than the link's."""

    code = "item_elsewhere"
    zh = "{place} 不是店铺 {shop} 的商品"
    en = "What {place} names is no item of the shop {shop}"
    hint_zh = "请选择该店铺的商品"
    hint_en = "Choose an item of that shop"


class SecretWeak(BadInput):
    """A signing secret that could be guessed."""

    code = "secret_weak"
    zh = "{place} 应为 {chars_min} 到 {chars_max} 个字符"
    en = "{place} should have {chars_min} to {chars_max} characters"
    hint_zh = "请使用店铺平台给出的完整密钥"
    hint_en = "Use the whole secret that the shop's platform gave out"


class SettingsTooMany(BadInput):
    """More settings than any platform's client has names for."""

    code = "settings_too_many"
    zh = "{place} 最多 {limit} 项"
    en = "{place} takes at most {limit} entries"
    hint_zh = "请只填该平台文档列出的设置"
    hint_en = "Give only those that the platform's page lists"


class TimesBackwards(BadInput):
    """A stretch of time that ends before it begins."""

    code = "times_backwards"
    zh = "{place} 早于开始时间"
    en = "{place} comes before the beginning"
    hint_zh = "请交换起止时间"
    hint_en = "Swap the two"
