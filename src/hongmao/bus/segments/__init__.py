"""The log as files that are only written at their end: segments of frames, and an index of the ids in them."""
