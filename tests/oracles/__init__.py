"""Slow, obvious twins of the code under test: plain loops from the formula, no shared code."""
