"""Authorisations of creators with every change of them, which creativity a link carries, and why a thing was changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hongmao.storage.migrations.append_only import allow_change, forbid_change

revision = "v0014"
down_revision = "v0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("placed_changes", sa.Column("why", sa.String(length=200), server_default="", nullable=False))
    op.create_table(
        "bindings",
        sa.Column("link_id", sa.String(length=64), nullable=False),
        sa.Column("creativity", sa.BigInteger(), nullable=False),
        sa.Column("campaign", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        _tenant(),
        _refers("bindings", "link_id", "links", "id"),
        _refers("bindings", "creativity", "placed", "number"),
        _refers("bindings", "campaign", "placed", "number"),
        _refers("bindings", "tenant_id", "tenants", "id"),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_bindings")),
    )
    for column in ("creativity", "campaign", "tenant_id"):
        op.create_index(op.f(f"ix_bindings_{column}"), "bindings", [column], unique=False)
    _authorisations()


def downgrade() -> None:
    """Take back."""
    allow_change("authorisation_changes")
    for table in ("authorisation_changes", "note_authorisations", "bindings"):
        op.drop_table(table)
    op.drop_column("placed_changes", "why")


def _authorisations() -> None:
    op.create_table(
        "note_authorisations",
        _number(),
        sa.Column("note_id", sa.String(length=64), nullable=False),
        sa.Column("creator_id", sa.String(length=64), nullable=False),
        *_standing(),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _tenant(),
        _refers("note_authorisations", "note_id", "notes", "id"),
        _refers("note_authorisations", "creator_id", "creators", "id"),
        _refers("note_authorisations", "tenant_id", "tenants", "id"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_note_authorisations")),
        sa.UniqueConstraint("tenant_id", "note_id", name=op.f("uq_note_authorisations_tenant_id_note_id")),
    )
    op.create_index(op.f("ix_note_authorisations_tenant_id"), "note_authorisations", ["tenant_id"], unique=False)
    op.create_table(
        "authorisation_changes",
        _number(),
        sa.Column("authorisation", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_standing(),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        _tenant(),
        _refers("authorisation_changes", "authorisation", "note_authorisations", "number"),
        _refers("authorisation_changes", "tenant_id", "tenants", "id"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_authorisation_changes")),
        sa.UniqueConstraint("authorisation", "version", name=op.f("uq_authorisation_changes_authorisation_version")),
    )
    for column in ("authorisation", "tenant_id"):
        op.create_index(op.f(f"ix_authorisation_changes_{column}"), "authorisation_changes", [column], unique=False)
    forbid_change("authorisation_changes")


def _standing() -> tuple[sa.Column[int] | sa.Column[bool], ...]:
    return (
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("registered", sa.Boolean(), nullable=False),
        sa.Column("to_ms", sa.BigInteger(), nullable=True),
    )


def _number() -> sa.Column[int]:
    return sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _tenant() -> sa.Column[str]:
    return sa.Column("tenant_id", sa.String(length=64), nullable=False)


def _refers(table: str, column: str, to: str, key: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.{key}"], name=op.f(f"fk_{table}_{column}_{to}"))
