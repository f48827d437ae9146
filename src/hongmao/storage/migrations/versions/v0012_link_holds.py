"""Who holds a link, and why. What was paused before becomes its merchant's own hold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0012"
down_revision = "v0011"
branch_labels = None
depends_on = None

# Nobody knows when a link was paused before holds were kept: it is told as the instant it was made.
PAUSED_BEFORE = """
INSERT INTO link_holds (link_id, source, tenant_id, reason, since_ms)
SELECT id, 'merchant', tenant_id, 'paused by its merchant', created_at_ms FROM links WHERE paused
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "link_holds",
        sa.Column("link_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["links.id"], name=op.f("fk_link_holds_link_id_links"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_link_holds_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("link_id", "source", name=op.f("pk_link_holds")),
    )
    op.create_index(op.f("ix_link_holds_tenant_id"), "link_holds", ["tenant_id"], unique=False)
    op.execute(PAUSED_BEFORE)


def downgrade() -> None:
    """Take back: a link that anybody held stays paused."""
    op.drop_index(op.f("ix_link_holds_tenant_id"), table_name="link_holds")
    op.drop_table("link_holds")
