"""What is sent on to media: accounts of targets, the queue with its deadlines, clicks, gates, alarms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0007"
down_revision = "v0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "outgoing",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("fact", sa.String(length=64), nullable=False),
        sa.Column("lane", sa.String(length=64), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("click", sa.Text(), nullable=False),
        sa.Column("event_type", sa.String(length=64), nullable=False),
        sa.Column("occurred_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("next_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("ratio_millionths", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("replays", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=300), nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("lease", sa.String(length=64), nullable=False),
        sa.Column("lease_until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_outgoing")),
        sa.UniqueConstraint("account_id", "fact", name=op.f("uq_outgoing_account_id_fact")),
        sa.UniqueConstraint("id", name=op.f("uq_outgoing_id")),
    )
    op.create_index(op.f("ix_outgoing_lane_state"), "outgoing", ["lane", "state"], unique=False)
    op.create_index(
        op.f("ix_outgoing_account_id_state_due_ms_number"),
        "outgoing",
        ["account_id", "state", "due_ms", "number"],
        unique=False,
    )
    op.create_index(op.f("ix_outgoing_ended_at_ms"), "outgoing", ["ended_at_ms"], unique=False)
    op.create_index(
        op.f("ix_outgoing_tenant_id_state_due_ms"), "outgoing", ["tenant_id", "state", "due_ms"], unique=False
    )
    op.create_table(
        "seen_clicks",
        sa.Column("click_id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("clicked_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("click_id", name=op.f("pk_seen_clicks")),
    )
    op.create_index(op.f("ix_seen_clicks_clicked_at_ms"), "seen_clicks", ["clicked_at_ms"], unique=False)
    op.create_index(op.f("ix_seen_clicks_tenant_id"), "seen_clicks", ["tenant_id"], unique=False)
    op.create_table(
        "target_accounts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_settings", sa.LargeBinary(), nullable=False),
        sa.Column("ratio_millionths", sa.Integer(), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_target_accounts_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_accounts")),
    )
    op.create_index(op.f("ix_target_accounts_tenant_id"), "target_accounts", ["tenant_id"], unique=False)
    op.create_table(
        "target_alarms",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("cleared_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("open_key", sa.String(length=96), nullable=True),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_target_alarms_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_target_alarms")),
        sa.UniqueConstraint("open_key", name=op.f("uq_target_alarms_open_key")),
    )
    op.create_index(op.f("ix_target_alarms_tenant_id"), "target_alarms", ["tenant_id"], unique=False)
    op.create_table(
        "target_gates",
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("tat_us", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("unreachable_since_ms", sa.BigInteger(), nullable=True),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_target_gates_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_target_gates")),
    )
    op.create_index(op.f("ix_target_gates_tenant_id"), "target_gates", ["tenant_id"], unique=False)
    op.create_table(
        "unsent",
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_unsent_tenant_id_tenants")),
        sa.PrimaryKeyConstraint("account_id", "day", "kind", "reason", name=op.f("pk_unsent")),
    )
    op.create_index(op.f("ix_unsent_tenant_id"), "unsent", ["tenant_id"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_unsent_tenant_id"), table_name="unsent")
    op.drop_table("unsent")
    op.drop_index(op.f("ix_target_gates_tenant_id"), table_name="target_gates")
    op.drop_table("target_gates")
    op.drop_index(op.f("ix_target_alarms_tenant_id"), table_name="target_alarms")
    op.drop_table("target_alarms")
    op.drop_index(op.f("ix_target_accounts_tenant_id"), table_name="target_accounts")
    op.drop_table("target_accounts")
    op.drop_index(op.f("ix_seen_clicks_tenant_id"), table_name="seen_clicks")
    op.drop_index(op.f("ix_seen_clicks_clicked_at_ms"), table_name="seen_clicks")
    op.drop_table("seen_clicks")
    op.drop_index(op.f("ix_outgoing_tenant_id_state_due_ms"), table_name="outgoing")
    op.drop_index(op.f("ix_outgoing_ended_at_ms"), table_name="outgoing")
    op.drop_index(op.f("ix_outgoing_account_id_state_due_ms_number"), table_name="outgoing")
    op.drop_index(op.f("ix_outgoing_lane_state"), table_name="outgoing")
    op.drop_table("outgoing")
