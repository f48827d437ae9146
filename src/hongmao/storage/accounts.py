"""Signing accounts of outside platforms in SQL, their secrets sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select

from hongmao.kernel.ids import TenantId
from hongmao.returns.store import PlatformAccount
from hongmao.storage.errors import AccountTaken
from hongmao.storage.models import PlatformAccountRow
from hongmao.storage.scope import PlatformScope, TenantScope

if TYPE_CHECKING:
    from hongmao.storage.database import Database
    from hongmao.storage.scope import ScopedSession
    from hongmao.storage.vault import Vault

_DELIVERY = PlatformScope("a delivery claims an account before it is known whose it is")
_PULL = PlatformScope("pulls run for every tenant, each by its own account")


class SqlAccountStore:
    """Implements `returns.store.AccountStore`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Work on a database and the vault of its secrets."""
        self._database = database
        self._vault = vault

    def add(self, account: PlatformAccount) -> None:
        """Keep an account; replaces secret and state where it is there and belongs to the same tenant."""
        with self._database.session(_DELIVERY, write=True) as session:
            write_account(session, self._vault, account)

    def find(self, platform: str, account: str) -> PlatformAccount | None:
        """Find the account a delivery claims to come from."""
        with self._database.session(_DELIVERY) as session:
            row = session.get(PlatformAccountRow, (platform, account))
            return read_account(self._vault, row) if row else None

    def of_tenant(self, tenant: TenantId) -> list[PlatformAccount]:
        """List a tenant's accounts."""
        query = select(PlatformAccountRow).order_by(PlatformAccountRow.platform, PlatformAccountRow.account)
        with self._database.session(TenantScope(tenant)) as session:
            return [read_account(self._vault, row) for row in session.scalars(query)]

    def every(self) -> list[PlatformAccount]:
        """List every tenant's accounts: for the puller, which works for all of them."""
        query = select(PlatformAccountRow).order_by(PlatformAccountRow.platform, PlatformAccountRow.account)
        with self._database.session(_PULL) as session:
            return [read_account(self._vault, row) for row in session.scalars(query)]


def write_account(session: ScopedSession, vault: Vault, account: PlatformAccount) -> None:
    """Keep an account in a transaction of somebody's; `AccountTaken` where it is another tenant's."""
    row = session.get(PlatformAccountRow, (account.platform, account.account))
    if row is None:
        row = PlatformAccountRow(platform=account.platform, account=account.account, tenant_id=account.tenant)
        session.add(row)
    elif row.tenant_id != account.tenant:
        raise AccountTaken(platform=account.platform, account=account.account)
    row.sealed_secret = vault.seal(account.secret)
    row.sealed_settings = vault.seal(msgspec.json.encode(dict(account.settings)))
    row.revoked = account.revoked


def read_account(vault: Vault, row: PlatformAccountRow) -> PlatformAccount:
    """Give an account as it was sealed."""
    return PlatformAccount(
        platform=row.platform,
        account=row.account,
        tenant=TenantId(row.tenant_id),
        secret=vault.open(row.sealed_secret),
        revoked=row.revoked,
        settings=_settings(vault.open(row.sealed_settings)) if row.sealed_settings else {},
    )


def _settings(sealed: bytes) -> dict[str, str]:
    return msgspec.json.decode(sealed, type=dict[str, str])
