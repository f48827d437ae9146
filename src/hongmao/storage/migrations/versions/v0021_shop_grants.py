"""Grants of outside shops after they were given: until when, and by which token they are renewed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0021"
down_revision = "v0020"
branch_labels = None
depends_on = None

_INSTANTS = ("until_ms", "refresh_until_ms", "renew_at_ms", "asked_at_ms", "lapsed_at_ms")


def upgrade() -> None:
    """Apply. Of grants given before, nobody kept when they end: they are renewed from their seller's next consent on."""
    op.create_table(
        "shop_grants",
        *(sa.Column(name, sa.String(length=64), nullable=False) for name in ("platform", "account", "shop")),
        sa.Column("sealed_refresh", sa.LargeBinary(), nullable=True),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in _INSTANTS),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("tries", "turn")),
        sa.Column("why", sa.String(length=64), nullable=True),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform", "account"],
            ["platform_accounts.platform", "platform_accounts.account"],
            name=op.f("fk_shop_grants_platform_platform_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_shop_grants_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("platform", "account", name=op.f("pk_shop_grants")),
    )
    for column in ("renew_at_ms", "tenant_id"):
        op.create_index(op.f(f"ix_shop_grants_{column}"), "shop_grants", [column], unique=False)


def downgrade() -> None:
    """Take back: accounts keep signing until their sessions end, and nobody renews these."""
    for column in ("tenant_id", "renew_at_ms"):
        op.drop_index(op.f(f"ix_shop_grants_{column}"), table_name="shop_grants")
    op.drop_table("shop_grants")
