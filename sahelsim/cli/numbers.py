"""Numbers as the tables of the terminal show them."""

from __future__ import annotations

import math

__all__ = ["short"]

_THOUSANDS = 1000
"""From here on whole numbers with separators, below three digits that count."""


def short(value: float) -> str:
    """A number in few letters; a dash for what is not finite."""
    if not math.isfinite(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= _THOUSANDS else f"{value:.3g}"
