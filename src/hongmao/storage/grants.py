"""Grants of outside shops in SQL: refresh tokens sealed, one server at a time, and tokens and accounts kept together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select, update

from hongmao.kernel.ids import TenantId
from hongmao.onboarding.api import HeldGrant
from hongmao.storage.accounts import read_account, write_account
from hongmao.storage.models import PlatformAccountRow, ShopGrantRow
from hongmao.storage.scope import PlatformScope, TenantScope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Select, Update

    from hongmao.returns.store import PlatformAccount
    from hongmao.storage.database import Database
    from hongmao.storage.scope import Scope
    from hongmao.storage.vault import Vault

_WHEEL = PlatformScope("grants are renewed for every tenant, each by its own token")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenGrant:
    """A grant that one server may renew now: the account that it signs for, and its refresh token."""

    grant: HeldGrant
    account: PlatformAccount = field(repr=False)
    refresh: str | None = field(repr=False)


class SqlGrantStore:
    """Implements `onboarding.store.GrantStore`, and what a wheel needs beside it."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Work on a database and the vault of its secrets."""
        self._database = database
        self._vault = vault

    def held(self, tenant: TenantId | None) -> Sequence[HeldGrant]:
        """List a tenant's grants, or everybody's, but those whose account was withdrawn."""
        scope: Scope = _WHEEL if tenant is None else TenantScope(tenant)
        query = _standing().order_by(ShopGrantRow.platform, ShopGrantRow.account)
        with self._database.session(scope) as session:
            return [_grant(row) for row in session.scalars(query)]

    def begin(self, account: PlatformAccount, grant: HeldGrant, refresh: str | None) -> None:
        """Keep a grant that a seller gave, with the account that signs by it. What was known of an earlier one is over."""
        with self._database.session(_WHEEL, write=True) as session:
            write_account(session, self._vault, account)
            session.flush()
            row = session.get(ShopGrantRow, (grant.platform, grant.account))
            if row is None:
                row = ShopGrantRow(
                    platform=grant.platform, account=grant.account, tenant_id=grant.tenant, turn=grant.turn
                )
                session.add(row)
            else:
                row.turn += 1
            row.shop = grant.shop
            row.sealed_refresh = self._sealed(refresh)
            row.until_ms, row.refresh_until_ms = grant.until_ms, grant.refresh_until_ms
            row.renew_at_ms, row.asked_at_ms, row.tries = grant.renew_at_ms, None, 0
            row.lapsed_at_ms, row.why = None, None

    def due(self, now_ms: int, limit: int) -> Sequence[HeldGrant]:
        """List grants that are to be looked at: the longest due first."""
        is_due = and_(ShopGrantRow.renew_at_ms <= now_ms, ShopGrantRow.lapsed_at_ms.is_(None))
        query = _standing().where(is_due).order_by(ShopGrantRow.renew_at_ms, ShopGrantRow.account).limit(limit)
        with self._database.session(_WHEEL) as session:
            return [_grant(row) for row in session.scalars(query)]

    def take(self, grant: HeldGrant, *, now_ms: int, until_ms: int) -> TakenGrant | None:
        """Take a grant for oneself until an instant; None where another server has. That it is asked for is kept first.

        So whoever comes after a server that died knows that its answer may have been lost.
        """
        taking = (
            _at(grant)
            .where(ShopGrantRow.renew_at_ms <= now_ms, ShopGrantRow.lapsed_at_ms.is_(None))
            .values(
                renew_at_ms=until_ms,
                tries=ShopGrantRow.tries + 1,
                asked_at_ms=func.coalesce(ShopGrantRow.asked_at_ms, now_ms),
            )
            .returning(ShopGrantRow)
        )
        with self._database.session(_WHEEL, write=True) as session:
            row = session.scalar(taking)
            account = session.get(PlatformAccountRow, (grant.platform, grant.account))
            if row is None or account is None:
                return None
            sealed = row.sealed_refresh
            return TakenGrant(
                grant=_grant(row),
                account=read_account(self._vault, account),
                refresh=None if sealed is None else self._vault.open(sealed).decode(),
            )

    def renewed(self, taken: TakenGrant, grant: HeldGrant, settings: Mapping[str, str], refresh: str | None) -> bool:
        """Keep what a renewal brought, account and token together; False where the grant was given or renewed meanwhile.

        Also a server that was taken for dead may bring it, and after somebody else was refused.
        """
        keeping = (
            _at(taken.grant)
            .values(
                turn=ShopGrantRow.turn + 1,
                sealed_refresh=self._sealed(refresh),
                until_ms=grant.until_ms,
                refresh_until_ms=grant.refresh_until_ms,
                renew_at_ms=grant.renew_at_ms,
                asked_at_ms=None,
                tries=0,
                lapsed_at_ms=None,
                why=None,
            )
            .returning(ShopGrantRow.platform)
        )
        with self._database.session(_WHEEL, write=True) as session:
            row = session.get(PlatformAccountRow, (taken.grant.platform, taken.grant.account))
            if row is None or session.scalar(keeping) is None:
                return False
            stands = read_account(self._vault, row)
            signs = replace(stands, secret=taken.account.secret, settings={**stands.settings, **settings})
            write_account(session, self._vault, signs)
            return True

    def put_off(self, taken: TakenGrant, renew_at_ms: int) -> None:
        """Look at it again later, unless somebody else took it meanwhile."""
        self._set(taken, renew_at_ms=renew_at_ms)

    def lapse(self, taken: TakenGrant, *, now_ms: int, why: str, asked_at_ms: int | None) -> bool:
        """Note that it will not be renewed any more, and whether an answer had been lost; False where somebody else took it."""
        return self._set(taken, lapsed_at_ms=now_ms, why=why, asked_at_ms=asked_at_ms, renew_at_ms=None)

    def _set(self, taken: TakenGrant, **values: object) -> bool:
        setting = (
            _at(taken.grant)
            .where(ShopGrantRow.tries == taken.grant.tries)
            .values(**values)
            .returning(ShopGrantRow.platform)
        )
        with self._database.session(_WHEEL, write=True) as session:
            return session.scalar(setting) is not None

    def _sealed(self, refresh: str | None) -> bytes | None:
        return None if refresh is None else self._vault.seal(refresh.encode())


def _standing() -> Select[Any]:
    """Choose grants whose account was not withdrawn."""
    mine = and_(
        PlatformAccountRow.platform == ShopGrantRow.platform, PlatformAccountRow.account == ShopGrantRow.account
    )
    return select(ShopGrantRow).join(PlatformAccountRow, mine).where(PlatformAccountRow.revoked.is_(False))


def _at(grant: HeldGrant) -> Update:
    """Choose one grant, as it was given or renewed last."""
    mine = (
        ShopGrantRow.platform == grant.platform,
        ShopGrantRow.account == grant.account,
        ShopGrantRow.turn == grant.turn,
    )
    return update(ShopGrantRow).where(*mine).execution_options(synchronize_session=False)


def _grant(row: ShopGrantRow) -> HeldGrant:
    return HeldGrant(
        platform=row.platform,
        account=row.account,
        tenant=TenantId(row.tenant_id),
        shop=row.shop,
        renewable=row.sealed_refresh is not None,
        until_ms=row.until_ms,
        refresh_until_ms=row.refresh_until_ms,
        renew_at_ms=row.renew_at_ms,
        asked_at_ms=row.asked_at_ms,
        tries=row.tries,
        turn=row.turn,
        lapsed_at_ms=row.lapsed_at_ms,
        why=row.why,
    )
