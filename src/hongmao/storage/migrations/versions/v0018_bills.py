"""Bills of platforms, kept beside our own books, and the clients of agencies."""

from __future__ import annotations

revision = "v0018"
down_revision = "v0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""


def downgrade() -> None:
    """Take back."""
