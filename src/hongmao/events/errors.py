"""What can be wrong with events. What can be wrong with the log and the lake that keep them is in `keeping_errors`.

    BadInput
    ├── FieldMissing, FieldUnknown, FieldForbidden, FieldMalformed, TextTooLong
    ├── NumberOutOfRange ── AmountOutOfRange
    ├── TimeInFuture, TimeTooOld
    ├── KindUnknown, KindNotYours, SchemaTooNew
    └── BodyUnreadable, BodyTooLarge, BatchTooLarge

`place` is always the way into what was sent, such as `events[3].amount_fen`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.kernel.errors import BadInput

if TYPE_CHECKING:
    from hongmao.kernel.errors import Lang

CLIP_CHARS = 48


def clipped(text: str) -> str:
    """Quote what was sent, short enough for a sentence: a megabyte of field name makes no megabyte of answer."""
    return f'"{text}"' if len(text) <= CLIP_CHARS else f'"{text[:CLIP_CHARS]}…"'


class FieldMissing(BadInput):
    """A field that this kind of event must carry is absent."""

    code = "field_missing"
    zh = "缺少 {place}"
    en = "{place} is missing"
    hint_zh = "请补上该字段；每种事件必填的字段见事件文档"
    hint_en = "Add the field; the event reference lists what every kind must carry"


class FieldUnknown(BadInput):
    """A field that no event has."""

    code = "field_unknown"
    zh = "{place} 不是已知字段"
    en = "{place} is no known field"
    hint_zh = "请检查拼写，或删去该字段"
    hint_en = "Check the spelling or leave the field out"


class FieldForbidden(BadInput):
    """A field that exists, on an event that must not carry it."""

    code = "field_forbidden"
    zh = "{kind} 事件不能带 {place}"
    en = "An event of kind {kind} carries no {place}"
    hint_zh = "请删去该字段，或改用带有它的事件类型"
    hint_en = "Leave the field out, or send the kind that carries it"


_WORDS: Final = {
    "int": ("整数", "a whole number"),
    "int64": ("64 位整数", "a whole number of at most 64 bits"),
    "float": ("小数", "a decimal number"),
    "str": ("文字", "text"),
    "utf8": ("可用 UTF-8 写出的文字", "text that UTF-8 can write"),
    "bool": ("布尔值（true 或 false）", "true or false"),
    "null": ("空值", "null"),
    "object": ("对象", "an object"),
    "array": ("数组", "an array"),
    "value": ("合法的值", "a valid value"),
    "id": (
        "1 到 64 个字母、数字或 _ . : -，以字母或数字开头",
        "1 to 64 letters, digits or _ . : -, beginning with a letter or a digit",
    ),
    "open_id": (
        "1 到 64 个字母、数字或 _ . -，以字母或数字开头",
        "1 to 64 letters, digits or _ . -, beginning with a letter or a digit",
    ),
    "click_id": ("1 到 64 个字母、数字或 _ . ~ -", "1 to 64 letters, digits or _ . ~ -"),
    "code": ("1 到 64 个小写字母、数字或 _，以字母开头", "1 to 64 small letters, digits or _, beginning with a letter"),
    "line": ("cid 或 ud", "cid or ud"),
}


def _in_words(term: object, lang: Lang) -> str:
    words = (_WORDS.get(part, (part, part)) for part in str(term).split(" | "))
    return ("或" if lang == "zh" else " or ").join(zh if lang == "zh" else en for zh, en in words)


class FieldMalformed(BadInput):
    """A field holds something else than it should. `expected` and `got` are type words (`int | null`) or quoted text."""

    code = "field_malformed"
    zh = "{place} 应为{expected}，收到的是{got}"
    en = "{place} should be {expected}, not {got}"
    hint_zh = "请更正该字段后重新提交；同批其他事件不受影响"
    hint_en = "Correct the field and send the event again; the others of the batch are not affected"

    def message(self, lang: Lang = "en") -> str:
        """Say it with the types spelt out in the reader's language."""
        facts = {**self.params, **{name: _in_words(self.params[name], lang) for name in ("expected", "got")}}
        return (self.zh if lang == "zh" else self.en).format(**facts)


class TextTooLong(BadInput):
    """A text is longer than its field allows."""

    code = "text_too_long"
    zh = "{place} 有 {got} 个字符，最多 {limit} 个"
    en = "{place} has {got} characters, at most {limit} are kept"
    hint_zh = "请缩短后重新提交"
    hint_en = "Shorten it and send it again"


class NumberOutOfRange(BadInput):
    """A whole number lies outside what its field can mean."""

    code = "number_out_of_range"
    zh = "{place} 应在 {low} 到 {high} 之间，收到 {got}"
    en = "{place} should lie between {low} and {high}, not {got}"
    hint_zh = "请检查数值与单位"
    hint_en = "Check the figure and its unit"


class AmountOutOfRange(NumberOutOfRange):
    """An amount in fen that no order can have."""

    code = "amount_out_of_range"
    zh = "金额 {place} 应在 {low} 到 {high} 分之间，收到 {got}"
    en = "The amount {place} should lie between {low} and {high} fen, not {got}"
    hint_zh = "金额以整数分计；退款写正数"
    hint_en = "Amounts are whole fen; a refund is written as a positive number"


class TimeInFuture(BadInput):
    """The event claims to have happened after it was told, by more than clocks may differ."""

    code = "time_in_future"
    zh = "{place} 为 {at}，比接收时间晚了超过 {limit_minutes} 分钟"
    en = "{place} is {at}, more than {limit_minutes} minutes after it was received"
    hint_zh = "请检查发送端的时钟，时间以毫秒计"
    hint_en = "Check the sender's clock; times are in milliseconds"


class TimeTooOld(BadInput):
    """Older than late data may be (ATTR-10)."""

    code = "time_too_old"
    zh = "{place} 为 {at}，已超过 {limit_days} 天"
    en = "{place} is {at}, more than {limit_days} days ago"
    hint_zh = "迟到数据最多接收 {limit_days} 天，更早的转入隔离区"
    hint_en = "Late data is accepted for {limit_days} days; what is older goes to quarantine"


class KindUnknown(BadInput):
    """There is no such kind of event."""

    code = "kind_unknown"
    zh = "{place} 的事件类型 {got} 不存在"
    en = "{place} names {got}, which is no kind of event"
    hint_zh = "事件类型见事件文档"
    hint_en = "The event reference lists the kinds"


class KindNotYours(BadInput):
    """A kind that only the platform itself or a shop may record: a reader's client could forge it."""

    code = "kind_not_yours"
    zh = "{place}：读者端不能上报 {kind} 事件"
    en = "{place}: a reader's client may not report {kind}"
    hint_zh = "组件点击由跳转服务记录，后链路事件由店铺回传"
    hint_en = "Component clicks are recorded by the jump, back-link events come from the shop"


class SchemaTooNew(BadInput):
    """The event was written by a later version of this program."""

    code = "schema_too_new"
    zh = "{place} 的事件格式版本为 {got}，本程序只认识到 {known}"
    en = "{place} has event schema {got}; this program knows up to {known}"
    hint_zh = "请升级程序"
    hint_en = "Upgrade the program"


class BodyUnreadable(BadInput):
    """The bytes are no JSON at all, so nothing in them can be named."""

    code = "body_unreadable"
    zh = "{place} 不是合法的 JSON，问题在第 {byte} 字节附近（{why}）"
    en = "{place} is no valid JSON; the trouble begins near byte {byte} ({why})"
    hint_zh = "请用 UTF-8 编码发送完整的 JSON；本次提交没有保存任何内容"
    hint_en = "Send complete JSON in UTF-8; nothing of it was kept"


class BodyTooLarge(BadInput):
    """More bytes than one request may bring."""

    code = "body_too_large"
    status = 413
    zh = "{place} 有 {got} 字节，最多 {limit} 字节"
    en = "{place} has {got} bytes, at most {limit} are accepted"
    hint_zh = "请分成几次提交；本次提交没有保存任何内容"
    hint_en = "Send it in parts; nothing of it was kept"


class BatchTooLarge(BadInput):
    """More events than one request may bring."""

    code = "batch_too_large"
    status = 413
    zh = "{place} 有 {got} 条事件，最多 {limit} 条"
    en = "{place} has {got} events, at most {limit} are accepted"
    hint_zh = "请分成几次提交；本次提交没有保存任何内容"
    hint_en = "Send them in parts; nothing of it was kept"
