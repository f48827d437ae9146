"""What can be wrong with an account of a target, or before a return leaves.

Refused ──── ReturnUnfit           403  a target is handed an item that it had named a fault of
BadInput ─┬─ RatioBeyond           422  the declared ratio is no share of everything
          └─ TargetUnknown         422  no such kind of target
NotFound ─── TargetAccountUnknown  404  no such account, or not this tenant's
Conflict ─── TargetAccountTaken    409  another tenant's, or it changes its target
"""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Conflict, NotFound, Refused


class RatioBeyond(BadInput):
    """A declared ratio lies outside of what can be declared."""

    code = "ratio_beyond"
    zh = "{place} 的回传比例须为 1 到 1000000（百万分之一）"
    en = "{place}: a return ratio is 1 to 1,000,000 millionths"
    hint_zh = "全部回传请写 1000000；暂停回传请停用账户"
    hint_en = "Write 1000000 to send everything; to send nothing, revoke the account"


class TargetUnknown(BadInput):
    """No platform brings a target of this name."""

    code = "target_unknown"
    zh = "{place}：没有名为 {name} 的回传目标，可用的有 {known}"
    en = "{place}: there is no target {name}; there are {known}"
    hint_zh = "请检查名称，或安装提供该目标的平台插件"
    hint_en = "Check the name, or install the platform that brings it"


class TargetAccountUnknown(NotFound):
    """No account of a target has this id, or it is another tenant's."""

    code = "target_account_unknown"
    zh = "找不到回传账户 {id}"
    en = "There is no target account {id}"
    hint_zh = "用 hongmao returns targets 查看已有账户"
    hint_en = "`hongmao returns targets` lists those there are"


class TargetAccountTaken(Conflict):
    """The id belongs to another tenant or to another target."""

    code = "target_account_taken"
    zh = "回传账户编号 {id} 已被占用"
    en = "The id {id} of a target account is taken"
    hint_zh = "请换一个编号"
    hint_en = "Choose another id"


class ReturnUnfit(Refused):
    """A target was handed an item that it had named a fault of: it builds no request from it."""

    code = "return_unfit"
    zh = "回传 {id} 不能发给 {target}（{reason}）"
    en = "The return {id} cannot be sent to {target} ({reason})"
    hint_zh = "请先用 pack 分装，并按给出的原因处理"
    hint_en = "Pack it first, and act on the reason that is given"
