"""Adapters of the log port: the embedded log, synced to disk before the answer leaves."""
