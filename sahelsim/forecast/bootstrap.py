"""Resampling months in blocks, so that what follows on each other stays together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.rng import Stream, key_of, uniforms

__all__ = ["BLOCK", "block_weights"]

BLOCK = 3
"""Months of a block: about as long as monthly counts of this war are correlated (lag-1 autocorrelation 0.3 to 0.6)."""


def block_weights(months: int, resamples: int, *, block: int = BLOCK, seed: int = 0) -> npt.NDArray[np.float64]:
    """How often each month comes in each moving-block resample; shape (resamples, months), rows sum to `months`.

    Blocks begin anywhere from the first month to the last that a whole block fits in; the last block of a resample is
    cut. Künsch (1989), Ann. Stat. 17:1217-1241.

    Parameters
    ----------
    months : int
        Months in the order of time; fewer than two blocks of them are resampled one by one.
    resamples : int
        How many resamples.
    block : int
        Months of a block.
    seed : int
        For the blocks.
    """
    length = block if months >= 2 * block else 1
    count = -(-months // length)
    chance = uniforms(key_of(seed, months), Stream.SCORING, np.repeat(np.arange(resamples), count),
                      np.tile(np.arange(count), resamples), slot=1)[:, 0]  # fmt: skip
    starts = np.floor(chance * (months - length + 1)).astype(np.int64).reshape(resamples, count)
    picked = (starts[:, :, None] + np.arange(length)).reshape(resamples, -1)[:, :months]
    out = np.zeros((resamples, months))
    np.add.at(out, (np.arange(resamples)[:, None], picked), 1.0)
    return out
