"""Where each feed of pulls stands, and the spans of which a platform still owes rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0008"
down_revision = "v0007"
branch_labels = None
depends_on = None

_KEY = ("platform", "account", "source")


def _key() -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(length=64), nullable=False) for name in _KEY]


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "feeds",
        *_key(),
        sa.Column("lease_until_ms", sa.BigInteger(), nullable=False),
        sa.Column("watermark_ms", sa.BigInteger(), nullable=False),
        sa.Column("read_ms", sa.BigInteger(), nullable=True),
        sa.Column("next_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("span_start_ms", sa.BigInteger(), nullable=True),
        sa.Column("span_end_ms", sa.BigInteger(), nullable=True),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("last_sha256", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_ok_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.String(length=64), nullable=False),
        sa.Column("refused_as", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("repeats", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_feeds_tenant_id_tenants")),
        sa.PrimaryKeyConstraint(*_KEY, name=op.f("pk_feeds")),
    )
    op.create_index(op.f("ix_feeds_tenant_id"), "feeds", ["tenant_id"], unique=False)
    op.create_table(
        "owed_spans",
        *_key(),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_owed_spans_tenant_id_tenants")),
        sa.PrimaryKeyConstraint(*_KEY, "start_ms", "end_ms", name=op.f("pk_owed_spans")),
    )
    op.create_index(op.f("ix_owed_spans_tenant_id"), "owed_spans", ["tenant_id"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_owed_spans_tenant_id"), table_name="owed_spans")
    op.drop_table("owed_spans")
    op.drop_index(op.f("ix_feeds_tenant_id"), table_name="feeds")
    op.drop_table("feeds")
