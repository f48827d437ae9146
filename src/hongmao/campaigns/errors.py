"""What can be wrong with what an advertiser decides.

BadInput
├── TermMissing, TermRefused, TermFixed, TermUnknown
├── BudgetOutOfRange    BILL-1
├── TooManyNamed        CREAT-3
├── NoteNotAuthorised   CREAT-1
├── NoteUnfiled         CREAT-2
├── LinkAnother
└── StateNotSettable
Refused  ── NotAdmitted
NotFound ── AdvertiserUnknown, PlacedUnknown, AuthorisationUnknown, NotBound
Conflict ── NameTaken, ChangedMeanwhile, AlreadyDeleted, AdvertiserExists, AuthorisationStands
"""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Conflict, NotFound, Refused


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


class NoteNotAuthorised(BadInput):
    """CREAT-1: a note whose creator's consent to its use in ads does not stand."""

    code = "note_not_authorised"
    zh = "{place} = {id}：达人对该笔记的投放授权不存在、未接受、已取消或已到期"
    en = "{place} = {id}: its creator's consent to its use in ads is absent, not given, withdrawn or over"
    hint_zh = "请先向达人申请授权（POST /v1/authorisations），授权生效后再投放"
    hint_en = "Ask the creator for it (POST /v1/authorisations) and place the ad once it stands"


class NoteUnfiled(BadInput):
    """CREAT-2: a paid note that was not filed."""

    code = "note_unfiled"
    zh = "{place} = {id}：该付费合作笔记未报备，不能投放"
    en = "{place} = {id}: this paid note was not filed and cannot be promoted"
    hint_zh = "请先完成报备，再提交创意"
    hint_en = "Have it filed first, then send the creative again"


class NotAdmitted(Refused):
    """Admission says no to a plan of this merchant."""

    code = "not_admitted"
    zh = "商家 {merchant} 未获准投放：{reason}"
    en = "The merchant {merchant} is not admitted: {reason}"
    hint_zh = "请在准入页查看未通过的条目，补齐后重新提交"
    hint_en = "See on the admission page which rule is not met, and send it again once it is"


class AuthorisationUnknown(NotFound):
    """Nobody asked for this note in this tenant."""

    code = "authorisation_unknown"
    zh = "没有笔记 {id} 的投放授权"
    en = "There is no authorisation for the note {id}"
    hint_zh = "请先提交授权申请"
    hint_en = "Ask for it first"


class AuthorisationStands(Conflict):
    """A step that does not follow from how the authorisation stands."""

    code = "authorisation_stands"
    zh = "笔记 {id} 的授权现为 {state}，不能变为 {wanted}"
    en = "The authorisation for the note {id} stands at {state} and cannot become {wanted}"
    hint_zh = "0 待接受、1 已授权、2 自动、3 拒绝、4 取消；已授权的只能取消，已拒绝或取消的可以重新申请"
    hint_en = (
        "0 asked, 1 granted, 2 standing, 3 refused, 4 cancelled: "
        "what is granted can be cancelled, what is refused or cancelled asked for again"
    )


class LinkAnother(BadInput):
    """An ad link that is not the one a creativity speaks of."""

    code = "link_another"
    zh = "挂链 {id} 与创意的 {place} 不一致"
    en = "The link {id} differs from the creativity in {place}"
    hint_zh = "请选择同一商家、同一笔记、同一兜底页与直达地址的挂链"
    hint_en = (
        "Choose the link of the same merchant under the same note, with the same fallback page and direct addresses"
    )


class NotBound(NotFound):
    """An ad link that carries no creativity of this account."""

    code = "not_bound"
    zh = "挂链 {id} 没有绑定创意"
    en = "The link {id} carries no creativity"
    hint_zh = "请检查挂链编号"
    hint_en = "Check the link's id"
