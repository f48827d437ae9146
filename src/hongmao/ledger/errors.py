"""What can be wrong with a posting, a hold or a close, each in the order in which it is looked for.

BatchTooSmall       BadInput   fewer than two entries
KeyMalformed        BadInput   a key that is no key, or one of those that holds keep for themselves
AmountNotWhole      BadInput   an entry of zero, of half a fen, or beyond every account; a hold of nothing or less
BatchUnbalanced     BadInput   entries that do not sum to zero
FrozenTouched       BadInput   an account of held money, in a posting that is no hold's
KeyReused           Conflict   the key was posted with other entries
HoldMissing         NotFound   nothing was held under the key
HoldEnded           Conflict   what was held is taken, freed or expired
HoldExpired         Conflict   the hold's time is over, whether or not the money has gone back by now
HoldExceeded        Conflict   more than is left of the hold
PeriodClosed        Conflict   it would count in a period that is closed
AccountMissing      Conflict   an account that nobody opened
FundsMissing        Conflict   an account would fall below its floor

PeriodUnordered     Conflict   a period that does not end at a midnight behind the last one's
PeriodNotOver       Conflict   a period that has not ended
LedgerBroken        Conflict   books that do not add up are not closed

FloorChanged        Conflict   an account opened again with another floor
"""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Conflict, NotFound


class BatchTooSmall(BadInput):
    """Money that comes from nowhere or goes nowhere."""

    code = "batch_too_small"
    zh = "凭证 {place} 只有 {entries} 条分录"
    en = "The batch {place} has {entries} entries only"
    hint_zh = "一张凭证至少两条分录：钱从哪来，到哪去"
    hint_en = "A batch has at least two: where the money comes from and where it goes"


class KeyMalformed(BadInput):
    """A key is what makes a posting happen once, so it has to be one."""

    code = "key_malformed"
    zh = "{place} 不是合法的幂等键"
    en = "{place!r} is no well-formed key"
    hint_zh = "键为 1 到 160 个可见 ASCII 字符，无空格；以 hold/、hold-take/、hold-free/ 开头的键留给冻结"
    hint_en = "A key has 1 to 160 visible ASCII characters; those that begin with hold/, hold-take/ or hold-free/ are the holds'"


class AmountNotWhole(BadInput):
    """An entry that is no whole, non-zero number of fen (BILL-1)."""

    code = "amount_not_whole"
    zh = "凭证 {place} 的金额 {amount} 不是非零整数分"
    en = "The amount {amount} in the batch {place} is no whole, non-zero number of fen"
    hint_zh = "金额以整数分记，且在正负一千万亿以内"
    hint_en = "Write whole fen, within ten trillion yuan"


class BatchUnbalanced(BadInput):
    """Debits and credits differ."""

    code = "batch_unbalanced"
    zh = "凭证 {place} 借贷不平，相差 {sum_fen} 分"
    en = "The batch {place} does not balance: its entries sum to {sum_fen} fen"
    hint_zh = "所有分录之和应为 0"
    hint_en = "All entries of a batch sum to zero"


class FrozenTouched(BadInput):
    """Held money is moved by its hold, or what is left of it would no longer be there."""

    code = "frozen_touched"
    zh = "{place} 直接动用了冻结账户 {account}"
    en = "{place} moves money on {account}, which holds keep for themselves"
    hint_zh = "请通过冻结、支用、解冻来移动冻结款"
    hint_en = "Hold, take or free it instead"


class KeyReused(Conflict):
    """Same key, other content: one of the two is a mistake."""

    code = "key_reused"
    zh = "幂等键 {key} 已用于另一笔"
    en = "The key {key} was used for another posting"
    hint_zh = "重试请提交相同内容；新的一笔请换新的键"
    hint_en = "Repeat the same content to retry; take a new key for a new posting"


class HoldMissing(NotFound):
    """Nothing was ever held under the key."""

    code = "hold_missing"
    zh = "没有名为 {id} 的冻结"
    en = "Nothing is held under {id}"
    hint_zh = "请检查冻结的键"
    hint_en = "Check the key of the hold"


class HoldEnded(Conflict):
    """All of it was taken, or the rest has gone back."""

    code = "hold_ended"
    zh = "冻结 {id} 已结束（{state}）"
    en = "The hold {id} has ended: {state}"
    hint_zh = "请重新冻结"
    hint_en = "Hold again"


class HoldExpired(Conflict):
    """Its time is over. The money goes back, if it has not gone back yet."""

    code = "hold_expired"
    zh = "冻结 {id} 已于 {expired_at} 过期"
    en = "The hold {id} expired at {expired_at}"
    hint_zh = "请重新冻结，并给出更晚的到期时间"
    hint_en = "Hold again, until a later instant"


class HoldExceeded(Conflict):
    """More is wanted than is left of it."""

    code = "hold_exceeded"
    zh = "冻结 {id} 只剩 {left_fen} 分，不足 {need_fen} 分"
    en = "{left_fen} fen are left of the hold {id}, and {need_fen} fen are wanted"
    hint_zh = "超出的部分请从原账户另行记账"
    hint_en = "Post what is beyond it from the account itself"


class PeriodClosed(Conflict):
    """What counts in a closed period was printed already (BILL-8)."""

    code = "period_closed"
    zh = "凭证 {id} 的时间 {at} 早于已关账期的截止时间 {closed_before}"
    en = "The batch {id} would count at {at}, in a period that was closed up to {closed_before}"
    hint_zh = "请以当前时间另记一笔更正"
    hint_en = "Post a correction that counts now"


class PeriodUnordered(Conflict):
    """Periods end at midnights, one after the other."""

    code = "period_unordered"
    zh = "账期 {id} 的截止时间 {before} 不合法；上一账期截止于 {closed_before}"
    en = "The period {id} cannot end at {before}; the last one ended at {closed_before}"
    hint_zh = "账期名称只用一次，截止时间为北京时间零点，且晚于上一账期"
    hint_en = "A period's name is used once; it ends at a midnight of Asia/Shanghai behind the last one's"


class PeriodNotOver(Conflict):
    """It still goes on."""

    code = "period_not_over"
    zh = "账期 {id} 到 {before} 才结束"
    en = "The period {id} ends at {before} only"
    hint_zh = "请在账期结束后关账"
    hint_en = "Close it when it is over"


class LedgerBroken(Conflict):
    """A close vouches for what it closes."""

    code = "ledger_broken"
    zh = "账本校验未通过，账期 {id} 不能关账"
    en = "The books do not add up, and the period {id} is not closed"
    hint_zh = "请运行 hongmao ledger verify 查看出错之处"
    hint_en = "Run hongmao ledger verify to see what is wrong"


class AccountMissing(Conflict):
    """An account must be opened before it is posted to, so that a misspelt one does not come into being."""

    code = "account_missing"
    zh = "账户 {account} 未开立"
    en = "The account {account} was never opened"
    hint_zh = "请先开立账户"
    hint_en = "Open the account first"


class FundsMissing(Conflict):
    """An account would fall below its floor. Nothing was posted."""

    code = "funds_missing"
    zh = "账户 {account} 需要 {need_fen} 分，只有 {have_fen} 分可用"
    en = "The account {account} needs {need_fen} fen and has {have_fen} fen to spend"
    hint_zh = "请先充值"
    hint_en = "Top it up first"


class FloorChanged(Conflict):
    """An account was opened with another floor before."""

    code = "floor_changed"
    zh = "账户 {account} 开立时的余额下限不同"
    en = "The account {account} was opened with another floor"
    hint_zh = "余额下限开立后不再更改"
    hint_en = "A floor never changes after an account is opened"
