"""What can be wrong with events, and with the log and the lake that keep them.

    BadInput
    ├── FieldMissing, FieldUnknown, FieldForbidden, FieldMalformed, TextTooLong
    ├── NumberOutOfRange ── AmountOutOfRange
    ├── TimeInFuture, TimeTooOld
    ├── KindUnknown, KindNotYours, SchemaTooNew
    └── BodyUnreadable, BodyTooLarge, BatchTooLarge
    Unavailable
    ├── LogFull ── DiskFull, LogPressed
    ├── LogClosed, LogFailed
    └── WriterBusy ── LogBusy, LakeBusy
    LogDamaged, LakeDamaged, LakeOutdated, LakeGap, LakeIrreplaceable, LogBehind,
    LogMissing, LogTrimmed, LakeMissing, OffsetRefused

`place` is always the way into what was sent, such as `events[3].amount_fen`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.kernel.errors import BadInput, Conflict, HongmaoError, NotFound, Refused, Unavailable

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


class LogFull(Unavailable):
    """More is waiting to be written than the log will hold in memory; this batch was not kept."""

    code = "log_full"
    zh = "事件日志排队已满（上限 {rows} 条、{size_bytes} 字节），这批事件没有保存"
    en = "The event log's queue is full ({rows} events or {size_bytes} bytes at most); this batch was not kept"
    hint_zh = "请稍后重发同一批，重复的会被识别"
    hint_en = "Send the same batch again in a moment; repeats are recognised"


class DiskFull(LogFull):
    """There is no room on the disk; this batch was not kept, what was acknowledged before is safe."""

    code = "disk_full"
    zh = "磁盘已满，这批事件没有保存"
    en = "The disk is full; this batch was not kept"
    hint_zh = "请腾出 {path} 所在磁盘的空间后重发"
    hint_en = "Make room on the disk of {path}, then send it again"


class LogPressed(LogFull):
    """What waits to be written has waited too long already: more would only wait longer. This batch was not kept."""

    code = "log_pressed"
    zh = "事件日志写入延迟已达 {oldest_ms} 毫秒，这批事件没有保存"
    en = "The event log is {oldest_ms} ms behind with its writing; this batch was not kept"


class LogClosed(Unavailable):
    """The log is shutting down or was opened for reading only; nothing was kept."""

    code = "log_closed"
    zh = "事件日志 {path} 不接受写入，这批事件没有保存"
    en = "The event log {path} takes no more events; this batch was not kept"
    hint_zh = "请在服务恢复后重发同一批"
    hint_en = "Send the same batch again when the service is back"


class LogFailed(Unavailable):
    """The disk or the database refused; nothing of the batch was kept, what was acknowledged before is safe."""

    code = "log_failed"
    zh = "事件日志 {path} 暂时无法读写（{why}），这批事件没有保存"
    en = "The event log {path} cannot be used right now ({why}); nothing was kept"
    hint_zh = "请检查磁盘，并运行 hongmao doctor"
    hint_en = "Check the disk and run hongmao doctor"


class WriterBusy(Unavailable):
    """Somebody else is writing here. A log and a lake have one writer at a time."""

    code = "writer_busy"
    zh = "{path} 正由 {holder} 写入"
    en = "{path} is being written by {holder}"
    hint_zh = "请先停止该进程，或为本进程设置另一个 HONGMAO_HOME"
    hint_en = "Stop that process first, or give this one another HONGMAO_HOME"


class LogBusy(WriterBusy):
    """Another process is writing this log."""

    code = "log_busy"


class LakeBusy(WriterBusy):
    """Another process is writing this lake."""

    code = "lake_busy"


class LogMissing(NotFound):
    """There is no log here to read."""

    code = "log_missing"
    zh = "{path} 处没有事件日志"
    en = "There is no event log at {path}"
    hint_zh = "请检查 HONGMAO_HOME，或先运行 hongmao serve"
    hint_en = "Check HONGMAO_HOME, or run hongmao serve first"


class LogTrimmed(NotFound):
    """The log no longer holds these events: they were in the lake, proved, before their segments were removed."""

    code = "log_trimmed"
    zh = "事件日志 {path} 已不再保存位置 {offset}，现从 {first} 开始"
    en = "The event log {path} no longer holds offset {offset}; it begins at {first}"
    hint_zh = "更早的事件在数据湖中：hongmao replay"
    hint_en = "Earlier events are in the lake: run hongmao replay"


class OffsetRefused(Conflict):
    """A consumer would go back, so that effects came twice, or ahead of the log, so that events were passed over."""

    code = "offset_refused"
    zh = "消费者 {id} 位于 {at}，不能移到 {to}：日志到 {end} 为止"
    en = "The consumer {id} stands at {at} and cannot move to {to}; the log ends at {end}"
    hint_zh = "位置只能前进，且不超过日志末尾；请从它所在的位置继续读取"
    hint_en = "It moves forward only, and not beyond the log's end; go on reading where it stands"


class LakeMissing(NotFound):
    """There is no lake here to read."""

    code = "lake_missing"
    zh = "{path} 处没有数据湖"
    en = "There is no lake at {path}"
    hint_zh = "请检查 HONGMAO_HOME 与 HONGMAO_LAKE，或先运行 hongmao serve；数据湖在第一批事件之后出现"
    hint_en = "Check HONGMAO_HOME and HONGMAO_LAKE, or run hongmao serve first; a lake appears with the first events"


class LogDamaged(HongmaoError):
    """What stands in the log is not what was written. Offset 0 means the file as a whole."""

    code = "log_damaged"
    zh = "事件日志 {path} 在位置 {offset} 处损坏（{why}）"
    en = "The event log {path} is damaged at offset {offset} ({why})"
    hint_zh = "请停止写入，从备份恢复该文件"
    hint_en = "Stop writing and restore the file from a backup"


class LakeDamaged(HongmaoError):
    """A file of the lake is missing or differs from what the manifest says."""

    code = "lake_damaged"
    zh = "数据湖文件 {path} 损坏（{why}）"
    en = "The lake's file {path} is damaged ({why})"
    hint_zh = "数据湖可由日志重建：hongmao rebuild"
    hint_en = "The lake is derived from the log: run hongmao rebuild"


class LakeOutdated(HongmaoError):
    """The lake was written with other columns than this program has."""

    code = "lake_outdated"
    status = 409
    zh = "数据湖 {path} 的列与本程序不同"
    en = "The lake {path} has other columns than this program"
    hint_zh = "请运行 hongmao rebuild，由日志重建"
    hint_en = "Run hongmao rebuild to derive it from the log again"


class LakeIrreplaceable(Conflict):
    """The lake would be made anew, and holds events that nothing else does and that cannot be carried over."""

    code = "lake_irreplaceable"
    zh = "位置 {until} 及以前的事件只保存在数据湖 {path} 中，无法保留（{why}），因此没有改动任何内容"
    en = "The lake {path} alone holds the events up to offset {until}; they cannot be kept ({why}), so nothing was changed"
    hint_zh = "请从备份恢复数据湖后重试：日志已不再保存这些事件"
    hint_en = "Restore the lake from a backup and try again: the log no longer holds these events"


class LogBehind(Conflict):
    """The lake would be made anew from a log that ends before it: not the log that it was made from."""

    code = "log_behind"
    zh = "事件日志到位置 {end} 为止，而数据湖已到 {id}：这不是产生它的日志，因此没有改动任何内容"
    en = "The log ends at offset {end} and the lake at {id}: it was made from another log, so nothing was changed"
    hint_zh = "请检查 HONGMAO_HOME、HONGMAO_LOG 与 HONGMAO_LAKE，或从备份恢复日志；确实不要该数据湖时请自行删除"
    hint_en = (
        "Check HONGMAO_HOME, HONGMAO_LOG and HONGMAO_LAKE, or restore the log; delete the lake where nobody wants it"
    )


class LakeGap(Conflict):
    """A batch does not follow what was absorbed: an event in between would be lost."""

    code = "lake_gap"
    zh = "数据湖等待位置 {expected}，收到的是 {got}"
    en = "The lake waits for offset {expected}, not {got}"
    hint_zh = "请从日志的 {expected} 处继续读取"
    hint_en = "Go on reading the log at {expected}"


class QueryRefused(Refused):
    """The SQL is not a single read, or its result would hold floating-point numbers."""

    code = "query_refused"
    zh = "查询被拒绝：{why}"
    en = "The query is refused: {why}"
    hint_zh = "只允许一条 SELECT；金额与计数用整数，比值由程序计算"
    hint_en = "One SELECT only; amounts and counts stay whole numbers, ratios are computed by the program"
