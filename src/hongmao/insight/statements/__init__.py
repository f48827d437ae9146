"""Statements on paper: one table of a party's statement, and the files that are written from it. Same statement, same bytes."""
