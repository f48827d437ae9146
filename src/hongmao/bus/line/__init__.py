"""A line to the one process that owns a log, for other processes on the same machine."""
