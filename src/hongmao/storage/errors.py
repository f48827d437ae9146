"""What can be wrong with decided state.

ScopeBroken            a statement or a row that reaches across tenants; always our own mistake
├── TenantMismatch     a row of another tenant
└── StatementUnscoped  a statement that no tenant can be added to
StateBusy, StateReadOnly, VaultKeyWrong
"""

from __future__ import annotations

from hongmao.kernel.errors import Conflict, HongmaoError, Unavailable


class ScopeBroken(HongmaoError):
    """A session was used across the border of its tenant. Nothing was read or written."""

    code = "scope_broken"
    zh = "这次访问越过了租户边界：{why}"
    en = "This access reaches across tenants: {why}"
    hint_zh = "这是程序错误，请报告"
    hint_en = "This is a fault of the program; please report it"


class TenantMismatch(ScopeBroken):
    """A row of another tenant was about to be written."""

    code = "tenant_mismatch"
    zh = "租户 {tenant} 的会话不能写入其他租户的 {table}"
    en = "A session of tenant {tenant} may not write {table} of another"


class StatementUnscoped(ScopeBroken):
    """Raw SQL, or a table of the house, in a tenant's session: no tenant can be added to it."""

    code = "statement_unscoped"


class StateBusy(Unavailable):
    """Somebody else holds the database's write lock for too long."""

    code = "state_busy"
    zh = "数据库正忙，稍后可重试"
    en = "The database is busy"
    hint_zh = "没有写入任何内容，请重试"
    hint_en = "Nothing was written; try again"


class StateOutdated(Unavailable):
    """The tables are not there yet, or older than this program."""

    code = "state_outdated"
    zh = "数据库版本为 {found}，本程序需要 {newest}"
    en = "The database is at version {found}; this program needs {newest}"
    hint_zh = "请先运行一次 hongmao serve，它会升级数据库"
    hint_en = "Run hongmao serve once: it brings the database up to date"


class StateReadOnly(HongmaoError):
    """A reading session was asked to write."""

    code = "state_read_only"
    zh = "只读会话不能写入"
    en = "A reading session cannot write"
    hint_zh = "这是程序错误，请报告"
    hint_en = "This is a fault of the program; please report it"


class VaultKeyWrong(HongmaoError):
    """A secret was sealed with another key than the one in the key file."""

    code = "vault_key_wrong"
    zh = "密钥文件 {path} 打不开已保存的平台密钥"
    en = "The key file {path} does not open the secrets that are kept"
    hint_zh = "请从备份恢复该密钥文件，或重新登记平台账户"
    hint_en = "Restore the key file from a backup, or register the platform accounts again"


class AccountTaken(Conflict):
    """The platform's account signs for another tenant."""

    code = "account_taken"
    zh = "{platform} 账户 {account} 已被登记"
    en = "The account {account} of {platform} is registered already"
    hint_zh = "请使用自己的平台账户"
    hint_en = "Use an account of your own"
