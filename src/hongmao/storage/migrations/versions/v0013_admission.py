"""Admission and policy: what was told, judged, decided and chosen. All but papers and the whitelist only grow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hongmao.storage.migrations.append_only import allow_change, forbid_change

revision = "v0013"
down_revision = "v0012"
branch_labels = None
depends_on = None

_ONLY_GROW = ("shop_facts", "shop_scores", "verdicts", "shop_rulings", "rule_acts", "stage_acts")
_POLICY = ("preset_acts", "route_choices")
_CHANGE = ("qualifications", "whitelist")


def upgrade() -> None:
    """Apply."""
    _told()
    _decided()
    op.create_table(
        "rule_acts",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("sort", sa.String(length=16), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("effective", sa.String(length=10), nullable=False),
        sa.Column("fingerprint", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        *_decision(),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_rule_acts")),
    )
    op.create_table(
        "stage_acts",
        _number(),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("percent", sa.SmallInteger(), nullable=True),
        *_decision(),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_stage_acts")),
    )
    _policy()
    for table in (*_ONLY_GROW, *_POLICY):
        forbid_change(table)


def downgrade() -> None:
    """Take back."""
    for table in (*_ONLY_GROW, *_POLICY):
        allow_change(table)
    for table in (*_ONLY_GROW, *_POLICY, *_CHANGE):
        op.drop_table(table)


def _told() -> None:
    _of_a_shop(
        "shop_facts",
        ("shop_id", "number"),
        sa.Column("kind", sa.String(length=16), nullable=True),
        sa.Column("badge", sa.String(length=16), nullable=True),
        sa.Column("category", sa.String(length=64), nullable=True),
        sa.Column("source", sa.String(length=16), nullable=False),
        *_by(),
    )
    _of_a_shop(
        "shop_scores",
        ("shop_id", "name", "source", "observed_at_ms"),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("observed_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
    )
    op.create_table(
        "qualifications",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("merchant_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.String(length=10), nullable=False),
        sa.Column("valid_to", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("revoked_at_ms", sa.BigInteger(), nullable=True),
        *_by(),
        *_owned("qualifications"),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name=op.f("fk_qualifications_merchant_id_merchants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualifications")),
    )
    for column in ("merchant_id", "tenant_id"):
        op.create_index(op.f(f"ix_qualifications_{column}"), "qualifications", [column], unique=False)


def _decided() -> None:
    _of_a_shop(
        "verdicts",
        ("shop_id", "number"),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("ruleset", sa.String(length=64), nullable=False),
        sa.Column("ruleset_print", sa.String(length=16), nullable=False),
        sa.Column("categories", sa.String(length=64), nullable=False),
        sa.Column("categories_print", sa.String(length=16), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
    )
    _of_a_shop(
        "shop_rulings",
        ("shop_id", "number"),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        *_by(),
    )
    op.create_table(
        "whitelist",
        sa.Column("merchant_id", sa.String(length=64), nullable=False),
        *_by(),
        sa.Column("removed_at_ms", sa.BigInteger(), nullable=True),
        *_owned("whitelist"),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_whitelist_merchant_id_merchants")),
        sa.PrimaryKeyConstraint("merchant_id", name=op.f("pk_whitelist")),
    )
    op.create_index(op.f("ix_whitelist_tenant_id"), "whitelist", ["tenant_id"], unique=False)


def _policy() -> None:
    op.create_table(
        "preset_acts",
        _number(),
        sa.Column("preset", sa.String(length=64), nullable=False),
        *_decision(),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_preset_acts")),
    )
    op.create_table(
        "route_choices",
        _number(),
        sa.Column("spu", sa.String(length=64), nullable=False),
        sa.Column("route", sa.String(length=16), nullable=False),
        sa.Column("in_site_fen", sa.BigInteger(), nullable=True),
        sa.Column("external_fen", sa.BigInteger(), nullable=True),
        *_decision(),
        *_owned("route_choices"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_route_choices")),
    )
    index = ["tenant_id", "spu", "number"]
    op.create_index(op.f("ix_route_choices_tenant_id_spu_number"), "route_choices", index, unique=False)
    op.create_index(op.f("ix_route_choices_tenant_id"), "route_choices", ["tenant_id"], unique=False)


def _of_a_shop(table: str, index: tuple[str, ...], *columns: sa.Column[str] | sa.Column[int] | sa.Column[bool]) -> None:
    op.create_table(
        table,
        _number(),
        sa.Column("shop_id", sa.String(length=64), nullable=False),
        *columns,
        *_owned(table),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f(f"fk_{table}_shop_id_shops")),
        sa.PrimaryKeyConstraint("number", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_{'_'.join(index)}"), table, list(index), unique=False)
    op.create_index(op.f(f"ix_{table}_tenant_id"), table, ["tenant_id"], unique=False)


def _number() -> sa.Column[int]:
    return sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _by() -> tuple[sa.Column[str] | sa.Column[int], ...]:
    return sa.Column("by", sa.String(length=64), nullable=False), sa.Column("at_ms", sa.BigInteger(), nullable=False)


def _decision() -> tuple[sa.Column[str] | sa.Column[int], ...]:
    return (
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
    )


def _owned(table: str) -> tuple[sa.Column[str] | sa.ForeignKeyConstraint, ...]:
    return (
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f(f"fk_{table}_tenant_id_tenants")),
    )
