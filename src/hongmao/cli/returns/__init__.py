"""`hongmao returns ...`: what shops send back and what is sent on, by hand."""
