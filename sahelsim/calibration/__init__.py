"""Calibration: from priors and what is on record to a posterior, with what it cannot tell (docs/calibration.md)."""
