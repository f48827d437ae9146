"""What a platform's client must know besides its key: session, gateway, shops; sealed like the secret."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0005"
down_revision = "v0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("platform_accounts", sa.Column("sealed_settings", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("platform_accounts", "sealed_settings")
