"""The desk of bills, put up over the database and the books that a bill is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.billing.api import Agencies, Bills
from hongmao.storage.agencies import SqlAgencyStore
from hongmao.storage.billing import SqlBillingStore
from hongmao.storage.bills import SqlBillStore, SqlOurBooks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hongmao.campaigns.api import Binding
    from hongmao.catalog.api import Catalog
    from hongmao.kernel.clock import Clock
    from hongmao.kernel.ids import TenantId
    from hongmao.ledger.api import Ledger
    from hongmao.storage.database import Database


def put_up_bills(
    database: Database,
    ledger: Ledger,
    catalog: Catalog,
    clock: Clock,
    bindings: Callable[[TenantId], Sequence[Binding]],
) -> Bills:
    """Make the desk; `bindings` say which creativity a tenant's links carry today."""
    books = SqlOurBooks(database, SqlBillingStore(database), bindings)
    agencies = Agencies(SqlAgencyStore(database), catalog, clock)
    return Bills(SqlBillStore(database), books, ledger, catalog, agencies, clock)
