"""Ad links and the signing accounts of outside platforms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0002"
down_revision = "v0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "platform_accounts",
        sa.Column("platform", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_platform_accounts_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("platform", "account", name=op.f("pk_platform_accounts")),
    )
    op.create_index(op.f("ix_platform_accounts_tenant_id"), "platform_accounts", ["tenant_id"], unique=False)
    op.create_table(
        "links",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("merchant_id", sa.String(length=64), nullable=False),
        sa.Column("note_id", sa.String(length=64), nullable=False),
        sa.Column("creator_id", sa.String(length=64), nullable=False),
        sa.Column("shop_id", sa.String(length=64), nullable=False),
        sa.Column("platform", sa.String(length=64), nullable=False),
        sa.Column("target", sa.String(length=16), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=True),
        sa.Column("deeplink", sa.String(length=2048), nullable=True),
        sa.Column("universal_link", sa.String(length=2048), nullable=True),
        sa.Column("fallback_url", sa.String(length=2048), nullable=False),
        sa.Column("deeplink_review", sa.SmallInteger(), nullable=False),
        sa.Column("universal_link_review", sa.SmallInteger(), nullable=False),
        sa.Column("fallback_review", sa.SmallInteger(), nullable=False),
        sa.Column("review_note", sa.String(length=1000), nullable=False),
        sa.Column("button", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=64), nullable=False),
        sa.Column("line", sa.String(length=16), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["creator_id"], ["creators.id"], name=op.f("fk_links_creator_id_creators")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_links_item_id_items")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_links_merchant_id_merchants")),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name=op.f("fk_links_note_id_notes")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_links_shop_id_shops")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_links_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
    )
    op.create_index(op.f("ix_links_note_id"), "links", ["note_id"], unique=False)
    op.create_index(op.f("ix_links_shop_id"), "links", ["shop_id"], unique=False)
    op.create_index(op.f("ix_links_tenant_id"), "links", ["tenant_id"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_links_tenant_id"), table_name="links")
    op.drop_index(op.f("ix_links_shop_id"), table_name="links")
    op.drop_index(op.f("ix_links_note_id"), table_name="links")
    op.drop_table("links")
    op.drop_index(op.f("ix_platform_accounts_tenant_id"), table_name="platform_accounts")
    op.drop_table("platform_accounts")
