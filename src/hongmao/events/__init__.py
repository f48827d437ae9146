"""What happened: the canonical event, its rules, and the ports of the log and the lake."""
