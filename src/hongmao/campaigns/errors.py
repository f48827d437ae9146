"""What can be wrong with what an advertiser decides.

BadInput
├── TermMissing, TermRefused, TermFixed, TermUnknown
├── BudgetOutOfRange    BILL-1
├── TooManyNamed        CREAT-3
└── StateNotSettable
NotFound ── AdvertiserUnknown, PlacedUnknown
Conflict ── NameTaken, ChangedMeanwhile, AlreadyDeleted, AdvertiserExists
"""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Conflict, NotFound


class TermMissing(BadInput):
    """A field without which the thing cannot be placed."""

    code = "term_missing"
    zh = "缺少 {place}：{why_zh}"
    en = "{place} is missing: {why_en}"
    hint_zh = "请补上 {place} 后重新提交"
    hint_en = "Add {place} and send it again"


class TermRefused(BadInput):
    """A field whose value breaks a rule, with the rule."""

    code = "term_refused"
    zh = "{place} 不能这样填：{why_zh}"
    en = "{place} cannot be so: {why_en}"
    hint_zh = "请更正 {place} 后重新提交；本次没有保存任何内容"
    hint_en = "Correct {place} and send it again; nothing was kept"


class TermUnknown(BadInput):
    """A number that the market's enum does not have."""

    code = "term_unknown"
    zh = "{place} 没有取值 {got}，可用：{known}"
    en = "{place} has no value {got}; it takes {known}"
    hint_zh = "请改用列出的取值"
    hint_en = "Use one of those"


class TermFixed(BadInput):
    """A field that is decided when a thing is made and stays."""

    code = "term_fixed"
    zh = "{place} 创建后不能修改"
    en = "{place} cannot be changed once it is made"
    hint_zh = "请新建一个，再删除原来的"
    hint_en = "Make a new one and delete this one"


class BudgetOutOfRange(BadInput):
    """BILL-1: a day's budget is at least 100.00 yuan and below 999,999.00."""

    code = "budget_out_of_range"
    zh = "{place} 应为 {low} 到 {high} 分（含），收到 {got}"
    en = "{place} should be {low} to {high} fen, both included, not {got}"
    hint_zh = "单位是分：100.00 元写作 10000"
    hint_en = "The unit is fen: 100.00 yuan is 10000"


class TooManyNamed(BadInput):
    """CREAT-3: one call names at most 20 things, and at least one."""

    code = "too_many_named"
    zh = "{place} 应为 1 到 {limit} 项，收到 {got} 项"
    en = "{place} should hold 1 to {limit} entries, not {got}"
    hint_zh = "请分批提交"
    hint_en = "Send them in several calls"


class StateNotSettable(BadInput):
    """A state that follows from money or time."""

    code = "state_not_settable"
    zh = "{place} 只能是 1（开启）、2（暂停）或 3（删除），收到 {got}"
    en = "{place} can be 1 (on), 2 (paused) or 3 (deleted), not {got}"
    hint_zh = "预算不足、余额不足、暂停时段等状态由系统得出，不能设置"
    hint_en = "States such as a spent budget or an hour of rest follow by themselves and are never set"


class AdvertiserUnknown(NotFound):
    """No such account, or another tenant's: both read the same."""

    code = "advertiser_unknown"
    zh = "找不到广告主账户 {id}"
    en = "There is no advertiser account {id}"
    hint_zh = "请检查 advertiser_id；GET /v1/advertisers 列出当前密钥可用的账户"
    hint_en = "Check advertiser_id; GET /v1/advertisers lists the accounts of this key"


class PlacedUnknown(NotFound):
    """No such thing under this account."""

    code = "placed_unknown"
    zh = "账户下没有 {place} = {id}"
    en = "This account has no {place} = {id}"
    hint_zh = "请检查编号是否属于该广告主"
    hint_en = "Check whether the id belongs to this advertiser"


class NameTaken(Conflict):
    """Another live thing of the same kind has the name; a repeated call makes nothing twice."""

    code = "name_taken"
    zh = "{place} 已被 {id} 使用"
    en = "{place} is already used by {id}"
    hint_zh = "请换一个名称，或编辑已有的那一个"
    hint_en = "Choose another name, or edit the one that is there"


class ChangedMeanwhile(Conflict):
    """Somebody else changed the thing between reading and writing."""

    code = "changed_meanwhile"
    zh = "{id} 刚刚被他人修改"
    en = "{id} has just been changed by somebody else"
    hint_zh = "请重新查询后再提交"
    hint_en = "Read it again and send the change once more"


class AlreadyDeleted(Conflict):
    """What is deleted stays so."""

    code = "already_deleted"
    zh = "{id} 已删除，不能再修改"
    en = "{id} is deleted and stays so"
    hint_zh = "请新建一个"
    hint_en = "Make a new one"


class AdvertiserExists(Conflict):
    """A merchant has one account."""

    code = "advertiser_exists"
    zh = "商家 {id} 已有广告主账户"
    en = "The merchant {id} has an advertiser account already"
    hint_zh = "请使用已有账户"
    hint_en = "Use that account"
