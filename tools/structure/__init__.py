"""Checks of the repository's own structure. Each takes the root of a tree and returns sentences; an empty list is a pass."""
