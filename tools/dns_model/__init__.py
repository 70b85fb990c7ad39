"""Builds the DNS name model of the app from public lists and shown DGA families: ``python -m tools.dns_model``."""
