"""Who may do what: the table as people read it, and that every permission and role stands in it."""

from __future__ import annotations

import pytest

from hongmao.catalog.contracts import Principal, Role
from hongmao.catalog.errors import NotAllowed
from hongmao.catalog.rules import MAY, MAY_GRANT, PLATFORM, Permission, acting_for, demand, may, sees
from hongmao.kernel.ids import TenantId

# One row per act; x where the role may. Columns: admin optimiser analyst finance ops.
TABLE = """
manage_tenants   x . . . .
manage_users     x . . . .
manage_keys      x x . . .
write_community  x . . . .
write_catalog    x x . . .
read_catalog     x x x x .
read_reports     x x x x .
write_links      x x . . .
review_links     x . . . .
manage_accounts  x x . . .
top_up           x . . . .
read_wallets     x x . x .
verify_ledger    x . . x .
operate          x . . . x
manage_admission x . . . .
write_shop_facts x x . . .
credit           x . . . .
close_books      x . . . .
import_bills     x . . x .
order_creators   x x . . .
"""


def who(role: Role, tenant: str = "t1") -> Principal:
    return Principal(id="u", tenant=TenantId(tenant), role=role, name="u")


def test_the_table_is_the_rule() -> None:
    rows = [line.split() for line in TABLE.strip().splitlines()]
    assert {row[0] for row in rows} == {permission.value for permission in Permission} == {p.value for p in MAY}
    for name, *marks in rows:
        for role, mark in zip(Role, marks, strict=True):
            assert may(who(role), Permission(name)) is (mark == "x"), (name, role)


def test_what_a_role_may_not_is_said_with_the_act() -> None:
    with pytest.raises(NotAllowed) as caught:
        demand(who(Role.ANALYST), Permission.WRITE_LINKS)
    assert caught.value.message("en") == "The role analyst may not do write_links"


def test_nobody_grants_more_than_they_hold() -> None:
    held = {role: {p for p in Permission if may(who(role), p)} for role in Role}
    assert set(MAY_GRANT) == set(Role)
    for role, granted in MAY_GRANT.items():
        assert all(held[given] <= held[role] for given in granted)


def test_only_an_administrator_stands_in_another_tenant() -> None:
    assert acting_for(who(Role.ADMIN, PLATFORM), TenantId("t2")).tenant == "t2"
    assert acting_for(who(Role.ANALYST), TenantId("t1")).tenant == "t1"
    for role in set(Role) - {Role.ADMIN}:
        with pytest.raises(NotAllowed):
            acting_for(who(role), TenantId("t2"))


def test_only_the_administrator_at_home_sees_every_tenant() -> None:
    assert sees(who(Role.ADMIN, PLATFORM)) is None
    assert sees(who(Role.ADMIN, "t1")) == "t1"
    assert all(sees(who(role, PLATFORM)) == PLATFORM for role in set(Role) - {Role.ADMIN})
