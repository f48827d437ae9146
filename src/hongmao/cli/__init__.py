"""The commands. Standard output is data only; progress and words go to standard error."""
