"""Who-is-who in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.exc import IntegrityError

from hongmao.catalog.contracts import ApiKey, Creator, Item, Merchant, Note, Reader, Shop, Tenant, User
from hongmao.catalog.errors import IdTaken, LoginTaken, PlatformIdTaken
from hongmao.catalog.store import Credentials, KeyRecord, R
from hongmao.storage.models import (
    ApiKeyRow,
    CreatorRow,
    ItemRow,
    MerchantRow,
    NoteRow,
    ReaderRow,
    ShopRow,
    TenantRow,
    UserRow,
)
from hongmao.storage.records import to_data, to_values
from hongmao.storage.revisions import CATALOG, grow, revision
from hongmao.storage.scope import PlatformScope, TenantScope
from hongmao.storage.upsert import insert_new

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import InstrumentedAttribute

    from hongmao.catalog.store import Kept
    from hongmao.kernel.ids import ReaderId, TenantId, UserId
    from hongmao.storage.base import Base
    from hongmao.storage.database import Database
    from hongmao.storage.scope import Scope, ScopedSession

_MODELS: dict[type, Any] = {
    Tenant: TenantRow,
    User: UserRow,
    ApiKey: ApiKeyRow,
    Merchant: MerchantRow,
    Shop: ShopRow,
    Item: ItemRow,
    Creator: CreatorRow,
    Note: NoteRow,
}
_PARENTS: dict[type, InstrumentedAttribute[str]] = {
    Shop: ShopRow.merchant_id,
    Item: ItemRow.shop_id,
    Note: NoteRow.creator_id,
}
_HOUSE = PlatformScope("the catalog's own look across tenants")
# As many ids as one statement takes parameters on every engine.
IDS_PER_QUERY = 500


class SqlCatalogStore:
    """Implements `catalog.store.CatalogStore`."""

    def __init__(self, database: Database) -> None:
        """Work on a database."""
        self._database = database

    def revision(self) -> int:
        """Give the number that grows with every change."""
        return revision(self._database, CATALOG)

    def add(self, record: Kept) -> None:
        """Keep a new record."""
        model = _MODELS[type(record)]
        scope = TenantScope(record.tenant) if isinstance(record, Merchant | Shop | Item) else _HOUSE
        try:
            self._insert(scope, model(**to_values(record, model)))
        except IntegrityError as error:
            if isinstance(record, Shop | Item) and self._unknown(model, record.id):
                platform_id = record.platform_shop_id if isinstance(record, Shop) else record.platform_item_id
                raise PlatformIdTaken(platform_id=platform_id) from error
            raise IdTaken(id=record.id) from error

    def find(self, kind: type[R], tenant: TenantId | None, id: str) -> R | None:
        """Find one record; another tenant's reads as None."""
        with self._database.session(_scope(tenant)) as session:
            row = session.get(_MODELS[kind], id)
            return to_data(kind, row) if row else None

    def find_all(self, kind: type[R], ids: Collection[str]) -> Sequence[R]:
        """Find the records of these ids in the whole house."""
        model, wanted = _MODELS[kind], sorted(ids)
        with self._database.session(_HOUSE) as session:
            return [
                to_data(kind, row)
                for start in range(0, len(wanted), IDS_PER_QUERY)
                for row in session.scalars(select(model).where(model.id.in_(wanted[start : start + IDS_PER_QUERY])))
            ]

    def page(
        self, kind: type[R], tenant: TenantId | None, *, of: str | None = None, after: str = "", limit: int
    ) -> Sequence[R]:
        """List records by id."""
        model = _MODELS[kind]
        query = select(model).where(model.id > after).order_by(model.id).limit(limit)
        if of is not None:
            query = query.where(_PARENTS[kind] == of)
        with self._database.session(_scope(tenant)) as session:
            return [to_data(kind, row) for row in session.scalars(query)]

    def newest_notes(self, *, before: tuple[int, str] | None, limit: int) -> Sequence[Note]:
        """List notes, newest first."""
        query = select(NoteRow).order_by(NoteRow.published_at_ms.desc(), NoteRow.id.desc()).limit(limit)
        if before is not None:
            query = query.where(_older(before))
        with self._database.session(_HOUSE) as session:
            return [to_data(Note, row) for row in session.scalars(query)]

    def add_user(self, user: User, password_hash: str) -> None:
        """Keep a new user."""
        try:
            self._insert(TenantScope(user.tenant), UserRow(**to_values(user, UserRow), password_hash=password_hash))
        except IntegrityError as error:
            if self._unknown(UserRow, user.id):
                raise LoginTaken(login=user.login) from error
            raise IdTaken(id=user.id) from error

    def credentials(self, login: str) -> Credentials | None:
        """Find who signs in with this."""
        with self._database.session(_HOUSE) as session:
            row = session.scalar(select(UserRow).where(UserRow.login == login))
            return Credentials(to_data(User, row), row.password_hash) if row else None

    def set_password_hash(self, user: UserId, password_hash: str) -> None:
        """Replace a hash."""
        with self._database.session(_HOUSE, write=True) as session:
            session.get_one(UserRow, user).password_hash = password_hash
            grow(session, CATALOG)

    def add_key(self, key: ApiKey, secret_hash: str) -> None:
        """Keep a new key."""
        try:
            self._insert(TenantScope(key.tenant), ApiKeyRow(**to_values(key, ApiKeyRow), secret_hash=secret_hash))
        except IntegrityError as error:
            raise IdTaken(id=key.id) from error

    def key_of(self, prefix: str) -> KeyRecord | None:
        """Find the key that begins so."""
        with self._database.session(_HOUSE) as session:
            row = session.scalar(select(ApiKeyRow).where(ApiKeyRow.prefix == prefix))
            return KeyRecord(to_data(ApiKey, row), row.secret_hash) if row else None

    def revoke_key(self, tenant: TenantId | None, id: str, at_ms: int) -> ApiKey | None:
        """Mark a key as revoked; the first moment stays."""
        with self._database.session(_scope(tenant), write=True) as session:
            row = session.get(ApiKeyRow, id)
            if row is None:
                return None
            if row.revoked_at_ms is None:
                row.revoked_at_ms = at_ms
                grow(session, CATALOG)
            return to_data(ApiKey, row)

    def remember(self, readers: Sequence[Reader]) -> None:
        """Keep readers that are new."""
        with self._database.session(_HOUSE, write=True) as session:
            keep_readers(session, readers)

    def reader(self, id: ReaderId) -> Reader | None:
        """Find a reader."""
        with self._database.session(_HOUSE) as session:
            row = session.get(ReaderRow, id)
            return to_data(Reader, row) if row else None

    def _insert(self, scope: Scope, row: Base) -> None:
        with self._database.session(scope, write=True) as session:
            session.add(row)
            grow(session, CATALOG)

    def _unknown(self, model: type[Base], id: str) -> bool:
        with self._database.session(_HOUSE) as session:
            return session.get(model, id) is None


def keep_readers(session: ScopedSession, readers: Sequence[Reader]) -> None:
    """Keep readers that are new, in a transaction that keeps something else as well."""
    # In one order: two transactions that meet the same readers wait for each other and not in a circle.
    rows = [to_values(reader, ReaderRow) for reader in sorted(readers, key=lambda one: one.id)]
    insert_new(session, ReaderRow, rows)


def _scope(tenant: TenantId | None) -> Scope:
    return _HOUSE if tenant is None else TenantScope(tenant)


def _older(edge: tuple[int, str]) -> ColumnElement[bool]:
    return tuple_(NoteRow.published_at_ms, NoteRow.id) < edge
