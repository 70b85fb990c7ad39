"""Beacons: pair summaries that indexers make and the search head merges, and the evidence that a pair calls home.

summary (pure Python, map) -> codec (text of a summary) -> merge (numpy) -> series -> timing, sizes, presence, rita -> score.
"""
