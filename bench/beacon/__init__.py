"""How well beacon scores separate implants from what networks do: worlds from a seed, measures, calibration."""
