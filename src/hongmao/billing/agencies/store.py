"""Port: appointments of agencies, each word kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.billing.agencies.contracts import AgencyClient
    from hongmao.kernel.ids import MerchantId, TenantId


class AgencyStore(Protocol):
    """Appointments, in the order in which they were made."""

    def add(self, client: AgencyClient) -> None:
        """Keep an appointment."""
        ...

    def kept(
        self, *, agency: TenantId | None = None, tenant: TenantId | None = None, merchant: MerchantId | None = None
    ) -> Sequence[AgencyClient]:
        """List appointments of an agency, of a client's tenant, of a merchant; None asks for any."""
        ...
