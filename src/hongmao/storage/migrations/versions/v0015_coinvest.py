"""Co-investment: programmes and the merchants in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0015"
down_revision = "v0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "coinvest_programmes",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("own_parts", sa.Integer(), nullable=False),
        sa.Column("match_parts", sa.Integer(), nullable=False),
        sa.Column("cap_fen", sa.BigInteger(), nullable=False),
        sa.Column("member_cap_fen", sa.BigInteger(), nullable=True),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("to_ms", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coinvest_programmes")),
    )
    op.create_table(
        "coinvest_members",
        sa.Column("programme", sa.String(length=64), nullable=False),
        sa.Column("merchant_id", sa.String(length=64), nullable=False),
        sa.Column("seen_fen", sa.BigInteger(), nullable=False),
        sa.Column("matched_fen", sa.BigInteger(), nullable=False),
        sa.Column("joined_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("left_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        _refers("programme", "coinvest_programmes"),
        _refers("merchant_id", "merchants"),
        _refers("tenant_id", "tenants"),
        sa.PrimaryKeyConstraint("programme", "merchant_id", name=op.f("pk_coinvest_members")),
    )
    for column in ("merchant_id", "tenant_id"):
        op.create_index(op.f(f"ix_coinvest_members_{column}"), "coinvest_members", [column], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table("coinvest_members")
    op.drop_table("coinvest_programmes")


def _refers(column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_coinvest_members_{column}_{to}"))
