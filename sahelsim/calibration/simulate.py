"""Draws of the free parameters to finished runs, in the stores of sweeps: any engine, and nothing lost when killed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from sahelsim.calibration.load import LoadedCalibration, as_experiment
from sahelsim.errors import BadInput, SahelsimError
from sahelsim.sweep.drive import run_sweep
from sahelsim.sweep.layout import is_store
from sahelsim.sweep.load import LoadedExperiment
from sahelsim.sweep.making import go_on
from sahelsim.sweep.opening import open_sweep
from sahelsim.sweep.schema import BASELINE, Factor, ListDesign

if TYPE_CHECKING:
    import polars as pl

    from sahelsim.sweep.engines.base import Engine, Tally

__all__ = ["Cancelled", "Runs", "simulate_draws"]

F64 = npt.NDArray[np.float64]

_FEWEST = 0.5  # share of a wave's runs that must not fail


class Cancelled(SahelsimError):
    """Somebody had the runs end with `sahelsim sweep cancel`."""


class Runs(NamedTuple):
    """The finished runs of some draws, in the order of the draws.

    Attributes
    ----------
    values : ndarray, shape (n, k)
        Of the free parameters.
    rows : polars.DataFrame
        A row a run: ``draw``, the results of docs/sweeps.md.
    store : Path
    failed : int
        Runs that are missing because they failed.
    seconds : float
        CPU time of the runs.
    """

    values: F64
    rows: pl.DataFrame
    store: Path
    failed: int
    seconds: float


def simulate_draws(
    loaded: LoadedCalibration,
    values: F64,
    store: Path,
    engine: Engine,
    *,
    first: int,
    accept_new_code: bool = False,
    as_is: bool = False,
    watch: Callable[[Tally], None] | None = None,
    say: Callable[[str], None] | None = None,
) -> Runs:
    """Run each draw once, or what is left of them.

    Parameters
    ----------
    loaded : LoadedCalibration
    values : ndarray, shape (n, k)
        Draws of the free parameters.
    store : Path
        Directory of the store; an unfinished one of the same draws is gone on with.
    engine : Engine
    first : int
        Random numbers of the first draw are those of the replicate of this number; the others follow.
    accept_new_code, watch, say
        As for `run_sweep`.
    as_is : bool
        Take the runs that are there, and simulate nothing where there is a store.

    Raises
    ------
    BadInput
        The store is of other draws, or more than half of the runs failed.
    Cancelled
        Not all of them were run.
    """
    space, base = loaded.space, as_experiment(loaded.calibration)
    factors = {prior.path: Factor(path=prior.path, range=(prior.low, prior.high)) for prior in space.priors}
    draws = tuple(dict(zip(space.paths, (float(v) for v in row), strict=True)) for row in values)
    experiment = base.model_copy(
        update={"factors": factors, "design": ListDesign(kind="list", draws=draws), "own_chance_from": first}
    )
    sweep = LoadedExperiment(experiment, loaded.file, {BASELINE: loaded.variant}, loaded.inputs)
    if as_is and is_store(store):
        go_on(sweep, store, accept_new_code=accept_new_code, look_only=True)  # is it of these draws at all?
    else:
        tally = run_sweep(sweep, store, engine, resume=True, accept_new_code=accept_new_code, watch=watch, say=say)
        if tally.done + tally.failed < tally.total:
            raise Cancelled(f"{store}: cancelled with {tally.done + tally.failed:,} of {tally.total:,} runs")
    return _read(store, values)


def _read(store: Path, values: F64) -> Runs:
    import polars as pl

    sweep = open_sweep(store)
    every = sweep.rows().sort("draw").collect()
    good = every.filter(pl.col("ok"))
    failed = every.height - good.height
    if good.height < _FEWEST * len(values):
        first = every.filter(~pl.col("ok"))
        why = f"; the first of them: {first['error_type'][0]}: {first['error'][0]}" if first.height else ""
        raise BadInput(f"only {good.height} of {len(values)} runs are good, too few to go on{why}", file=store)
    seconds = float(good["seconds"].sum())
    names = [name for name in sweep.outputs if name in good.columns]
    rows = good.select("run", "draw", *names)
    return Runs(values[rows["draw"].to_numpy()], rows, store, failed, seconds)
