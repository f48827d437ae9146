"""What each piece of the log added to the cost of impressions, and where in the log, so that a report can look back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hongmao.storage.migrations.append_only import allow_change, forbid_change

revision = "v0020"
down_revision = "v0019"
branch_labels = None
depends_on = None

_NUMBERS = ("campaign", "day", "price_fen", "last_offset", "first_offset", "billed_fen")


def upgrade() -> None:
    """Apply. Of what was charged before, only that it stood somewhere up to the position is known."""
    op.create_table(
        "cpm_pieces",
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _NUMBERS),
        *(sa.Column(name, sa.String(length=64), nullable=False) for name in ("link_id", "merchant_id", "note_id")),
        sa.Column("line", sa.String(length=16), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "day", "link_id", "price_fen", "last_offset", name=op.f("pk_cpm_pieces")),
    )
    op.create_index(op.f("ix_cpm_pieces_tenant_id_day"), "cpm_pieces", ["tenant_id", "day"], unique=False)
    op.create_index(op.f("ix_cpm_pieces_last_offset"), "cpm_pieces", ["last_offset"], unique=False)
    op.execute(
        "INSERT INTO cpm_pieces (campaign, day, link_id, price_fen, first_offset, last_offset, tenant_id, merchant_id,"
        " note_id, line, billed_fen) SELECT d.campaign, d.day, d.link_id, d.price_fen, 1, p.log_offset, d.tenant_id,"
        " d.merchant_id, d.note_id, d.line, d.billed_fen FROM cpm_days AS d, positions AS p"
        " WHERE p.consumer = 'billing' AND d.billed_fen > 0"
    )
    forbid_change("cpm_pieces")


def downgrade() -> None:
    """Take back: the days keep what their impressions cost, and not as of which offset."""
    allow_change("cpm_pieces")
    op.drop_table("cpm_pieces")
