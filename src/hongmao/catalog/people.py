"""Tenants, the people who sign in, and the keys of their programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hongmao.catalog import fields, keys
from hongmao.catalog.contracts import ApiKey, Principal, Role, Tenant, TenantKind, User
from hongmao.catalog.desk import PAGE_ROWS_MAX
from hongmao.catalog.errors import AlreadyDifferent, LoginTaken, NothingThere
from hongmao.catalog.lookup import Lookup
from hongmao.catalog.rules import PLATFORM, Permission, demand, demand_grant, sees
from hongmao.kernel.ids import TenantId, UserId

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hongmao.catalog.desk import Desk
    from hongmao.catalog.keys import IssuedKey
    from hongmao.catalog.store import KeyRecord

ADMIN_USER = UserId("user-admin")
ADMIN_KEY = "key-admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAdmin:
    """The first administrator, at the one moment when its secrets can be read."""

    login: str
    password: str
    key: str


class People:
    """Acts on tenants, users and keys."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk
        self._users: Lookup[User] = Lookup(desk.freshness, self._load_users)
        self._keys: Lookup[KeyRecord] = Lookup(desk.freshness, self._load_keys)

    def bootstrap_admin(self, *, login: str = "admin", password: str) -> FirstAdmin | None:
        """Make the deployment's own tenant, its administrator and a key; None where there is an administrator already.

        The caller chooses the password, so that it can be written down before it is in force. A crash before the key
        was made leaves an administrator who can sign in and issue one.
        """
        if self._desk.store.find(User, None, ADMIN_USER) is not None:
            return None
        root = Principal(id=ADMIN_USER, tenant=PLATFORM, role=Role.ADMIN, name="administrator")
        self.add_tenant(root, name="Hongmao", kind=TenantKind.PLATFORM, id=PLATFORM)
        self.add_user(root, login=login, password=password, name="管理员", role=Role.ADMIN, id=ADMIN_USER)
        issued = self.issue_key(root, name="first key", role=Role.ADMIN, id=ADMIN_KEY)
        return FirstAdmin(login=login, password=password, key=issued.secret)

    def add_tenant(self, who: Principal, *, name: str, kind: TenantKind | str, id: str | None = None) -> Tenant:
        """Add an organisation whose rows nobody else sees."""
        demand(who, Permission.MANAGE_TENANTS)
        tenant = Tenant(
            id=TenantId(self._desk.id_for(id, "tenant")),
            name=fields.name(name, "name"),
            kind=fields.choice(kind, TenantKind, "kind"),
        )
        return self._desk.keep(tenant)

    def tenant(self, id: TenantId) -> Tenant:
        """Give a tenant; `NothingThere` where there is none."""
        tenant = self._desk.store.find(Tenant, None, id)
        if tenant is None:
            raise NothingThere(what="tenant", id=id)
        return tenant

    def tenants(self, who: Principal, *, after: str = "", limit: int = PAGE_ROWS_MAX) -> Sequence[Tenant]:
        """List tenants: every one for the administrator at home, else one's own."""
        demand(who, Permission.READ_CATALOG)
        own = sees(who)
        if own is not None:
            return (self.tenant(own),) if own > after else ()
        return self._desk.store.page(Tenant, None, after=after, limit=limit)

    def add_user(
        self,
        who: Principal,
        *,
        login: str,
        password: str,
        name: str,
        role: Role | str,
        id: str | None = None,
    ) -> User:
        """Add somebody who may sign in to the principal's tenant. The same user again, password included, is fine."""
        demand(who, Permission.MANAGE_USERS)
        user = User(
            id=UserId(self._desk.id_for(id, "user")),
            tenant=who.tenant,
            login=fields.login(login, "login"),
            name=fields.name(name, "name"),
            role=fields.choice(role, Role, "role"),
        )
        fields.password(password, "password")
        demand_grant(who, user.role)
        self.tenant(who.tenant)
        if self._desk.store.find(User, who.tenant, user.id) is not None:
            there = self._desk.store.credentials(user.login)
            if there is None or there.user != user or not self._desk.passwords.fit(there.password_hash, password):
                raise AlreadyDifferent(id=user.id, fields="login, name, role, password")
            return user
        self._desk.store.add_user(user, self._desk.passwords.hash(password))
        self._desk.freshness.changed()
        return user

    def check_user(self, login: str, password: str) -> None:
        """Say what is wrong with a login and password that somebody wants, `LoginTaken` among it, before anything is kept."""
        wanted = fields.login(login, "login")
        fields.password(password, "password")
        if self._desk.store.credentials(wanted) is not None:
            raise LoginTaken(login=wanted)

    def users(self, who: Principal, *, after: str = "", limit: int = PAGE_ROWS_MAX) -> Sequence[User]:
        """List who may sign in."""
        demand(who, Permission.MANAGE_USERS)
        return self._desk.store.page(User, sees(who), after=after, limit=limit)

    def sign_in(self, login: str, password: str) -> Principal | None:
        """Say who signs in with this, or None. An unknown login takes as long as a wrong password."""
        login = login.strip().lower()
        there = self._desk.store.credentials(login) if fields.is_login(login) else None
        passwords = self._desk.passwords
        if not passwords.fit(there.password_hash if there else None, password[: fields.PASSWORD_CHARS_MAX + 1]):
            return None
        if there is None:
            return None
        if passwords.outdated(there.password_hash):
            self._desk.store.set_password_hash(there.user.id, passwords.hash(password))
        return _principal(there.user)

    def principal_of_user(self, user: UserId) -> Principal | None:
        """Say who a signed-in user is today; None where the user is gone."""
        found = self._users.get(user)
        return _principal(found) if found else None

    def issue_key(self, who: Principal, *, name: str, role: Role | str, id: str | None = None) -> IssuedKey:
        """Issue a key for a program of the principal's tenant. Its secret can be read in this answer only."""
        demand(who, Permission.MANAGE_KEYS)
        granted = fields.choice(role, Role, "role")
        demand_grant(who, granted)
        self.tenant(who.tenant)
        prefix, secret = keys.make_secret()
        key = ApiKey(
            id=self._desk.id_for(id, "key"),
            tenant=who.tenant,
            role=granted,
            name=fields.name(name, "name"),
            prefix=prefix,
            revoked_at_ms=None,
        )
        self._desk.store.add_key(key, keys.hash_of(secret))
        self._desk.freshness.changed()
        return keys.IssuedKey(key=key, secret=secret)

    def revoke_key(self, who: Principal, id: str) -> ApiKey:
        """End a key. In this process it is dead at once, in every other one within a second."""
        demand(who, Permission.MANAGE_KEYS)
        key = self._desk.store.revoke_key(sees(who), id, self._desk.clock.now_ms())
        if key is None:
            raise NothingThere(what="key", id=id)
        self._desk.freshness.changed()
        return key

    def keys(self, who: Principal, *, after: str = "", limit: int = PAGE_ROWS_MAX) -> Sequence[ApiKey]:
        """List keys by their prefixes."""
        demand(who, Permission.MANAGE_KEYS)
        return self._desk.store.page(ApiKey, sees(who), after=after, limit=limit)

    def principal_of_key(self, secret: str) -> Principal | None:
        """Say whose key this is; None where it is unknown, wrong or revoked."""
        prefix = keys.prefix_of(secret)
        record = self._keys.get(prefix) if prefix else None
        if record is None or not keys.fits(secret, record.secret_hash) or record.key.revoked_at_ms is not None:
            return None
        key = record.key
        return Principal(id=key.id, tenant=key.tenant, role=key.role, name=key.name)

    def _load_users(self, ids: Collection[str]) -> dict[str, User]:
        return {user.id: user for user in self._desk.store.find_all(User, ids)}

    def _load_keys(self, prefixes: Collection[str]) -> dict[str, KeyRecord]:
        records = (self._desk.store.key_of(prefix) for prefix in prefixes)
        return {record.key.prefix: record for record in records if record is not None}


def _principal(user: User) -> Principal:
    return Principal(id=user.id, tenant=user.tenant, role=user.role, name=user.name)
