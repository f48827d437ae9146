"""What surrounds a console page: who is signed in, whose rows are shown, and where else to go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.catalog.api import PLATFORM, Permission, Role, TenantKind, acting_for, demand, may
from hongmao.web.auth import signed_in
from hongmao.web.pages.console.views import Frame, NavItem
from hongmao.web.services import services_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from hongmao.catalog.api import Principal, Tenant
    from hongmao.kernel.ids import TenantId

TENANT_COOKIE = "hm_tenant"
"""Which merchant an administrator looks at; read for nobody else."""
PAGES: tuple[tuple[str, str, Permission], ...] = (
    ("overview", "/console/", Permission.READ_REPORTS),
    ("costs", "/console/costs", Permission.READ_REPORTS),
    ("notes", "/console/notes", Permission.READ_REPORTS),
    ("links", "/console/links", Permission.READ_REPORTS),
    ("care", "/console/care", Permission.READ_REPORTS),
    ("campaigns", "/console/campaigns", Permission.READ_REPORTS),
    ("review", "/console/review", Permission.READ_REPORTS),
    ("orders", "/console/orders", Permission.READ_REPORTS),
    ("attribution", "/console/attribution", Permission.READ_REPORTS),
    ("wallet", "/console/wallet", Permission.READ_WALLETS),
    ("books", "/console/books", Permission.READ_WALLETS),
    ("agencies", "/console/agencies", Permission.READ_WALLETS),
    ("admission", "/console/admission", Permission.READ_REPORTS),
    ("join", "/console/join", Permission.WRITE_LINKS),
    ("definitions", "/console/definitions", Permission.READ_REPORTS),
    ("ops", "/ops", Permission.OPERATE),
)


def home_of(who: Principal) -> str:
    """Say where somebody lands after signing in: the first page that their role opens."""
    return next((path for _, path, permission in PAGES if may(who, permission)), "/feed")


def frame_of(request: Request, current: str) -> Frame:
    """Surround a page that shows one tenant's rows; raises `NotAllowed` where the role does not open it."""
    who = signed_in(request)
    demand(who, next(permission for name, _, permission in PAGES if name == current))
    tenants = _tenants(request, who)
    tenant = _chosen(request, who, tenants)
    names = {one.id: one.name for one in tenants} or {tenant: services_of(request).catalog.tenant(tenant).name}
    return Frame(
        who=acting_for(who, tenant),
        user=who.name,
        tenant=tenant,
        tenant_name=names.get(tenant, tenant),
        tenants=tenants,
        nav=_nav(who, current),
        home=home_of(who),
    )


def ops_frame_of(request: Request) -> Frame:
    """Surround a page of the whole deployment: it shows no tenant's rows, so it names no tenant."""
    who = signed_in(request)
    demand(who, Permission.OPERATE)
    return Frame(
        who=who, user=who.name, tenant=who.tenant, tenant_name="", tenants=(), nav=_nav(who, "ops"), home=home_of(who)
    )


def _tenants(request: Request, who: Principal) -> tuple[Tenant, ...]:
    if who.role is not Role.ADMIN or who.tenant != PLATFORM:
        return ()
    every = services_of(request).catalog.tenants(who)
    return tuple(tenant for tenant in every if tenant.kind is not TenantKind.PLATFORM)


def _chosen(request: Request, who: Principal, tenants: tuple[Tenant, ...]) -> TenantId:
    if not tenants:
        return who.tenant
    asked = request.cookies.get(TENANT_COOKIE)
    return next((tenant.id for tenant in tenants if tenant.id == asked), tenants[0].id)


def _nav(who: Principal, current: str) -> tuple[NavItem, ...]:
    return tuple(
        NavItem(name=name, href=path, current=name == current)
        for name, path, permission in PAGES
        if may(who, permission)
    )
