"""What each component click cost, or why nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hongmao.storage.migrations.append_only import allow_change, forbid_change

revision = "v0004"
down_revision = "v0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "charges",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("click_id", sa.String(length=64), nullable=False),
        sa.Column("link_id", sa.String(length=64), nullable=False),
        sa.Column("impression", sa.String(length=64), nullable=True),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("merchant_id", sa.String(length=64), nullable=True),
        sa.Column("note_id", sa.String(length=64), nullable=False),
        sa.Column("line", sa.String(length=16), nullable=False),
        sa.Column("funder", sa.String(length=64), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=220), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_charges")),
        sa.UniqueConstraint("event_id", name=op.f("uq_charges_event_id")),
    )
    op.create_index(op.f("ix_charges_click_id"), "charges", ["click_id"], unique=False)
    op.create_index(op.f("ix_charges_tenant_id_at_ms"), "charges", ["tenant_id", "at_ms"], unique=False)
    op.create_index(
        "uq_charges_billed_impression",
        "charges",
        ["link_id", "impression"],
        unique=True,
        sqlite_where=sa.text("amount_fen > 0 AND impression IS NOT NULL"),
        postgresql_where=sa.text("amount_fen > 0 AND impression IS NOT NULL"),
    )
    forbid_change("charges")


def downgrade() -> None:
    """Take back."""
    allow_change("charges")
    op.drop_index(
        "uq_charges_billed_impression",
        table_name="charges",
        sqlite_where=sa.text("amount_fen > 0 AND impression IS NOT NULL"),
        postgresql_where=sa.text("amount_fen > 0 AND impression IS NOT NULL"),
    )
    op.drop_index(op.f("ix_charges_tenant_id_at_ms"), table_name="charges")
    op.drop_index(op.f("ix_charges_click_id"), table_name="charges")
    op.drop_table("charges")
