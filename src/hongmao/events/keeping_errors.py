"""What can be wrong with the log and the lake that keep events.

Unavailable
├── LogFull ── DiskFull, LogPressed
├── LogClosed, LogFailed
└── WriterBusy ── LogBusy, LakeBusy
Conflict ── OffsetRefused, LakeIrreplaceable, LogBehind, LakeGap
NotFound ── LogMissing, LogTrimmed, LakeMissing
LogDamaged, LakeDamaged, LakeOutdated, QueryRefused
"""

from __future__ import annotations

from hongmao.kernel.errors import Conflict, HongmaoError, NotFound, Refused, Unavailable


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
