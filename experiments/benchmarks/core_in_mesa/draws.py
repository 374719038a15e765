"""Draws that every part of the model needs, and forgetting."""

from __future__ import annotations

import math
from random import Random

__all__ = ["happens", "kept", "logistic", "lomax"]


def happens(random: Random, hazard: float) -> bool:
    """Whether something with this hazard happens at least once: probability 1 - exp(-hazard)."""
    return random.random() < -math.expm1(-hazard)


def lomax(random: Random, scale: float, tail_exponent: float) -> float:
    """A draw from the Lomax (Pareto II) law whose density falls as x**-tail_exponent."""
    return scale * (math.pow(1.0 - random.random(), -1.0 / (tail_exponent - 1.0)) - 1.0)


def logistic(x: float) -> float:
    """1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + math.exp(-x))


def kept(half_life: float, weeks: float) -> float:
    """Share of a memory that is left after some weeks."""
    return float(0.5 ** (weeks / half_life))
