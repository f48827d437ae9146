"""The community's pages: the feed, a note, and the acts of a reader. Nobody signs in here."""
