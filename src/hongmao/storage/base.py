"""What every table stands on, and the three kinds of owner a row may have.

    TenantOwned   belongs to one tenant; a tenant's session sees its own rows and nothing else
    Communal      belongs to the community (creators, notes, readers); everybody may read it
    Deployment    belongs to the house (tenants, ledger, positions); a tenant's session cannot ask for it at all

A mapped class is exactly one of the three; a test walks all of them.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar

from sqlalchemy import BigInteger, ForeignKey, Integer, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

if TYPE_CHECKING:
    from sqlalchemy import Dialect

E = TypeVar("E", bound=Enum)

ID_CHARS = 64
WORD_CHARS = 16

# Named constraints can be altered and dropped by a later migration on every engine.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Id = Annotated[str, mapped_column(String(ID_CHARS))]
Word = Annotated[str, mapped_column(String(WORD_CHARS))]
Fen = Annotated[int, mapped_column(BigInteger)]
At = Annotated[int, mapped_column(BigInteger)]
# SQLite numbers rows by itself only in a column called INTEGER.
Number = Annotated[int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)]


class Base(DeclarativeBase):
    """The root of all mapped classes."""

    metadata = MetaData(naming_convention=NAMES)


class TenantOwned:
    """A row of one tenant. `storage.scope` adds the tenant to every statement that touches such a row."""

    tenant_id: Mapped[str] = mapped_column(String(ID_CHARS), ForeignKey("tenants.id"), index=True)


class Communal:
    """A row of the community: read by everybody, written by the house."""


class Deployment:
    """A row of the house itself: no tenant's session may name it."""


class Choice(TypeDecorator[E], Generic[E]):
    """An enum kept by its wire value, so that a member may be renamed without touching a row."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[E]) -> None:
        """Hold values of one enum whose values are short strings."""
        super().__init__(WORD_CHARS)
        self.kind = kind

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the interface
        """Write the value."""
        return None if value is None else str(value.value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:  # noqa: ARG002 - the interface
        """Read the member back."""
        return None if value is None else self.kind(value)
