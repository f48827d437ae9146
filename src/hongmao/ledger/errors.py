"""What can be wrong with a posting, in the order in which it is looked for.

BatchTooSmall       BadInput   fewer than two entries
AmountNotWhole      BadInput   an entry of zero, of half a fen, or beyond every account
BatchUnbalanced     BadInput   entries that do not sum to zero
KeyReused           Conflict   the key was posted with other entries
AccountMissing      Conflict   an account that nobody opened
FundsMissing        Conflict   an account would fall below its floor
FloorChanged        Conflict   an account opened again with another floor
"""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Conflict


class BatchTooSmall(BadInput):
    """Money that comes from nowhere or goes nowhere."""

    code = "batch_too_small"
    zh = "凭证 {place} 只有 {entries} 条分录"
    en = "The batch {place} has {entries} entries only"
    hint_zh = "一张凭证至少两条分录：钱从哪来，到哪去"
    hint_en = "A batch has at least two: where the money comes from and where it goes"


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


class KeyReused(Conflict):
    """Same key, other content: one of the two is a mistake."""

    code = "key_reused"
    zh = "幂等键 {key} 已用于另一笔"
    en = "The key {key} was used for another posting"
    hint_zh = "重试请提交相同内容；新的一笔请换新的键"
    hint_en = "Repeat the same content to retry; take a new key for a new posting"


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
