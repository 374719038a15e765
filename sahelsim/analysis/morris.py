"""Morris' elementary effects: a cheap screening of many factors.

Morris 1991, Technometrics 33, 161-174; mu* of Campolongo, Cariboni & Saltelli 2007, Environmental Modelling &
Software 22, 1509-1518, doi:10.1016/j.envsoft.2006.10.004.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sahelsim.analysis.indices import CHANCE, Index
from sahelsim.analysis.response import FloatArray

__all__ = ["Screening", "screen"]

LEAST = 2
"""Trajectories without which there is no spread of effects."""

_ENOUGH = 200  # trajectories from which on the mean of as many is as good as normal
_SIMULATED = 20_000


class Screening(NamedTuple):
    """Indices in the order of the factors, and how many trajectories were whole."""

    indices: list[Index]
    trajectories: int


def screen(
    names: Sequence[str], points: FloatArray, means: FloatArray, *, levels: int, noise: float, seed: int,
    resamples: int, confidence: float,
) -> Screening | None:  # fmt: skip
    """Elementary effects in the unit of the output, for a change across the whole range of a factor.

    Parameters
    ----------
    names : sequence of str
        K factors.
    points : (T * (K + 1), K)
        The design in the unit cube, trajectory after trajectory.
    means : (T * (K + 1),)
        The output; a trajectory with a NaN is left out whole.
    levels : int
        Of the design.
    noise : float
        Variance of a mean that is due to chance, NaN when unknown.

    Returns
    -------
    Screening or None
        None when fewer than `LEAST` trajectories are whole.
    """
    from SALib.analyze import morris

    size = len(names) + 1
    whole = np.isfinite(means.reshape(-1, size)).all(axis=1)
    if whole.sum() < LEAST:
        return None
    used = np.repeat(whole, size)
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = morris.analyze(
            problem, points[used], means[used], num_resamples=resamples, conf_level=confidence, num_levels=levels,
            seed=np.random.default_rng(seed),
        )  # fmt: skip
    indices, floor = [], _floor(noise, levels, int(whole.sum()), seed)
    for i, name in enumerate(names):
        value, half = float(found["mu_star"][i]), float(found["mu_star_conf"][i])
        more = {"mu": float(found["mu"][i]), "sigma": float(found["sigma"][i])}
        indices.append(Index(name, value, max(0.0, value - half), value + half, floor, more))
    return Screening(indices, int(whole.sum()))


def _floor(noise: float, levels: int, trajectories: int, seed: int) -> float:
    """Quantile `CHANCE` of mu* when a factor does nothing: the mean of absolute differences of two noisy means."""
    if not np.isfinite(noise):
        return float("nan")
    step = levels / (2.0 * (levels - 1))
    draws = np.random.default_rng(seed).standard_normal((_SIMULATED, min(trajectories, _ENOUGH)))
    return float(np.quantile(np.abs(draws).mean(axis=1), CHANCE) * np.sqrt(2.0 * noise) / step)
