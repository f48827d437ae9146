"""Accounts of targets in SQL, secret and settings sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select

from hongmao.kernel.ids import TenantId
from hongmao.returns.out.contracts import TargetAccount
from hongmao.returns.out.errors import TargetAccountTaken, TargetAccountUnknown
from hongmao.storage.models import TargetAccountRow
from hongmao.storage.scope import PlatformScope, TenantScope

if TYPE_CHECKING:
    from hongmao.storage.database import Database
    from hongmao.storage.vault import Vault

_HOUSE = PlatformScope("returns are sent on for every tenant, each by its own account")


class SqlTargetAccountStore:
    """Implements `returns.out.store.TargetAccountStore`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Work on a database and the vault of its secrets."""
        self._database = database
        self._vault = vault

    def add(self, account: TargetAccount) -> None:
        """Keep an account; replaces it where it is there, of the same tenant and target."""
        with self._database.session(_HOUSE, write=True) as session:
            row = session.get(TargetAccountRow, account.id)
            if row is None:
                row = TargetAccountRow(id=account.id, target=account.target, tenant_id=account.tenant)
                session.add(row)
            elif (row.tenant_id, row.target) != (account.tenant, account.target):
                raise TargetAccountTaken(id=account.id)
            row.sealed_secret = self._vault.seal(account.secret)
            row.sealed_settings = self._vault.seal(msgspec.json.encode(dict(account.settings)))
            row.ratio_millionths = account.ratio_millionths
            row.test, row.active = account.test, account.active

    def find(self, account: str) -> TargetAccount | None:
        """Find an account, whoever's it is."""
        with self._database.session(_HOUSE) as session:
            row = session.get(TargetAccountRow, account)
            return self._account(row) if row else None

    def of_tenant(self, tenant: TenantId) -> list[TargetAccount]:
        """List a tenant's accounts."""
        with self._database.session(TenantScope(tenant)) as session:
            return [self._account(row) for row in session.scalars(_BY_ID)]

    def every(self) -> list[TargetAccount]:
        """List every tenant's accounts."""
        with self._database.session(_HOUSE) as session:
            return [self._account(row) for row in session.scalars(_BY_ID)]

    def revoke(self, tenant: TenantId, account: str) -> None:
        """Stop an account and forget its secret and settings."""
        with self._database.session(TenantScope(tenant), write=True) as session:
            row = session.get(TargetAccountRow, account)
            if row is None:
                raise TargetAccountUnknown(id=account)
            row.active = False
            row.sealed_secret = self._vault.seal(b"")
            row.sealed_settings = self._vault.seal(b"{}")

    def _account(self, row: TargetAccountRow) -> TargetAccount:
        return TargetAccount(
            id=row.id,
            target=row.target,
            tenant=TenantId(row.tenant_id),
            settings=msgspec.json.decode(self._vault.open(row.sealed_settings), type=dict[str, str]),
            secret=self._vault.open(row.sealed_secret),
            ratio_millionths=row.ratio_millionths,
            test=row.test,
            active=row.active,
        )


_BY_ID = select(TargetAccountRow).order_by(TargetAccountRow.target, TargetAccountRow.id)
