"""Bills of platforms, kept beside our own books, and the clients of agencies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hongmao.storage.migrations.append_only import allow_change, forbid_change

revision = "v0018"
down_revision = "v0017"
branch_labels = None
depends_on = None

_GROWING = ("bills", "bill_lines", "bill_outcomes", "agency_clients")


def upgrade() -> None:
    """Apply."""
    _table(
        "bills",
        _text("merchant_id"),
        _text("platform", 16),
        _text("format"),
        _text("period", 16),
        _text("sha256"),
        _text("name", 80),
        _text("by"),
        _refers("bills", "merchant_id", "merchants.id"),
        sa.UniqueConstraint("tenant_id", "sha256", name=op.f("uq_bills_tenant_id_sha256")),
        at=True,
    )
    _table(
        "bill_lines",
        _whole("bill"),
        _whole("row", sa.Integer()),
        _text("sort", 16),
        _text("day", 10, nullable=True),
        _text("key", 160),
        _whole("amount_fen", nullable=True),
        _text("field", 32),
        _text("code", 32),
        sa.Column("raw", sa.Text(), nullable=False),
        _refers("bill_lines", "bill", "bills.number"),
    )
    _table(
        "bill_outcomes",
        _whole("bill"),
        _text("day", 10, nullable=True),
        _text("key", 160),
        _text("outcome", 16),
        _whole("ours_fen", nullable=True),
        _whole("theirs_fen", nullable=True),
        _whole("seal", sa.Integer()),
        _refers("bill_outcomes", "bill", "bills.number"),
        at=True,
    )
    _table(
        "agency_clients",
        _text("agency_tenant"),
        _text("merchant_id"),
        _text("from_day", 10),
        _text("to_day", 10, nullable=True),
        _text("by"),
        _refers("agency_clients", "agency_tenant", "tenants.id"),
        _refers("agency_clients", "merchant_id", "merchants.id"),
        at=True,
    )
    for table, columns in (
        ("bills", ["merchant_id"]),
        ("bill_lines", ["bill", "number"]),
        ("bill_outcomes", ["bill", "number"]),
        ("agency_clients", ["agency_tenant", "merchant_id"]),
        ("agency_clients", ["merchant_id"]),
    ):
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns, unique=False)
    for table in _GROWING:
        op.create_index(op.f(f"ix_{table}_tenant_id"), table, ["tenant_id"], unique=False)
        forbid_change(table)


def downgrade() -> None:
    """Take back."""
    for table in reversed(_GROWING):
        allow_change(table)
        op.drop_table(table)


def _table(name: str, *parts: sa.Column[object] | sa.Constraint, at: bool = False) -> None:
    op.create_table(
        name,
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        *parts,
        *([_whole("at_ms")] if at else []),
        _text("tenant_id"),
        _refers(name, "tenant_id", "tenants.id"),
        sa.PrimaryKeyConstraint("number", name=op.f(f"pk_{name}")),
    )


def _text(name: str, chars: int = 64, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.String(length=chars), nullable=nullable)


def _whole(name: str, kind: sa.types.TypeEngine[int] | None = None, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, kind or sa.BigInteger(), nullable=nullable)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}_{to.partition('.')[0]}"))
