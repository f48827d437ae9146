"""What shops send back: verified, deduped, matched, kept; every outcome a value with a reason."""
