"""Links as they were listed at an instant: those that had been made by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.storage.links import SqlLinkStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hongmao.kernel.ids import TenantId
    from hongmao.links.contracts import AdLink
    from hongmao.storage.database import Database


class SqlLinkStoreThen(SqlLinkStore):
    """A link store for reports about the past, which list a note for its link alone; all else is as it is kept."""

    def __init__(self, database: Database, at_ms: int) -> None:
        """Read the links made up to an instant."""
        super().__init__(database)
        self._at_ms = at_ms

    def of_tenant(self, tenant: TenantId) -> Sequence[AdLink]:
        """List a tenant's links, oldest first."""
        return [link for link in super().of_tenant(tenant) if link.created_at_ms <= self._at_ms]
