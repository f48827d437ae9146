"""Double-entry money in whole fen, append-only. Knows nothing of advertising."""
