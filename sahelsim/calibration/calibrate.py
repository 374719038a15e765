"""From a calibration file to a posterior: draws of the priors, history matching, ABC, recovery, prediction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.calibration.chance import Purpose, generator
from sahelsim.calibration.comparison import Comparison, compare_with_record
from sahelsim.calibration.evidence import Evidence, gather_evidence, statistics_of
from sahelsim.calibration.load import LoadedCalibration
from sahelsim.calibration.matching import Wave, emulate, next_draws
from sahelsim.calibration.methods import check_installed, find_posterior
from sahelsim.calibration.priors import unit_points
from sahelsim.calibration.recovery import Recovery
from sahelsim.calibration.sample import Sample
from sahelsim.calibration.simulate import Runs, simulate_draws
from sahelsim.calibration.training import Found, Training
from sahelsim.errors import BadInput
from sahelsim.sweep.layout import DRAWS, is_store

if TYPE_CHECKING:
    import polars as pl

    from sahelsim.sweep.engines.base import Engine, Tally

__all__ = ["FEWEST_RUNS", "Calibrated", "Matched", "calibrate", "predictive_store", "wave_store"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Watch = Callable[[str], Callable[["Tally"], None] | None]

FEWEST_RUNS = 50
"""Runs below which no regression is made."""


@dataclass(frozen=True)
class Matched:
    """A wave of history matching: what it ruled out, and the share of the priors that is left after it."""

    wave: Wave
    left: float


@dataclass(frozen=True)
class Calibrated:
    """All that came out.

    Attributes
    ----------
    loaded : LoadedCalibration
    evidence : Evidence
    comparison : Comparison
        Of the runs of the priors with the record.
    waves : tuple of Runs
        The draws of the priors, then those of each wave.
    matched : tuple of Matched
        One for each wave after the first.
    training : ndarray of int
        Which of all runs are in the space that is left: those from which the posterior is made.
    scores, statistics : ndarray, shapes (n, k), (n, m)
        Of the training runs; statistics of all targets, not a number where not defined.
    found : Found
        Draws of the posterior as scores, and what they are worth.
    values : ndarray, shape (a, k)
        Draws of the posterior.
    predicted : Runs or None
        Runs of draws of the posterior.
    """

    loaded: LoadedCalibration
    evidence: Evidence
    comparison: Comparison
    waves: tuple[Runs, ...]
    matched: tuple[Matched, ...]
    training: I64
    scores: F64
    statistics: F64
    found: Found
    values: F64
    predicted: Runs | None

    @property
    def sample(self) -> Sample:
        """Weighted draws of the posterior, on scores."""
        return self.found.sample

    @property
    def recovery(self) -> Recovery:
        """Runs that stood for the record."""
        return self.found.recovery

    @property
    def runs(self) -> int:
        """Simulated runs that are good, those of the prediction included."""
        return sum(len(wave.values) for wave in self.waves) + (len(self.predicted.values) if self.predicted else 0)


def wave_store(out: Path, number: int) -> Path:
    """Store of a wave, 0 for the draws of the priors."""
    return out / "waves" / str(number)


def predictive_store(out: Path, paths: Sequence[str], values: F64) -> Path:
    """Store for runs of draws (n, k) of the posterior: `predictive`, or with a number where runs of another one are."""
    names = ("predictive" if number == 1 else f"predictive_{number}" for number in count(1))
    return next(out / name for name in names if not is_store(out / name) or _holds(out / name, paths, values))


def _holds(store: Path, paths: Sequence[str], values: F64) -> bool:
    import polars as pl

    draws = pl.read_parquet(store / DRAWS)
    return set(paths) <= set(draws.columns) and np.array_equal(draws.select(paths).to_numpy(), values)


def calibrate(
    loaded: LoadedCalibration,
    out: Path,
    engine: Engine,
    *,
    ged: pl.DataFrame | None = None,
    accept_new_code: bool = False,
    as_is: bool = False,
    watch: Watch | None = None,
    say: Callable[[str], None] | None = None,
) -> Calibrated:
    """Calibrate a scenario; what is simulated already in `out` is not simulated again.

    Parameters
    ----------
    loaded : LoadedCalibration
    out : Path
        Directory in which the stores of the runs are; nothing else is written.
    engine : Engine
    ged : polars.DataFrame, optional
        Events of UCDP GED.
    accept_new_code : bool
        Go on with runs of an older version of the code.
    as_is : bool
        Make do with the draws of the priors that were simulated so far; waves and prediction are simulated.
    watch : callable, optional
        Given a title, what to call with the tally of a sweep.
    say : callable, optional
        Called with a line that the user should see.

    Raises
    ------
    BadInput
        Too few runs or targets; the stores are of another calibration; the method needs a package that is not there.
    """
    check_installed(loaded)
    steps, space = _Steps(loaded, out, engine, accept_new_code, as_is, watch, say), loaded.space
    plan = loaded.calibration
    evidence = gather_evidence(loaded, ged)
    first = steps.run(space.values(unit_points(plan.draws, len(space.names), loaded.seed)), 0, "draws of the priors")
    waves, statistics = [first], [statistics_of(first, evidence)]
    comparison = compare_with_record(evidence.targets, statistics[0])
    matched: list[Matched] = []
    for number, size in enumerate(plan.waves, 1):
        scores, all_statistics = space.scores(_stacked(waves)), np.concatenate(statistics)
        inside = _kept(matched, scores)
        emulator = emulate(scores[inside], comparison.complete(all_statistics)[inside])
        wave = Wave(emulator, comparison.observed, comparison.tolerance, np.ones(len(comparison.observed), bool),
                    plan.implausibility, plan.ignored)  # fmt: skip
        trial = [*matched, Matched(wave, 0.0)]
        values, left = next_draws(space, loaded.seed, number, size, lambda s, trial=trial: _kept(trial, s))  # type: ignore[misc]
        matched.append(Matched(wave, left))
        waves.append(steps.run(values, number, f"wave {number}, {left:.1%} of the priors left"))
        statistics.append(statistics_of(waves[-1], evidence))
    scores, all_statistics = space.scores(_stacked(waves)), np.concatenate(statistics)
    training = np.flatnonzero(_kept(matched, scores))
    _enough(len(training), sum(len(wave.values) for wave in waves))
    scores, all_statistics = scores[training], all_statistics[training]
    record, complete = comparison.observed, comparison.complete(all_statistics)
    data = Training(scores, complete, record, lambda s: _kept(matched, s), plan.recovery, loaded.seed)
    found = find_posterior(plan, data, say)
    values = space.from_scores(found.sample.scores)
    predicted = steps.predict(values, found.sample.weights) if plan.predictive else None
    return Calibrated(
        loaded, evidence, comparison, tuple(waves), tuple(matched), training, scores, all_statistics, found,
        values, predicted,
    )  # fmt: skip


def _stacked(waves: Sequence[Runs]) -> F64:
    return np.concatenate([wave.values for wave in waves])


def _kept(matched: Sequence[Matched], scores: F64) -> npt.NDArray[np.bool_]:
    """Which of scores (n, k) no wave has ruled out."""
    kept = np.ones(len(scores), bool)
    for item in matched:
        kept &= item.wave.keeps(scores)
    return kept


def _enough(runs: int, simulated: int) -> None:
    if runs < FEWEST_RUNS:
        of = "" if runs == simulated else f" of {simulated} are in the space that history matching leaves, and that is"
        raise BadInput(
            f"{runs} runs{of or ' are'} too few to fit anything, at least {FEWEST_RUNS} are needed; raise `draws`"
            + (" or the sizes of `waves`" if of else ""), path="draws",
        )  # fmt: skip


@dataclass
class _Steps:
    """The simulations of a calibration, one after the other, each with random numbers of its own."""

    loaded: LoadedCalibration
    out: Path
    engine: Engine
    accept_new_code: bool
    as_is: bool
    watch: Watch | None
    say: Callable[[str], None] | None
    done: int = 0

    def run(self, values: F64, wave: int, title: str) -> Runs:
        return self._simulate(values, wave_store(self.out, wave), title)

    def predict(self, values: F64, weights: F64) -> Runs:
        size = self.loaded.calibration.predictive
        places = (np.arange(size) + generator(self.loaded.seed, Purpose.RESAMPLE).random()) / size  # systematic
        chosen = np.minimum(np.searchsorted(np.cumsum(weights), places), len(weights) - 1)
        store = predictive_store(self.out, self.loaded.space.paths, values[chosen])
        return self._simulate(values[chosen], store, "draws of the posterior")

    def _simulate(self, values: F64, store: Path, title: str) -> Runs:
        runs = simulate_draws(
            self.loaded, values, store, self.engine, first=self.done, accept_new_code=self.accept_new_code,
            as_is=self.as_is and self.done == 0, watch=None if self.watch is None else self.watch(title), say=self.say,
        )  # fmt: skip
        self.done += len(values)
        return runs
