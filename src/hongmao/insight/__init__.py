"""Read models for the consoles: the only place that joins across contexts."""
