"""`/v1/tenants`, `/v1/users`, `/v1/keys`: organisations, who signs in, and the keys of programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from hongmao.catalog.api import Permission
from hongmao.web.api.doors import Act, Made, door
from hongmao.web.api.reading import Page, Sent, Standing
from hongmao.web.api.rows import page_of

if TYPE_CHECKING:
    from hongmao.web.api.doors import Call


class TenantBody(Sent, frozen=True, kw_only=True):
    """An organisation: `merchant`, `agency` or `platform`."""

    name: str
    kind: str
    id: str | None = None


class UserBody(Standing, frozen=True, kw_only=True):
    """Somebody who signs in."""

    login: str
    password: str
    name: str
    role: str
    id: str | None = None


class KeyBody(Standing, frozen=True, kw_only=True):
    """A key for a program."""

    name: str
    role: str
    id: str | None = None


def _tenants(call: Call, page: Page) -> object:
    rows = call.services.catalog.tenants(call.who, after=page.after, limit=page.rows)
    return page_of("tenants", rows, page)


def _add_tenant(call: Call, body: TenantBody) -> object:
    return Made(call.services.catalog.add_tenant(call.who, name=body.name, kind=body.kind, id=body.id))


def _users(call: Call, page: Page) -> object:
    return page_of("users", call.services.catalog.users(call.who, after=page.after, limit=page.rows), page)


def _add_user(call: Call, body: UserBody) -> object:
    user = call.services.catalog.add_user(
        call.who, login=body.login, password=body.password, name=body.name, role=body.role, id=body.id
    )
    return Made(user)


def _keys(call: Call, page: Page) -> object:
    return page_of("keys", call.services.catalog.keys(call.who, after=page.after, limit=page.rows), page)


def _issue_key(call: Call, body: KeyBody) -> object:
    """Answer with the secret, which can be read here and never again."""
    issued = call.services.catalog.issue_key(call.who, name=body.name, role=body.role, id=body.id)
    return Made({**msgspec.to_builtins(issued.key), "secret": issued.secret})


def _revoke_key(call: Call, _body: Standing) -> object:
    return call.services.catalog.revoke_key(call.who, call.ids["id"])


routes = [
    door(
        "/v1/tenants",
        get=Act(Permission.READ_CATALOG, Page, _tenants),
        post=Act(Permission.MANAGE_TENANTS, TenantBody, _add_tenant),
    ),
    door(
        "/v1/users",
        get=Act(Permission.MANAGE_USERS, Page, _users),
        post=Act(Permission.MANAGE_USERS, UserBody, _add_user),
    ),
    door(
        "/v1/keys",
        get=Act(Permission.MANAGE_KEYS, Page, _keys),
        post=Act(Permission.MANAGE_KEYS, KeyBody, _issue_key),
    ),
    door("/v1/keys/{id}/revoke", post=Act(Permission.MANAGE_KEYS, Standing, _revoke_key)),
]
