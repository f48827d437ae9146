"""Outside shop platforms, one folder each: how each signs, what its rows mean, what it can do."""
