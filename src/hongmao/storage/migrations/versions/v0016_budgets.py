"""Budgets of campaigns: how they are charged, and what their days have spent, were given back and have shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hongmao.storage.migrations.append_only import allow_change, forbid_change

revision = "v0016"
down_revision = "v0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. What was charged before was spent for no campaign: nobody had asked."""
    op.add_column("charges", sa.Column("campaign", sa.BigInteger(), nullable=True))
    op.add_column("charges", sa.Column("compensated_fen", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.create_table(
        "campaign_days",
        *_day(),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("spent_fen", sa.BigInteger(), nullable=False),
        sa.Column("compensated_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "day", name=op.f("pk_campaign_days")),
    )
    op.create_index(op.f("ix_campaign_days_account_day"), "campaign_days", ["account", "day"], unique=False)
    op.create_index(op.f("ix_campaign_days_tenant_id_day"), "campaign_days", ["tenant_id", "day"], unique=False)
    op.create_table(
        "cpm_days",
        *_day(),
        sa.Column("link_id", sa.String(length=64), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("merchant_id", sa.String(length=64), nullable=False),
        sa.Column("note_id", sa.String(length=64), nullable=False),
        sa.Column("line", sa.String(length=16), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("shown", "billed_fen", "over_budget", "funds_missing")
        ),
        sa.PrimaryKeyConstraint("campaign", "day", "link_id", "price_fen", name=op.f("pk_cpm_days")),
    )
    op.create_index(op.f("ix_cpm_days_tenant_id_day"), "cpm_days", ["tenant_id", "day"], unique=False)
    _rates()


def downgrade() -> None:
    """Take back."""
    allow_change("campaign_rates")
    for table in ("campaign_rates", "cpm_days", "campaign_days"):
        op.drop_table(table)
    for column in ("compensated_fen", "campaign"):
        op.drop_column("charges", column)


def _rates() -> None:
    op.create_table(
        "campaign_rates",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign", sa.BigInteger(), nullable=False),
        sa.Column("scheme", sa.String(length=16), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["placed.number"], name=op.f("fk_campaign_rates_campaign_placed")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_campaign_rates_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_campaign_rates")),
    )
    for column in ("campaign", "tenant_id"):
        op.create_index(op.f(f"ix_campaign_rates_{column}"), "campaign_rates", [column], unique=False)
    forbid_change("campaign_rates")


def _day() -> tuple[sa.Column[int], sa.Column[int]]:
    return sa.Column("campaign", sa.BigInteger(), nullable=False), sa.Column("day", sa.BigInteger(), nullable=False)
