"""Port of this context: what is kept beside charges, in their transaction: fees of orders, creators' orders, credits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hongmao.billing.contracts import Charge
    from hongmao.billing.creators import CreatorCost, CreatorOrder, OrderTerms
    from hongmao.billing.credits import Credit, NoteCredit
    from hongmao.billing.fees import FeeFact, FeeLine, FeeTerms, FeeTotal, Order, Slot
    from hongmao.kernel.ids import MerchantId, TenantId
    from hongmao.kernel.time import Window
    from hongmao.ledger.api import Batch


class FeeWork(Protocol):
    """Fees, as they are kept."""

    def facts(self, orders: Collection[Order]) -> Mapping[Order, Mapping[Slot, FeeFact]]:
        """Give the newest facts of these sub-orders."""
        ...

    def keep_facts(self, facts: Sequence[FeeFact]) -> None:
        """Keep facts in place of older ones."""
        ...

    def lines(self, orders: Collection[Order]) -> Mapping[Order, FeeLine]:
        """Give these sub-orders as they are booked."""
        ...

    def lines_of(self, merchant: MerchantId, platform: str, *, after: str, limit: int) -> Sequence[FeeLine]:
        """List a merchant's sub-orders on a platform, those above a sub-order."""
        ...

    def keep_lines(self, lines: Sequence[FeeLine]) -> None:
        """Keep sub-orders as they are booked now."""
        ...

    def terms(self, merchants: Collection[MerchantId]) -> Sequence[FeeTerms]:
        """List the terms of merchants, in the order in which they were set."""
        ...

    def add_terms(self, terms: FeeTerms) -> FeeTerms:
        """Keep terms; give them with their number."""
        ...


class OrderWork(Protocol):
    """Creators' orders, as they are kept."""

    def find(self, merchant: MerchantId, id: str) -> OrderTerms | None:
        """Find an order by the merchant's id for it."""
        ...

    def add(self, terms: OrderTerms) -> None:
        """Keep a new order."""
        ...

    def end(self, merchant: MerchantId, id: str, at_ms: int) -> None:
        """Keep when an order ended."""
        ...


class CreditWork(Protocol):
    """Credits, as they are kept."""

    def charges(self, tenant: TenantId | None, event_ids: Collection[str]) -> Mapping[str, Charge]:
        """Give the charges of these clicks; another tenant's are left out."""
        ...

    def find(self, event_ids: Collection[str]) -> Mapping[str, Credit]:
        """Give the credits of these clicks."""
        ...

    def add(self, given: Sequence[Credit]) -> None:
        """Keep credits."""
        ...

    def postings(self, keys: Collection[str]) -> Mapping[str, Batch]:
        """Read these postings back, their entries in the order in which they were written."""
        ...


class BesideWork(Protocol):
    """What is kept beside charges, in one transaction with them."""

    @property
    def fees(self) -> FeeWork:
        """Give the fees."""
        ...

    @property
    def orders(self) -> OrderWork:
        """Give the creators' orders."""
        ...

    @property
    def credits(self) -> CreditWork:
        """Give the credits."""
        ...


class BesideReading(Protocol):
    """The same as it is read. `tenant=None` is the house's own look across tenants."""

    def fee_totals(self, tenant: TenantId, merchant: MerchantId) -> Sequence[FeeTotal]:
        """Add a merchant's fees up by platform, state and payer."""
        ...

    def fee_terms(self, tenant: TenantId, merchant: MerchantId) -> Sequence[FeeTerms]:
        """List a merchant's terms, in the order in which they were set."""
        ...

    def creator_orders(
        self, tenant: TenantId | None, merchant: MerchantId, *, after: str, limit: int, now_ms: int
    ) -> Sequence[CreatorOrder]:
        """List a merchant's orders by id, those above an id."""
        ...

    def creator_costs(self, tenant: TenantId | None, window: Window) -> Sequence[CreatorCost]:
        """Add up what was paid out for orders that were released in a window, by merchant and note."""
        ...

    def credits(self, tenant: TenantId | None, event_ids: Collection[str]) -> Mapping[str, Credit]:
        """Give the credits of these clicks; another tenant's are left out."""
        ...

    def credit_page(
        self, tenant: TenantId, merchant: MerchantId, window: Window, *, after: str, limit: int
    ) -> Sequence[Credit]:
        """List a merchant's credits that were given in a window, by click, those above a click."""
        ...

    def credited(self, tenant: TenantId | None, window: Window) -> Sequence[NoteCredit]:
        """Add up what was given back of clicks that happened in a window, by merchant and note, whenever it was."""
        ...
