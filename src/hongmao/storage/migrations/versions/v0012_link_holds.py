"""Who holds a link, and why; and what is read of the pages that links lead to.

What was paused before becomes its merchant's own hold.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hongmao.storage.migrations.append_only import allow_change, forbid_change

revision = "v0012"
down_revision = "v0011"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Nobody knows when a link was paused before holds were kept: it is told as the instant it was made.
PAUSED_BEFORE = """
INSERT INTO link_holds (link_id, source, tenant_id, reason, since_ms)
SELECT id, 'merchant', tenant_id, 'paused by its merchant', created_at_ms FROM links WHERE paused
"""
BACK = """
UPDATE links SET
  deeplink = (SELECT d.deeplink FROM link_diverts d WHERE d.link_id = links.id),
  universal_link = (SELECT d.universal_link FROM link_diverts d WHERE d.link_id = links.id),
  fallback_url = (SELECT d.fallback_url FROM link_diverts d WHERE d.link_id = links.id),
  target = (SELECT d.target FROM link_diverts d WHERE d.link_id = links.id),
  price_fen = (SELECT d.price_fen FROM link_diverts d WHERE d.link_id = links.id)
WHERE id IN (SELECT link_id FROM link_diverts)
"""
ONLY_GROWING = ("care_readings", "ai_copy_grants")
TABLES = ("link_holds", "link_diverts", "care_plans", "care_readings", "care_findings")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "link_holds",
        sa.Column("link_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        *_owned("link_holds", of_link=True),
        sa.PrimaryKeyConstraint("link_id", "source", name=op.f("pk_link_holds")),
    )
    op.execute(PAUSED_BEFORE)
    _ways()
    _plans()
    _readings()
    _findings()
    for table in TABLES:
        op.create_index(op.f(f"ix_{table}_tenant_id"), table, ["tenant_id"], unique=False)
    op.create_index(op.f("ix_care_plans_next_at_ms"), "care_plans", ["next_at_ms"], unique=False)
    op.create_index(op.f("ix_care_readings_link_id_number"), "care_readings", ["link_id", "number"], unique=False)
    op.create_index(
        op.f("ix_care_findings_link_id_closed_at_ms"), "care_findings", ["link_id", "closed_at_ms"], unique=False
    )
    _marks()
    for table in ONLY_GROWING:
        forbid_change(table)


def downgrade() -> None:
    """Take back: a link that anybody held stays paused, one that is diverted goes back to its own page."""
    op.execute(BACK)
    for table in ONLY_GROWING:
        allow_change(table)
    op.drop_index(op.f("ix_ai_copy_grants_note_id_number"), table_name="ai_copy_grants")
    op.drop_table("ai_copy_grants")
    op.drop_table("note_marks")
    op.drop_index(op.f("ix_care_findings_link_id_closed_at_ms"), table_name="care_findings")
    op.drop_index(op.f("ix_care_readings_link_id_number"), table_name="care_readings")
    op.drop_index(op.f("ix_care_plans_next_at_ms"), table_name="care_plans")
    for table in reversed(TABLES):
        op.drop_index(op.f(f"ix_{table}_tenant_id"), table_name=table)
        op.drop_table(table)


def _ways() -> None:
    op.create_table(
        "link_diverts",
        sa.Column("link_id", sa.String(length=64), nullable=False),
        sa.Column("deeplink", sa.String(length=2048), nullable=True),
        sa.Column("universal_link", sa.String(length=2048), nullable=True),
        sa.Column("fallback_url", sa.String(length=2048), nullable=False),
        sa.Column("target", sa.String(length=16), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        *_owned("link_diverts", of_link=True),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_link_diverts")),
    )


def _plans() -> None:
    op.create_table(
        "care_plans",
        sa.Column("link_id", sa.String(length=64), nullable=False),
        sa.Column("next_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=True),
        sa.Column("shop", sa.String(length=64), nullable=True),
        sa.Column("category", sa.String(length=64), nullable=True),
        *_owned("care_plans", of_link=True),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_care_plans")),
    )


def _readings() -> None:
    op.create_table(
        "care_readings",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("link_id", sa.String(length=64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=True),
        sa.Column("shop", sa.String(length=64), nullable=True),
        sa.Column("category", sa.String(length=64), nullable=True),
        sa.Column("in_stock", sa.Boolean(), nullable=True),
        sa.Column("on_sale", sa.Boolean(), nullable=True),
        *_owned("care_readings"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_care_readings")),
    )


def _findings() -> None:
    op.create_table(
        "care_findings",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("link_id", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("was", sa.String(length=200), nullable=False),
        sa.Column("found", sa.String(length=200), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.String(length=64), nullable=True),
        *_owned("care_findings"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_care_findings")),
    )


def _marks() -> None:
    op.create_table(
        "note_marks",
        sa.Column("note_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("ai", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name=op.f("fk_note_marks_note_id_notes")),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_note_marks")),
    )
    op.create_table(
        "ai_copy_grants",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("note_id", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name=op.f("fk_ai_copy_grants_note_id_notes")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ai_copy_grants")),
    )
    op.create_index(op.f("ix_ai_copy_grants_note_id_number"), "ai_copy_grants", ["note_id", "number"], unique=False)


def _owned(table: str, *, of_link: bool = False) -> list[sa.Column[str] | sa.ForeignKeyConstraint]:
    link = sa.ForeignKeyConstraint(
        ["link_id"], ["links.id"], name=op.f(f"fk_{table}_link_id_links"), ondelete="CASCADE"
    )
    tenant = sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f(f"fk_{table}_tenant_id_tenants"))
    return [sa.Column("tenant_id", sa.String(length=64), nullable=False), *([link] if of_link else []), tenant]
