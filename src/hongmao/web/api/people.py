"""Tenants, users and keys over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.catalog.api import Permission
from hongmao.web.api.door import OK, Body, Call, ForTenant, Nothing, get, post

if TYPE_CHECKING:
    from hongmao.catalog.api import ApiKey, IssuedKey, Tenant, User


class NewTenant(Body, frozen=True, kw_only=True):
    """An organisation."""

    name: str
    kind: str
    id: str | None = None


class NewUser(ForTenant, frozen=True, kw_only=True):
    """Somebody who signs in."""

    login: str
    password: str
    name: str
    role: str
    id: str | None = None


class NewKey(ForTenant, frozen=True, kw_only=True):
    """A key for a program."""

    name: str
    role: str
    id: str | None = None


def add_tenant(call: Call[NewTenant]) -> Tenant:
    """Add an organisation."""
    body = call.body
    return call.services.catalog.add_tenant(call.who, name=body.name, kind=body.kind, id=body.id)


def tenants(call: Call[Nothing]) -> dict[str, object]:
    """List tenants."""
    rows = call.services.catalog.tenants(call.who, after=call.query.after(), limit=call.query.limit())
    return {"tenants": rows}


def add_user(call: Call[NewUser]) -> User:
    """Add a user; the answer holds no password."""
    body = call.body
    return call.services.catalog.add_user(
        call.who, login=body.login, password=body.password, name=body.name, role=body.role, id=body.id
    )


def users(call: Call[Nothing]) -> dict[str, object]:
    """List users."""
    return {"users": call.services.catalog.users(call.who, after=call.query.after(), limit=call.query.limit())}


def issue_key(call: Call[NewKey]) -> IssuedKey:
    """Issue a key: the only answer that ever shows its secret."""
    body = call.body
    return call.services.catalog.issue_key(call.who, name=body.name, role=body.role, id=body.id)


def revoke_key(call: Call[ForTenant]) -> ApiKey:
    """End a key."""
    return call.services.catalog.revoke_key(call.who, call.path["id"])


def keys(call: Call[Nothing]) -> dict[str, object]:
    """List keys by their prefixes."""
    return {"keys": call.services.catalog.keys(call.who, after=call.query.after(), limit=call.query.limit())}


routes = [
    post("/v1/tenants", NewTenant, Permission.MANAGE_TENANTS, add_tenant),
    get("/v1/tenants", Permission.READ_CATALOG, tenants),
    post("/v1/users", NewUser, Permission.MANAGE_USERS, add_user),
    get("/v1/users", Permission.MANAGE_USERS, users),
    post("/v1/keys", NewKey, Permission.MANAGE_KEYS, issue_key),
    post("/v1/keys/{id}/revoke", ForTenant, Permission.MANAGE_KEYS, revoke_key, status=OK),
    get("/v1/keys", Permission.MANAGE_KEYS, keys),
]
