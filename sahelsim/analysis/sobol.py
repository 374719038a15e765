"""Sobol indices: how the variance of an output divides among the factors.

Saltelli et al. 2010, Computer Physics Communications 181, 259-270, doi:10.1016/j.cpc.2009.09.018.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sahelsim.analysis.indices import CHANCE, Index, Interaction
from sahelsim.analysis.response import FloatArray

__all__ = ["LEAST", "Shares", "shares_of_variance"]

LEAST = 8
"""Base points without which the indices say nothing."""


class Shares(NamedTuple):
    """Indices in the order of the factors, interactions, and how many base points were whole."""

    indices: list[Index]
    interactions: list[Interaction]
    base_points: int


def shares_of_variance(
    names: Sequence[str], means: FloatArray, *, second_order: bool, noise_share: float, seed: int, resamples: int,
    confidence: float,
) -> Shares | None:  # fmt: skip
    """First-order and total indices, and second-order ones where the design has them.

    Parameters
    ----------
    names : sequence of str
        K factors.
    means : (N * (K + 2),) or (N * (2 K + 2),)
        The output over SALib's cross-sampled design; a base point with a NaN in its block is left out with it.
    noise_share : float
        Share of the variance between draws that is due to chance, NaN when unknown.

    Returns
    -------
    Shares or None
        None when fewer than `LEAST` base points are whole.
    """
    from SALib.analyze import sobol

    step = (2 if second_order else 1) * len(names) + 2
    blocks = means.reshape(-1, step)
    whole = np.isfinite(blocks).all(axis=1)
    if whole.sum() < LEAST:
        return None
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = sobol.analyze(
            problem, blocks[whole].ravel(), calc_second_order=second_order, num_resamples=resamples,
            conf_level=confidence, seed=seed,
        )  # fmt: skip
    indices, floor = [], _floor(noise_share, int(whole.sum()))
    for i, name in enumerate(names):
        total, half = float(found["ST"][i]), float(found["ST_conf"][i])
        first, other = float(found["S1"][i]), float(found["S1_conf"][i])
        more = {"first": first, "first_low": first - other, "first_high": first + other}
        indices.append(Index(name, total, max(0.0, total - half), total + half, floor, more))
    pairs = _interactions(names, found["S2"], found["S2_conf"]) if second_order else []
    return Shares(indices, pairs, int(whole.sum()))


def _floor(noise_share: float, base_points: int) -> float:
    """Quantile `CHANCE` of ST when a factor does nothing: half the mean square of the difference of two noises."""
    from scipy.stats import chi2

    return float(noise_share * chi2.ppf(CHANCE, base_points) / base_points)


def _interactions(names: Sequence[str], values: FloatArray, halves: FloatArray) -> list[Interaction]:
    out = []
    for i, a in enumerate(names):
        for j in range(i + 1, len(names)):
            value, half = float(values[i, j]), float(halves[i, j])
            out.append(Interaction((a, names[j]), value, value - half, value + half))
    return sorted(out, key=lambda pair: -pair.value)
