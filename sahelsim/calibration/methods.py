"""From runs to a posterior, by the method that the calibration asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sahelsim.calibration.posterior_settings import NeuralPosterior
from sahelsim.calibration.recovery import recover
from sahelsim.calibration.regression_abc import abc_sample, summarise
from sahelsim.calibration.training import Found, Training

if TYPE_CHECKING:
    from sahelsim.calibration.load import LoadedCalibration
    from sahelsim.calibration.schema import Calibration

__all__ = ["check_installed", "find_posterior"]


def find_posterior(plan: Calibration, training: Training, say: Callable[[str], None] | None = None) -> Found:
    """Make the posterior, and recover runs with known parameters by the same method."""
    if isinstance(plan.posterior, NeuralPosterior):
        from sahelsim.calibration.neural import neural_posterior
        from sahelsim.calibration.neural_flow import flow_trainer, versions

        found = neural_posterior(plan.posterior, training, flow_trainer(plan.posterior), say)
        return Found(found.sample, found.recovery, {**found.about, "versions": versions()})
    summaries = summarise(training.scores, training.statistics, training.record)
    sample = abc_sample(training.scores, summaries.runs, summaries.record, plan.accept)
    recovery = recover(training.scores, summaries.runs, plan.accept, training.recovery, training.seed)
    return Found(sample, recovery, {"method": "abc", "runs": len(sample.chosen)})


def check_installed(loaded: LoadedCalibration) -> None:
    """See to it that what the method needs is there, before anything is simulated.

    Raises
    ------
    BadInput
        It is not; with the place in the calibration that asks for it.
    """
    if not isinstance(loaded.calibration.posterior, NeuralPosterior):
        return
    from sahelsim.calibration.neural_flow import missing
    from sahelsim.scenario.explain import problem_at
    from sahelsim.scenario.reader import read_file

    if why := missing():
        message = (
            f"npe (neural posterior estimation) needs {why}: pip install 'sahelsim[npe]' (in a checkout: pip install "
            "-e '.[npe]'), or take method: abc, which needs nothing more"
        )
        raise problem_at(read_file(loaded.file, []), ("posterior", "method"), message).error()
