"""Grants of outside shops under way, and test clicks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0019"
down_revision = "v0018"
branch_labels = None
depends_on = None

TABLES = ("grant_states", "trials")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "grant_states",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("sealed_verifier", sa.LargeBinary(), nullable=False),
        sa.Column("back", sa.String(length=2048), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_grant_states_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_grant_states")),
    )
    op.create_table(
        "trials",
        sa.Column("click_id", sa.String(length=64), nullable=False),
        sa.Column("link_id", sa.String(length=64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_trials_link_id_links"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_trials_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("click_id", name=op.f("pk_trials")),
    )
    op.create_index(op.f("ix_trials_link_id"), "trials", ["link_id"], unique=False)
    for table in TABLES:
        op.create_index(op.f(f"ix_{table}_tenant_id"), table, ["tenant_id"], unique=False)


def downgrade() -> None:
    """Take back: a grant under way is begun again, and a test click stays in the log."""
    for table in reversed(TABLES):
        op.drop_index(op.f(f"ix_{table}_tenant_id"), table_name=table)
    op.drop_index(op.f("ix_trials_link_id"), table_name="trials")
    for table in reversed(TABLES):
        op.drop_table(table)
