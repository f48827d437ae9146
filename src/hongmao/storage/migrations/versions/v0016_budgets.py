"""Budgets of campaigns: what their days have spent, were compensated and have shown."""

from __future__ import annotations

revision = "v0016"
down_revision = "v0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""


def downgrade() -> None:
    """Take back."""
