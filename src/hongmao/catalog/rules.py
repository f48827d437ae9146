"""Who may do what, and whose rows they see: two pure tables, asked before anything is read."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from hongmao.catalog.contracts import Role
from hongmao.catalog.errors import NotAllowed
from hongmao.kernel.ids import TenantId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.catalog.contracts import Principal

PLATFORM: Final = TenantId("platform")
"""The tenant of whoever runs the deployment. An administrator who stands here sees every tenant."""


class Permission(StrEnum):
    """An act that some roles may do."""

    MANAGE_TENANTS = "manage_tenants"
    MANAGE_USERS = "manage_users"
    MANAGE_KEYS = "manage_keys"
    WRITE_COMMUNITY = "write_community"  # creators and notes
    WRITE_CATALOG = "write_catalog"  # merchants, shops, items
    READ_CATALOG = "read_catalog"
    READ_REPORTS = "read_reports"
    WRITE_LINKS = "write_links"
    REVIEW_LINKS = "review_links"
    MANAGE_ACCOUNTS = "manage_accounts"  # signing accounts of outside shops
    TOP_UP = "top_up"  # enter money that the deployment has received
    READ_WALLETS = "read_wallets"  # balances and statements
    VERIFY_LEDGER = "verify_ledger"
    OPERATE = "operate"  # health pages, settling
    MANAGE_ADMISSION = "manage_admission"  # rule sets, stages, the whitelist, a person's word on a shop
    WRITE_SHOP_FACTS = "write_shop_facts"  # what a merchant says of its shops: scores, papers, categories
    ORDER_CREATORS = "order_creators"  # freeze a merchant's money for notes of creators
    CREDIT = "credit"  # give back what a click or an order was charged
    CLOSE_BOOKS = "close_books"  # seal a month
    IMPORT_BILLS = "import_bills"  # keep a platform's bill beside our own books


_ALL = frozenset({Role.ADMIN})
_CONSOLE = frozenset({Role.ADMIN, Role.OPTIMISER, Role.ANALYST, Role.FINANCE})
_WORK = frozenset({Role.ADMIN, Role.OPTIMISER})

MAY: Final[Mapping[Permission, frozenset[Role]]] = {
    Permission.MANAGE_TENANTS: _ALL,
    Permission.MANAGE_USERS: _ALL,
    Permission.MANAGE_KEYS: _WORK,
    Permission.WRITE_COMMUNITY: _ALL,
    Permission.WRITE_CATALOG: _WORK,
    Permission.READ_CATALOG: _CONSOLE,
    Permission.READ_REPORTS: _CONSOLE,
    Permission.WRITE_LINKS: _WORK,
    Permission.REVIEW_LINKS: _ALL,
    Permission.MANAGE_ACCOUNTS: _WORK,
    Permission.TOP_UP: _ALL,
    Permission.READ_WALLETS: frozenset({Role.ADMIN, Role.OPTIMISER, Role.FINANCE}),
    Permission.VERIFY_LEDGER: frozenset({Role.ADMIN, Role.FINANCE}),
    Permission.OPERATE: frozenset({Role.ADMIN, Role.OPS}),
    Permission.MANAGE_ADMISSION: _ALL,
    Permission.WRITE_SHOP_FACTS: _WORK,
    Permission.ORDER_CREATORS: _WORK,
    Permission.CREDIT: _ALL,
    Permission.CLOSE_BOOKS: _ALL,
    Permission.IMPORT_BILLS: frozenset({Role.ADMIN, Role.FINANCE}),
}

# Nobody hands out more than they hold; a tenant's optimiser may equip a program that reads, or one that does the same.
MAY_GRANT: Final[Mapping[Role, frozenset[Role]]] = {
    Role.ADMIN: frozenset(Role),
    Role.OPTIMISER: frozenset({Role.OPTIMISER, Role.ANALYST}),
    Role.ANALYST: frozenset(),
    Role.FINANCE: frozenset(),
    Role.OPS: frozenset(),
}


def may(who: Principal, permission: Permission) -> bool:
    """Tell whether a role includes an act."""
    return who.role in MAY[permission]


def demand(who: Principal, permission: Permission) -> None:
    """Let a principal pass or say what its role lacks."""
    if not may(who, permission):
        raise NotAllowed(role=who.role.value, act=permission.value)


def demand_grant(who: Principal, role: Role) -> None:
    """Let a principal hand out a role or say that it may not."""
    if role not in MAY_GRANT[who.role]:
        raise NotAllowed(role=who.role.value, act=f"grant_{role.value}")


def acting_for(who: Principal, tenant: TenantId) -> Principal:
    """Stand in a tenant: an administrator in any, everybody else in their own only."""
    if who.tenant == tenant:
        return who
    if who.role is not Role.ADMIN:
        raise NotAllowed(role=who.role.value, act="act_for_another_tenant")
    return replace(who, tenant=tenant)


def sees(who: Principal) -> TenantId | None:
    """Say whose rows a principal sees: one tenant's, or None for every tenant's (the administrator at home)."""
    return None if who.role is Role.ADMIN and who.tenant == PLATFORM else who.tenant
