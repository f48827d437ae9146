"""Agencies: appointed by a merchant's own people or the house, they see that merchant's books for the days agreed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hongmao.billing.agencies.contracts import AgencyClient, covers, standing
from hongmao.billing.agencies.errors import AgencyUnknown, AppointmentUnordered
from hongmao.catalog.api import NothingThere, Permission, Role, TenantKind, demand, sees
from hongmao.kernel.time import day_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hongmao.billing.agencies.store import AgencyStore
    from hongmao.catalog.api import Catalog, Principal
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import MerchantId, TenantId
    from hongmao.kernel.time import Window


class Agencies:
    """Appointments, and the look that they allow."""

    def __init__(self, store: AgencyStore, catalog: Catalog, clock: Clock) -> None:
        """Work on a store."""
        self._store = store
        self._catalog = catalog
        self._clock = clock

    def appoint(
        self, who: Principal, merchant: MerchantId, agency: TenantId, from_day: date, to_day: date | None
    ) -> AgencyClient:
        """Let an agency see a merchant's books from a day on. The same first day again changes the last one.

        Whoever may hand out keys of the merchant's tenant may do it: what an agency reads, a key would read.
        """
        demand(who, Permission.MANAGE_KEYS)
        owner = self._catalog.merchant(who, merchant)
        if to_day is not None and to_day < from_day - timedelta(days=1):
            raise AppointmentUnordered(place="to_day")
        if not self._is_agency(agency):
            raise AgencyUnknown(id=agency)
        client = AgencyClient(
            agency=agency,
            merchant=owner.id,
            tenant=owner.tenant,
            from_day=from_day,
            to_day=to_day,
            by=who.id,
            at_ms=self._clock.now_ms(),
        )
        self._store.add(client)
        return client

    def appointed(self, who: Principal) -> Sequence[AgencyClient]:
        """List what counts: of one's own merchants, and of those whose agency one is; for the house all."""
        demand(who, Permission.READ_WALLETS)
        own = sees(who)
        if own is None:
            return standing(self._store.kept())
        return (*standing(self._store.kept(tenant=own)), *standing(self._store.kept(agency=own)))

    def history(self, who: Principal, limit: int) -> Sequence[AgencyClient]:
        """List every word on who may see one's own merchants' books, the newest first; for the house on all."""
        demand(who, Permission.READ_WALLETS)
        return tuple(self._store.kept(tenant=sees(who)))[::-1][:limit]

    def reader(self, who: Principal, merchant: MerchantId, window: Window) -> Principal:
        """Give who may read a merchant's money of a window: whoever sees the merchant, or its agency for those days.

        An agency's reader stands in the client's tenant and is one of its finance people: hand it to acts that read, and to
        nothing else. Everybody else is told `NothingThere`, as of a merchant that does not exist.
        """
        demand(who, Permission.READ_WALLETS)
        try:
            self._catalog.merchant(who, merchant)
        except NothingThere:
            clients = standing(self._store.kept(agency=who.tenant, merchant=merchant))
            first, last = day_of(window.start_ms), day_of(max(window.start_ms, window.end_ms - 1))
            if not covers(clients, first, last):
                raise
            return replace(who, tenant=clients[0].tenant, role=Role.FINANCE)
        return who

    def _is_agency(self, tenant: TenantId) -> bool:
        try:
            return self._catalog.tenant(tenant).kind is TenantKind.AGENCY
        except NothingThere:
            return False
