"""Designs: from an experiment to its table of draws, a row of values for each point in the space of factors."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.sweep.factors import levels_of, value_at
from sahelsim.sweep.schema import (
    Experiment,
    GridDesign,
    LatinHypercube,
    ListDesign,
    MorrisDesign,
    SaltelliDesign,
    SobolDesign,
)

if TYPE_CHECKING:
    from sahelsim.sweep.schema import AnyDesign, Factor

__all__ = ["Draw", "draws_of", "kind_of", "unit_design"]

Draw = dict[str, Any]
"""Value of every factor by its name."""

Cube = npt.NDArray[np.float64]

_DESIGN_KEY = (0x53574545, 0x50444553)  # "SWEEPDES": another key than that of the replicates


def draws_of(experiment: Experiment, seed: int) -> list[Draw]:
    """The draws in the order of the design; one without values when nothing varies.

    Parameters
    ----------
    experiment : Experiment
    seed : int
        What the design's own randomness follows from: that of the runs.
    """
    factors, design = experiment.factors, experiment.design
    if design is None:
        return [{}]
    if isinstance(design, GridDesign):
        combinations = itertools.product(*(levels_of(factor) for factor in factors.values()))
        found: Iterable[Mapping[str, Any]] = (dict(zip(factors, values, strict=True)) for values in combinations)
    elif isinstance(design, ListDesign):
        found = design.draws
    else:
        found = _placed(factors, unit_design(design, list(factors), seed))
    return [_typed(factors, draw) for draw in found]


def unit_design(design: AnyDesign, names: Sequence[str], seed: int) -> Cube:
    """Points of the unit cube, shape (draws, factors)."""
    from scipy.stats import qmc

    size = len(names)
    generator = np.random.default_rng(_design_seed(seed))
    if isinstance(design, LatinHypercube):
        return np.asarray(qmc.LatinHypercube(size, rng=generator).random(design.size))
    if isinstance(design, SobolDesign):
        return np.asarray(qmc.Sobol(size, scramble=True, rng=generator).random(design.size))
    problem = {"num_vars": size, "names": list(names), "bounds": [[0.0, 1.0]] * size}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if isinstance(design, MorrisDesign):
            from SALib.sample import morris

            return np.asarray(morris.sample(problem, design.trajectories, num_levels=design.levels, seed=generator))
        if isinstance(design, SaltelliDesign):
            from SALib.sample import sobol

            return np.asarray(sobol.sample(problem, design.size, calc_second_order=design.second_order, seed=generator))
    raise TypeError(f"no points in the unit cube for {design!r}")


def _design_seed(seed: int) -> int:
    """Seed of the design: unrelated to that of any replicate, though both follow from one number."""
    from sahelsim.rng import philox

    words = philox(seed & 0xFFFFFFFF, seed >> 32, 0, 0, *_DESIGN_KEY)
    return (int(words[0]) << 32) | int(words[1])


def _placed(factors: Mapping[str, Factor], cube: Cube) -> list[Draw]:
    places = ({name: float(u) for name, u in zip(factors, row, strict=True)} for row in cube)
    return [{name: value_at(factor, place[name]) for name, factor in factors.items()} for place in places]


def _typed(factors: Mapping[str, Factor], draw: Mapping[str, Any]) -> Draw:
    """A draw in the order of the factors, every factor with one type of value throughout."""
    return {name: kind_of(factor)(draw[name]) for name, factor in factors.items()}


def kind_of(factor: Factor) -> type:
    """bool, int, float or str: what the values of a factor are."""
    if factor.values is None:
        return int if factor.scale == "integer" else float
    kinds = {type(value) for value in factor.values}
    return kinds.pop() if len(kinds) == 1 else float
