"""What can go wrong with a log that lives elsewhere: on a cluster, or in another process of this machine."""

from __future__ import annotations

from hongmao.events.api import LogFailed
from hongmao.kernel.errors import BadInput, Conflict, Unavailable


class LogAddressUnreadable(BadInput):
    """The address of the log means nothing."""

    code = "log_address_unreadable"
    zh = "{place} 的值“{value}”不是日志地址（{why}）"
    en = "{place} is {value!r}, which is no address of a log ({why})"
    hint_zh = "留空使用本机日志，或写 nats://主机:端口,主机:端口,主机:端口/流名"
    hint_en = "Leave it empty for the embedded log, or write nats://host:port,host:port,host:port/STREAM"


class LogUnsure(Unavailable):
    """No answer came in time or the way was lost: the batch may have been kept or not."""

    code = "log_unsure"
    zh = "事件日志 {path} 没有及时答复（{why}），这批事件可能已保存，也可能没有"
    en = "The event log {path} gave no answer ({why}); this batch may have been kept or not"
    hint_zh = "请重发同一批，重复的会被识别"
    hint_en = "Send the same batch again; repeats are recognised"


class LogOwnerless(LogFailed):
    """The process that owns the log is not there; this one appends over its line."""

    code = "log_ownerless"
    zh = "目前没有进程拥有 {path} 的事件日志，无法追加"
    en = "No process owns the event log of {path} at the moment, so nothing can be appended"
    hint_zh = "请启动 hongmao serve --role worker；它启动后会自动重新连接"
    hint_en = "Start hongmao serve --role worker; the line to it is taken up by itself"


class ClusterUnfit(Unavailable):
    """The cluster cannot be reached, or is not set up so that it would keep what it acknowledges."""

    code = "log_cluster_unfit"
    zh = "事件日志所在的集群 {url} 不可用（{why}）"
    en = "The cluster {url} cannot hold the event log ({why})"
    hint_zh = "集群应有的设置见 docs/guides/nats.md"
    hint_en = "docs/guides/nats.md says how the cluster must be set up"


class ReplicaForeign(Conflict):
    """The replica on this machine was made from another stream, or the stream has lost what the replica has."""

    code = "log_replica_foreign"
    zh = "{path} 的副本与流 {stream} 不符（{why}）"
    en = "The replica at {path} does not belong to the stream {stream} ({why})"
    hint_zh = "请检查 HONGMAO_LOG；如确为此流，请移走该文件夹，副本会由流重建"
    hint_en = "Check HONGMAO_LOG; if it is the right stream, move the folder away and the replica is made anew from it"
