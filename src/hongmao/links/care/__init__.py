"""链接巡检: every link is read again within a day, and one that sells something else than was reviewed rests at once."""
