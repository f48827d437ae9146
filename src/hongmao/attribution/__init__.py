"""归因: which touch earned which conversion, under every definition in force, refunds included; explained and rebuildable."""
