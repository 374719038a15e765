"""Share out whole people by weights without losing one: the method of the largest remainder."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["apportion", "apportion_rows"]


def apportion(total: int, weights: npt.NDArray[np.float64], minimum: int = 0) -> npt.NDArray[np.int64]:
    """Split a whole number in proportion to weights.

    Each part gets `minimum`, and of the rest the floor of its share; the units left over go to the largest
    remainders, the earlier part first where two are equal.

    Parameters
    ----------
    total : int
        What is split; at least ``minimum * n``.
    weights : ndarray, shape (n,)
        Not negative, with a positive sum.
    minimum : int
        Least part.

    Returns
    -------
    ndarray of int64, shape (n,)
        Parts that sum to `total` exactly.
    """
    rest = total - minimum * weights.size
    if rest < 0:
        raise ValueError(f"{total} cannot be split into {weights.size} parts of at least {minimum}")
    parts: npt.NDArray[np.int64] = minimum + apportion_rows(np.array([rest]), weights[None, :])[0]
    return parts


def apportion_rows(totals: npt.NDArray[np.int64], weights: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Split each total in proportion to its row of weights, as `apportion` does.

    Parameters
    ----------
    totals : ndarray of int, shape (r,)
    weights : ndarray, shape (r, n)
        Each row has a positive sum.

    Returns
    -------
    ndarray of int64, shape (r, n)
    """
    share = totals[:, None] * (weights / weights.sum(axis=1, keepdims=True))
    parts = np.floor(share).astype(np.int64)
    missing = totals - parts.sum(axis=1)
    order = np.argsort(-(share - parts), axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(weights.shape[1])[None, :].repeat(len(totals), axis=0), axis=1)
    filled: npt.NDArray[np.int64] = parts + (rank < missing[:, None])
    return filled
