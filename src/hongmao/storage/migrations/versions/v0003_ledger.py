"""The ledger: accounts, balances, and batches and entries that only grow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hongmao.storage.migrations.append_only import allow_change, forbid_change

revision = "v0003"
down_revision = "v0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "ledger_accounts",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("line", sa.String(length=64), nullable=False),
        sa.Column("funder", sa.String(length=64), nullable=False),
        sa.Column("floor_fen", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger_accounts")),
        sa.UniqueConstraint("owner", "kind", "line", "funder", name=op.f("uq_ledger_accounts_owner_kind_line_funder")),
    )
    op.create_table(
        "ledger_batches",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("body", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("posted_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger_batches")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_batches_key")),
    )
    op.create_table(
        "ledger_balances",
        sa.Column("account_number", sa.BigInteger(), nullable=False),
        sa.Column("balance_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_number"],
            ["ledger_accounts.number"],
            name=op.f("fk_ledger_balances_account_number_ledger_accounts"),
        ),
        sa.PrimaryKeyConstraint("account_number", name=op.f("pk_ledger_balances")),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_number", sa.BigInteger(), nullable=False),
        sa.Column("account_number", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_number"],
            ["ledger_accounts.number"],
            name=op.f("fk_ledger_entries_account_number_ledger_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_number"], ["ledger_batches.number"], name=op.f("fk_ledger_entries_batch_number_ledger_batches")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger_entries")),
    )
    op.create_index(
        op.f("ix_ledger_entries_account_number_at_ms"), "ledger_entries", ["account_number", "at_ms"], unique=False
    )
    op.create_index(op.f("ix_ledger_entries_batch_number"), "ledger_entries", ["batch_number"], unique=False)
    forbid_change("ledger_batches")
    forbid_change("ledger_entries")


def downgrade() -> None:
    """Take back."""
    allow_change("ledger_entries")
    allow_change("ledger_batches")
    op.drop_index(op.f("ix_ledger_entries_batch_number"), table_name="ledger_entries")
    op.drop_index(op.f("ix_ledger_entries_account_number_at_ms"), table_name="ledger_entries")
    op.drop_table("ledger_entries")
    op.drop_table("ledger_balances")
    op.drop_table("ledger_batches")
    op.drop_table("ledger_accounts")
