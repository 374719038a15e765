"""Forecasts of monthly counts and their scores against the record."""

from __future__ import annotations
