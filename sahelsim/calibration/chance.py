"""The chance of calibration: generators that follow from one seed and a purpose, and from nothing else."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

__all__ = ["Purpose", "generator"]

_KEY = (0x43414C49, 0x42524154)  # "CALIBRAT": another key than those of replicates and designs


class Purpose(IntEnum):
    """What the numbers are for. Part of the result: never renumber, only add."""

    PRIORS = 0
    WAVE = 1
    RESAMPLE = 2
    REPLICATE = 3
    RECOVERY = 4
    NETWORK = 5
    NETWORK_DRAWS = 6


def generator(seed: int, purpose: Purpose, number: int = 0) -> np.random.Generator:
    """A generator for one purpose of one seed.

    Parameters
    ----------
    seed : int
        64 bits.
    purpose : Purpose
    number : int
        Which of several: wave, replicate, test set.
    """
    from sahelsim.rng import philox

    a, b, _, _ = philox(seed & 0xFFFFFFFF, seed >> 32, int(purpose), number, *_KEY)
    return np.random.default_rng((int(a) << 32) | int(b))
