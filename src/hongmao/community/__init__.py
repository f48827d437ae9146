"""The reader's side: the feed, the note with its labelled link, and acts on notes."""
