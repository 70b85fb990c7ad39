"""DNS names: what a name is, how machine-made it looks, and what it may carry. Pure Python; it runs on indexers."""
