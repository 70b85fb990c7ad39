"""How many findings hunts give on ordinary networks, and how good the day's twenty are."""
