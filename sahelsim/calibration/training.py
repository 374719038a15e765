"""What a method makes a posterior from, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sahelsim.calibration.recovery import Recovery
from sahelsim.calibration.sample import Sample

__all__ = ["Found", "Keeps", "Training"]

F64 = npt.NDArray[np.float64]
Keeps = Callable[[F64], npt.NDArray[np.bool_]]
"""Which of scores (a, k) are in the space that history matching has left."""


@dataclass(frozen=True)
class Training:
    """What a posterior is made from.

    Attributes
    ----------
    scores, statistics : ndarray, shapes (n, k), (n, m)
        Of the runs in the space that history matching has left; no gaps.
    record : ndarray, shape (m,)
    keeps : callable
        Which of scores (a, k) are in that space.
    recovery : int
        Runs to be recovered.
    seed : int
    """

    scores: F64
    statistics: F64
    record: F64
    keeps: Keeps
    recovery: int
    seed: int


@dataclass(frozen=True)
class Found:
    """A posterior and what it is worth.

    Attributes
    ----------
    sample : Sample
    recovery : Recovery
    about : mapping
        The method, and what else of it belongs in the manifest.
    """

    sample: Sample
    recovery: Recovery
    about: Mapping[str, Any]
