"""Deliberate trouble for a real house on this machine, and the proof that nothing acknowledged was lost or doubled."""
