"""What can go wrong with the harness itself; what it finds out about the house is its report."""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Conflict, Unavailable


class ChildFailed(Unavailable):
    """A process of the house did not come up, or did not do what it was told."""

    code = "chaos_child_failed"
    zh = "演练中的进程 {name} 未能工作：{why}"
    en = "The process {name} of the drill did not work: {why}"
    hint_zh = "请查看 {log}"
    hint_en = "See {log}"


class HomeTaken(BadInput):
    """The folder for the drill holds something already."""

    code = "chaos_home_taken"
    zh = "演练目录 {path} 不是空的"
    en = "The folder {path} for the drill is not empty"
    hint_zh = "演练从空目录开始，绝不在正在使用的数据上运行；请换一个目录"
    hint_en = "A drill begins in an empty folder and never on data that is used; name another one"


class LedgerTorn(Conflict):
    """The book of what was acknowledged ends in mid-line: nothing can be judged by it."""

    code = "chaos_ledger_torn"
    zh = "确认记录 {path} 的最后一行不完整"
    en = "The last line of the book of acks {path} is not whole"
    hint_zh = "演练进程在写入时被中断；请重新运行 hongmao chaos"
    hint_en = "The harness was stopped while it wrote; run hongmao chaos again"
