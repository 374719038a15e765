"""The whole ensemble: islands over processes, and what they say together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.assimilation.island import ISLANDS, Island, Survey, run_island
from sahelsim.errors import BadInput

if TYPE_CHECKING:
    from sahelsim.scenario.schema import Scenario

__all__ = ["ISLAND", "Assimilation", "assimilate"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

ISLAND = 32
"""Particles of an island: some 5 MB each for the reference scenario."""

_MOST = ISLANDS * ISLAND


@dataclass(frozen=True)
class Assimilation:
    """All particles of all islands, P in all; arrays as in `Island`."""

    weights: F64  # (P,) sum to 1
    draws: I64  # (P,)
    dyads: F64  # (P, M, K)
    actors: F64
    countries: F64
    cells: F64
    island_weights: F64  # (I,)
    effective: F64  # (I, T)
    ancestors: I64  # (I,)
    hidden: dict[str, F64]

    @property
    def effective_islands(self) -> float:
        """Effective number of islands."""
        return float(1.0 / (self.island_weights**2).sum())

    @property
    def effective_particles(self) -> float:
        """Effective number of particles at the end of the record, copies counted apart."""
        return float(1.0 / (self.weights**2).sum())


@dataclass(frozen=True)
class _Task:
    number: int
    draws: tuple[int, ...]
    values: tuple[dict[str, Any], ...]


def assimilate(
    scenario: Scenario,
    survey: Survey,
    settings: list[dict[str, Any]],
    *,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Assimilation:
    """Let particles follow a record.

    Parameters
    ----------
    scenario : Scenario
        As it was known at the end of the record (`known.known_at`).
    survey : Survey
        Months and record.
    settings : list of dict
        Values by dotted path of each particle: draws of the priors or of a posterior.
    workers : int
        Processes. The result does not depend on it.
    progress : callable, optional
        Called with (islands done, islands in all).

    Raises
    ------
    BadInput
        Fewer than two particles, or more than there are keys for.
    """
    from sahelsim.workers import calls_in_order

    if len(settings) < 2:
        raise BadInput(f"needs two particles at the least, not {len(settings)}", path="--particles")
    if len(settings) > _MOST:
        raise BadInput(f"at the most {_MOST:,} particles, not {len(settings):,}", path="--particles")
    starts = range(0, len(settings), ISLAND)
    tasks = [
        _Task(number, tuple(range(start, min(start + ISLAND, len(settings)))), tuple(settings[start : start + ISLAND]))
        for number, start in enumerate(starts)
    ]
    islands = []
    for island in calls_in_order(partial(_one_island, scenario, survey), tasks, workers):
        islands.append(island)
        if progress is not None:
            progress(len(islands), len(tasks))
    return _together(islands)


def _one_island(scenario: Scenario, survey: Survey, task: _Task) -> Island:
    from sahelsim.sweep.setting import Setting

    setting = Setting(scenario)
    return run_island(
        survey, [(draw, setting.at(values)) for draw, values in zip(task.draws, task.values, strict=True)], task.number
    )


def _together(islands: list[Island]) -> Assimilation:
    """Islands count by what their evidence says, and by their size."""
    log = np.array([island.evidence + np.log(island.weights.size) for island in islands])
    island_weights = np.exp(log - log.max())
    island_weights /= island_weights.sum()
    return Assimilation(
        np.concatenate([w * island.weights for w, island in zip(island_weights, islands, strict=True)]),
        np.concatenate([island.draws for island in islands]),
        np.concatenate([island.dyads for island in islands]),
        np.concatenate([island.actors for island in islands]),
        np.concatenate([island.countries for island in islands]),
        np.concatenate([island.cells for island in islands]),
        island_weights,
        np.stack([island.effective for island in islands]),
        np.array([island.ancestors for island in islands]),
        {name: np.concatenate([island.hidden[name] for island in islands]) for name in islands[0].hidden},
    )
