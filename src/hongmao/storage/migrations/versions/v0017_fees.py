"""Service fees of orders, orders of creators, and credits."""

from __future__ import annotations

revision = "v0017"
down_revision = "v0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""


def downgrade() -> None:
    """Take back."""
