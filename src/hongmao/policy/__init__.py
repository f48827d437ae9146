"""政策: closed, open or mixed: which outside shops notes may lead to, and in which phase of the year we are."""
