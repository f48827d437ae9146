"""Service fees of orders, orders of creators, and credits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hongmao.storage.migrations.append_only import allow_change, forbid_change

revision = "v0017"
down_revision = "v0016"
branch_labels = None
depends_on = None

_GROW = ("fee_terms", "credits")


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "coinvest_programmes", sa.Column("credits_refunds", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    _fees()
    _terms()
    _orders()
    _credits()
    for table in _GROW:
        forbid_change(table)


def downgrade() -> None:
    """Take back."""
    for table in _GROW:
        allow_change(table)
    for table in ("credits", "creator_orders", "fee_terms", "fee_lines", "fee_facts"):
        op.drop_table(table)
    op.drop_column("coinvest_programmes", "credits_refunds")


def _fees() -> None:
    order = ("tenant_id", "platform", "sub_order")
    op.create_table(
        "fee_facts",
        *(_id(name) for name in order),
        _word("slot"),
        _id("ref"),
        _id("merchant_id"),
        _whole("version"),
        _whole("at_ms"),
        _whole("amount_fen"),
        _whole("fee_fen", nullable=True),
        sa.PrimaryKeyConstraint(*order, "slot", "ref", name=op.f("pk_fee_facts")),
    )
    op.create_table(
        "fee_lines",
        *(_id(name) for name in order),
        _id("merchant_id"),
        _word("state"),
        _id("owner", nullable=True),
        _word("payer", nullable=True),
        _whole("booked_fen"),
        sa.Column("bookings", sa.Integer(), nullable=False),
        _whole("at_ms"),
        sa.PrimaryKeyConstraint(*order, name=op.f("pk_fee_lines")),
    )
    _index("fee_facts", "tenant_id", "merchant_id")
    _index("fee_lines", "tenant_id", "merchant_id")
    _index("fee_lines", "merchant_id", "platform", "sub_order")


def _terms() -> None:
    op.create_table(
        "fee_terms",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        _id("merchant_id"),
        _id("platform"),
        _word("payer"),
        sa.Column("rate_ppm", sa.Integer(), nullable=True),
        sa.Column("unit_confirmed", sa.Boolean(), nullable=False),
        sa.Column("from_day", sa.String(length=10), nullable=False),
        _id("by"),
        _whole("at_ms"),
        _id("tenant_id"),
        _refers("fee_terms", "merchant_id", "merchants"),
        _refers("fee_terms", "tenant_id", "tenants"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_fee_terms")),
    )
    _index("fee_terms", "merchant_id")
    _index("fee_terms", "tenant_id")


def _orders() -> None:
    op.create_table(
        "creator_orders",
        _id("merchant_id"),
        _id("id"),
        _id("creator_id"),
        _id("note_id", nullable=True),
        _whole("price_fen"),
        _whole("fee_fen"),
        _id("by"),
        _whole("at_ms"),
        _whole("ended_at_ms", nullable=True),
        _id("tenant_id"),
        _refers("creator_orders", "merchant_id", "merchants"),
        _refers("creator_orders", "creator_id", "creators"),
        _refers("creator_orders", "note_id", "notes"),
        _refers("creator_orders", "tenant_id", "tenants"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_creator_orders")),
    )
    for column in ("creator_id", "note_id", "ended_at_ms", "tenant_id"):
        _index("creator_orders", column)


def _credits() -> None:
    op.create_table(
        "credits",
        _id("event_id"),
        _id("tenant_id"),
        _id("merchant_id"),
        _id("note_id"),
        _whole("amount_fen"),
        _whole("compensated_fen"),
        _word("reason"),
        sa.Column("remark", sa.String(length=200), nullable=False),
        _id("by"),
        _whole("at_ms"),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_credits")),
    )
    _index("credits", "tenant_id", "merchant_id", "at_ms")


def _id(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=64), nullable=nullable)


def _word(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=16), nullable=nullable)


def _whole(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=False)
