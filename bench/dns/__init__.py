"""How well and how fast names are scored: families and names that the model has not seen. ``python -m bench.dns``."""
