"""The ledger's chain of seals, its sums by day and hour, holds, and periods that are closed.

What was posted before is summed and sealed here as it stands, a thousand batches to a seal: from now on nobody changes it
unseen. The form of the hash is that of `hongmao.ledger.chain`, written out once more because a migration never changes.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

from hongmao.storage.migrations.append_only import allow_change, forbid_change

if TYPE_CHECKING:
    from collections.abc import Iterator

revision = "v0011"
down_revision = "v0010"
branch_labels = None
depends_on = None

BATCHES_PER_SEAL = 1_000
ONLY_GROWING = ("ledger_seals", "ledger_closes", "ledger_close_balances")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Days and hours of Asia/Shanghai, numbered from 1970-01-01: eight hours, a day, and an hour in milliseconds.
DAYS = """
INSERT INTO ledger_days (account_number, day, why, entries, amount_fen)
SELECT e.account_number, (e.at_ms + 28800000) / 86400000, b.why, count(*), sum(e.amount_fen)
FROM ledger_entries e JOIN ledger_batches b ON b.number = e.batch_number
GROUP BY e.account_number, (e.at_ms + 28800000) / 86400000, b.why
"""
HOURS = """
INSERT INTO ledger_hours (account_number, hour, amount_fen)
SELECT account_number, (at_ms + 28800000) / 3600000, sum(amount_fen)
FROM ledger_entries
GROUP BY account_number, (at_ms + 28800000) / 3600000
"""
WRITTEN = """
SELECT b.number, b.key, b.why, b.at_ms, b.posted_at_ms, a.owner, a.kind, a.line, a.funder, e.amount_fen
FROM ledger_batches b
LEFT JOIN ledger_entries e ON e.batch_number = b.number
LEFT JOIN ledger_accounts a ON a.number = e.account_number
WHERE b.number > :after AND b.number <= :upto ORDER BY b.number, e.number
"""


def upgrade() -> None:
    """Apply."""
    _chain()
    _sums()
    _holds()
    _closes()
    for table in ONLY_GROWING:
        forbid_change(table)
    op.execute(DAYS)
    op.execute(HOURS)
    _seal()


def downgrade() -> None:
    """Take back."""
    for table in ONLY_GROWING:
        allow_change(table)
    op.drop_table("ledger_close_balances")
    op.drop_table("ledger_closes")
    op.drop_index(op.f("ix_ledger_holds_state_expires_at_ms"), table_name="ledger_holds")
    for table in ("ledger_holds", "ledger_hours", "ledger_days", "ledger_head", "ledger_seals"):
        op.drop_table(table)


def _chain() -> None:
    op.create_table(
        "ledger_seals",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("first_batch", sa.BigInteger(), nullable=False),
        sa.Column("last_batch", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("posted_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger_seals")),
    )
    op.create_table(
        "ledger_head",
        sa.Column("only", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("seal", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("posted_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_before_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_ledger_head")),
    )


def _sums() -> None:
    op.create_table(
        "ledger_days",
        sa.Column("account_number", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(length=64), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        _of_account("ledger_days", "account_number"),
        sa.PrimaryKeyConstraint("account_number", "day", "why", name=op.f("pk_ledger_days")),
    )
    op.create_table(
        "ledger_hours",
        sa.Column("account_number", sa.BigInteger(), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        _of_account("ledger_hours", "account_number"),
        sa.PrimaryKeyConstraint("account_number", "hour", name=op.f("pk_ledger_hours")),
    )


def _holds() -> None:
    op.create_table(
        "ledger_holds",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("source", sa.BigInteger(), nullable=False),
        sa.Column("frozen", sa.BigInteger(), nullable=False),
        sa.Column("held_fen", sa.BigInteger(), nullable=False),
        sa.Column("left_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("takes", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        _of_account("ledger_holds", "source"),
        _of_account("ledger_holds", "frozen"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_ledger_holds")),
    )
    op.create_index(
        op.f("ix_ledger_holds_state_expires_at_ms"), "ledger_holds", ["state", "expires_at_ms"], unique=False
    )


def _closes() -> None:
    op.create_table(
        "ledger_closes",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("before_ms", sa.BigInteger(), nullable=False),
        sa.Column("seal", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger_closes")),
        sa.UniqueConstraint("period", name=op.f("uq_ledger_closes_period")),
    )
    op.create_table(
        "ledger_close_balances",
        sa.Column("close", sa.BigInteger(), nullable=False),
        sa.Column("account_number", sa.BigInteger(), nullable=False),
        sa.Column("balance_fen", sa.BigInteger(), nullable=False),
        _of_account("ledger_close_balances", "account_number"),
        sa.ForeignKeyConstraint(
            ["close"], ["ledger_closes.number"], name=op.f("fk_ledger_close_balances_close_ledger_closes")
        ),
        sa.PrimaryKeyConstraint("close", "account_number", name=op.f("pk_ledger_close_balances")),
    )


def _of_account(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_ledger_accounts")
    return sa.ForeignKeyConstraint([column], ["ledger_accounts.number"], name=name)


def _seal() -> None:
    number, before, posted_at_ms = 0, "0" * 64, 0
    batches = _written()
    # A seal follows the hash before it, so they are made one by one.
    while group := list(itertools.islice(batches, BATCHES_PER_SEAL)):
        said = json.dumps([said for _, said in group], ensure_ascii=False, separators=(",", ":"))
        before = hashlib.sha256(before.encode() + said.encode()).hexdigest()
        number, posted_at_ms = number + 1, max(posted_at_ms, *(said[3] for _, said in group))
        op.get_bind().execute(
            sa.text(
                "INSERT INTO ledger_seals (number, first_batch, last_batch, entries, posted_at_ms, hash)"
                " VALUES (:number, :first_batch, :last_batch, :entries, :posted_at_ms, :hash)"
            ),
            {
                "number": number,
                "first_batch": group[0][0],
                "last_batch": group[-1][0],
                "entries": sum(len(said[4]) for _, said in group),
                "posted_at_ms": posted_at_ms,
                "hash": before,
            },
        )
    op.get_bind().execute(
        sa.text("INSERT INTO ledger_head VALUES (1, :seal, :hash, :posted_at_ms, 0)"),
        {"seal": number, "hash": before, "posted_at_ms": posted_at_ms},
    )


def _written() -> Iterator[tuple[int, list[Any]]]:
    """Read what was posted, batch by batch, each as the chain says it."""
    last = op.get_bind().execute(sa.text("SELECT max(number) FROM ledger_batches")).scalar() or 0
    for after in range(0, last, BATCHES_PER_SEAL):
        rows = op.get_bind().execute(sa.text(WRITTEN), {"after": after, "upto": after + BATCHES_PER_SEAL})
        for head, lines in itertools.groupby(rows, key=lambda row: tuple(row[:5])):
            entries = [list(line[5:]) for line in lines if line[5] is not None]
            yield head[0], [*head[1:], entries]
