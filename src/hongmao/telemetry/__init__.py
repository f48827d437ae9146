"""What the running house tells of itself: figures, lines and traces. It decides nothing and keeps nothing."""
