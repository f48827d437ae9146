"""Roles (角色): which part of the house one process is. One owns the log, any number of others append over its line."""

from __future__ import annotations

from enum import StrEnum

from hongmao.kernel.errors import BadInput, Conflict, Unavailable


class Role(StrEnum):
    """What one process does."""

    ALL = "all"  # everything, in one process
    EDGE = "edge"  # taps, events, images and app outcomes; no pages
    WEB = "web"  # pages, the API and deliveries; the edge's paths too, where no edge stands in front
    WORKER = "worker"  # owns the log and does what follows it; serves nobody

    @property
    def owns_log(self) -> bool:
        """Tell whether the process writes the log's files itself; one process of a home does."""
        return self in {Role.ALL, Role.WORKER}


class WorkersNotMany(BadInput):
    """Only edges come in numbers: all else there is once in a home, or is started as often as it is wanted."""

    code = "workers_not_many"
    zh = "--workers 为 {value}，但只有 edge 角色可以有多个进程"
    en = "--workers is {value}, and only the role edge has several processes"
    hint_zh = "请与 --role edge 一起使用，取值 1 到 {limit}"
    hint_en = "Use it with --role edge, and with 1 to {limit}"


class OwnLogOfEdge(BadInput):
    """Every other role owns the log or does not; only an edge may do either."""

    code = "own_log_of_edge"
    zh = "--own-log 只用于 edge 角色，当前角色为 {value}"
    en = "--own-log is for the role edge, and this one is {value}"
    hint_zh = "请去掉 --own-log，或使用 --role edge"
    hint_en = "Leave --own-log out, or use --role edge"


class OwnerMissing(Unavailable):
    """No process of this home has made ready what the others stand on."""

    code = "owner_missing"
    zh = "等待 {seconds} 秒后，{place} 仍没有可用的日志与数据库（{why}）"
    en = "After {seconds} s there are still no log and database to work with at {place} ({why})"
    hint_zh = "请在同一 HONGMAO_HOME 上启动 hongmao serve --role worker"
    hint_en = "Start hongmao serve --role worker on the same HONGMAO_HOME"


class OfTheWorker(Conflict):
    """What was asked for is done by the process that owns the log, and by no other."""

    code = "of_the_worker"
    zh = "此操作由 worker 进程自动完成，本进程不执行"
    en = "The worker process does this by itself; this process does not"
    hint_zh = "请等待，/readyz 中 lag 为 0 时即已完成"
    hint_en = "Wait: it is done when /readyz shows no lag"


class AddressTaken(Conflict):
    """Somebody else listens where we were to."""

    code = "address_taken"
    zh = "地址 {host}:{port} 无法监听：{why}"
    en = "Nothing can listen on {host}:{port}: {why}"
    hint_zh = "请改用其他 HONGMAO_PORT，或停止占用它的进程"
    hint_en = "Give HONGMAO_PORT another port, or stop the process that holds it"


class EdgeKeepsDying(Unavailable):
    """A process was started again and again and never stood."""

    code = "edge_keeps_dying"
    zh = "第 {number} 个 edge 进程连续 {times} 次很快退出，最后的退出码为 {code_of}"
    en = "Edge process {number} ended soon after its start {times} times in a row, the last time with code {code_of}"
    hint_zh = "请查看它写出的日志"
    hint_en = "Read the lines it wrote: they say why"
