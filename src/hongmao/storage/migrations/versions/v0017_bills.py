"""Bills of platforms, kept beside our own books, and the clients of agencies."""

from __future__ import annotations

revision = "v0017"
down_revision = "v0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""


def downgrade() -> None:
    """Take back."""
