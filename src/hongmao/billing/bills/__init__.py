"""Bills (账单) of platforms, held line by line against our own books."""
