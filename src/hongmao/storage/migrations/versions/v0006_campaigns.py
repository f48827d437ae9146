"""Advertiser accounts, and what they place: direct links, campaigns, units, creativities, with every change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hongmao.storage.migrations.append_only import allow_change, forbid_change

revision = "v0006"
down_revision = "v0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "advertisers",
        _number(),
        sa.Column("merchant_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_advertisers_merchant_id_merchants")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_advertisers_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_advertisers")),
        sa.UniqueConstraint("merchant_id", name=op.f("uq_advertisers_merchant_id")),
    )
    op.create_index(op.f("ix_advertisers_tenant_id"), "advertisers", ["tenant_id"], unique=False)
    op.create_table(
        "placed",
        _number(),
        sa.Column("noun", sa.String(length=16), nullable=False),
        sa.Column("advertiser", sa.BigInteger(), nullable=False),
        sa.Column("parent", sa.BigInteger(), nullable=True),
        *_content(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["advertiser"], ["advertisers.number"], name=op.f("fk_placed_advertiser_advertisers")),
        sa.ForeignKeyConstraint(["parent"], ["placed.number"], name=op.f("fk_placed_parent_placed")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_placed_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_placed")),
    )
    for column in ("advertiser", "parent", "tenant_id"):
        op.create_index(op.f(f"ix_placed_{column}"), "placed", [column], unique=False)
    op.create_table(
        "placed_changes",
        _number(),
        sa.Column("placed", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        *_content(),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["placed"], ["placed.number"], name=op.f("fk_placed_changes_placed_placed")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_placed_changes_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_placed_changes")),
        sa.UniqueConstraint("placed", "version", name=op.f("uq_placed_changes_placed_version")),
    )
    for column in ("placed", "tenant_id"):
        op.create_index(op.f(f"ix_placed_changes_{column}"), "placed_changes", [column], unique=False)
    forbid_change("placed_changes")


def downgrade() -> None:
    """Take back."""
    allow_change("placed_changes")
    for table in ("placed_changes", "placed", "advertisers"):
        op.drop_table(table)


def _number() -> sa.Column[int]:
    return sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _content() -> tuple[sa.Column[str] | sa.Column[int], ...]:
    return (
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
    )
