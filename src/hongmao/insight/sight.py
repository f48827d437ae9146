"""Whose rows a question may see. There is no question without one (promise 9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hongmao.kernel.ids import MerchantId, TenantId


@dataclass(frozen=True, slots=True)
class Sight:
    """One tenant's rows, of one merchant of it or of all; or, for the deployment's operator only, everybody's."""

    tenant: TenantId | None
    merchant: MerchantId | None = None

    @classmethod
    def of(cls, tenant: TenantId, merchant: MerchantId | None = None) -> Sight:
        """See what a tenant may see."""
        return cls(tenant, merchant)

    @classmethod
    def operator(cls) -> Sight:
        """See the whole deployment: for city report and ops page, which show no tenant's rows."""
        return cls(None)
