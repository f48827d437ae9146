"""The checks of the suite, by what a platform declares: each a small function with its promise as a docstring."""
