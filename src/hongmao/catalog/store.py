"""Port of this context: where who-is-who is kept. `tenant=None` is the house's own look across tenants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from hongmao.catalog.contracts import ApiKey, Creator, Item, Merchant, Note, Shop, Tenant, User

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hongmao.catalog.contracts import Reader
    from hongmao.kernel.ids import ReaderId, TenantId, UserId

Kept = Tenant | Merchant | Shop | Item | Creator | Note
Record = Kept | User | ApiKey
K = TypeVar("K", bound=Kept)
R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user and the hash its password must fit."""

    user: User
    password_hash: str


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key and the hash its secret must have."""

    key: ApiKey
    secret_hash: str


class CatalogStore(Protocol):
    """Records by kind and id. What is added is durable on return."""

    def revision(self) -> int:
        """Give a number that grows with every change of people, goods and notes; readers do not count."""
        ...

    def add(self, record: Kept) -> None:
        """Keep a new record; `IdTaken` or `PlatformIdTaken` where it is not new."""
        ...

    def find(self, kind: type[R], tenant: TenantId | None, id: str) -> R | None:
        """Find one record; another tenant's reads as None."""
        ...

    def find_all(self, kind: type[R], ids: Collection[str]) -> Sequence[R]:
        """Find the records of these ids in the whole house; unknown ids are left out."""
        ...

    def page(
        self, kind: type[R], tenant: TenantId | None, *, of: str | None = None, after: str = "", limit: int
    ) -> Sequence[R]:
        """List records by id. `of` narrows shops to a merchant, items to a shop, notes to a creator."""
        ...

    def newest_notes(self, *, before: tuple[int, str] | None, limit: int) -> Sequence[Note]:
        """List notes, newest first, those older than `(published_at_ms, id)`."""
        ...

    def add_user(self, user: User, password_hash: str) -> None:
        """Keep a new user; `IdTaken` or `LoginTaken` where it is not new."""
        ...

    def credentials(self, login: str) -> Credentials | None:
        """Find who signs in with this, in the whole house."""
        ...

    def set_password_hash(self, user: UserId, password_hash: str) -> None:
        """Replace a hash that was made with outdated parameters."""
        ...

    def add_key(self, key: ApiKey, secret_hash: str) -> None:
        """Keep a new key; `IdTaken` where it is not new."""
        ...

    def key_of(self, prefix: str) -> KeyRecord | None:
        """Find the key that begins so, in the whole house, revoked ones included."""
        ...

    def revoke_key(self, tenant: TenantId | None, id: str, at_ms: int) -> ApiKey | None:
        """Mark a key as revoked, once; None where there is no such key."""
        ...

    def remember(self, readers: Sequence[Reader]) -> None:
        """Keep readers that are new; those known keep their first moment."""
        ...

    def reader(self, id: ReaderId) -> Reader | None:
        """Find a reader."""
        ...
