"""Which revision each link changed in last, so that a table in memory reads what has changed and nothing else."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hongmao.storage.migrations.noted_changes import forget_changes, note_changes

revision = "v0010"
down_revision = "v0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "link_changes",
        sa.Column("link_id", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_link_changes")),
    )
    op.create_index(op.f("ix_link_changes_revision_link_id"), "link_changes", ["revision", "link_id"], unique=False)
    note_changes("links", "link_changes", "link_id")


def downgrade() -> None:
    """Take back."""
    forget_changes("links")
    op.drop_index(op.f("ix_link_changes_revision_link_id"), table_name="link_changes")
    op.drop_table("link_changes")
