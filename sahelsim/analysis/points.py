"""Where the draws of a store lie in the unit cube of its design."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sahelsim.analysis.response import FloatArray
from sahelsim.errors import BadInput
from sahelsim.rng import philox
from sahelsim.sweep.designs import kind_of, unit_design
from sahelsim.sweep.factors import value_at

if TYPE_CHECKING:
    from sahelsim.sweep.opening import Sweep

__all__ = ["analysis_seed", "ordinal_points", "unit_points"]

_ANALYSIS_KEY = (0x414E414C, 0x59534953)  # "ANALYSIS": another key than those of replicates and designs


def analysis_seed(seed: int) -> int:
    """Seed of resampling: follows from the experiment's, never 0 (which SALib takes for none)."""
    words = philox(seed & 0xFFFFFFFF, seed >> 32, 0, 0, *_ANALYSIS_KEY)
    return int(words[0]) or 1


def unit_points(sweep: Sweep) -> FloatArray:
    """Points of the design, shape (D, K), made again from its seed and checked against the stored draws.

    Raises
    ------
    BadInput
        They are not those of the store.
    """
    experiment, draws = sweep.experiment, sweep.draws.collect()
    assert experiment.design is not None
    points = unit_design(experiment.design, sweep.factors, sweep.seed)
    for column, (name, factor) in enumerate(experiment.factors.items()):
        stored = draws[name].to_list()
        kind = kind_of(factor)
        if len(stored) != len(points) or any(
            kind(value_at(factor, float(u))) != value for u, value in zip(points[:, column], stored, strict=True)
        ):
            raise BadInput(
                f"the design cannot be made again: '{name}' of the stored draws differs. Another version of SALib or "
                "SciPy drew them; read the store with that one", file=sweep.path,
            )  # fmt: skip
    return points


def ordinal_points(sweep: Sweep) -> FloatArray:
    """Draws as numbers that keep the order of each factor's values, shape (D, K); choices by their place."""
    draws = sweep.draws.collect()
    columns: list[Any] = []
    for name, factor in sweep.experiment.factors.items():
        values = draws[name].to_list()
        if factor.values is not None and any(isinstance(value, str | bool) for value in factor.values):
            place = {value: i for i, value in enumerate(factor.values)}
            values = [place[value] for value in values]
        columns.append(np.asarray(values, dtype=np.float64))
    return np.stack(columns, axis=1) if columns else np.empty((draws.height, 0))
