"""Neural posterior estimation: networks learn the distribution of the scores given the statistics.

A network is not trained on the scores themselves but on what the linear summaries of `regression_abc` miss of them:
score = summary(statistics) + rest, so that p(score | statistics) = p(rest | statistics) at rest = score - summary. It
begins with what a regression knows, and learns the shape of the rest and what no linear summary sees. A run's summary
is of regressions that have not seen it, so that the rests are as wide as they will be for the record.

Runs are of the priors cut to the space that history matching has left, and so is what the networks learn; the little
that they put outside of it is cut off by drawing again, as in truncated sequential estimation (Deistler, Goncalves &
Macke 2022, NeurIPS 35). The posterior is an even mixture of several networks (Hermans et al. 2022, "A crisis in
simulation-based inference?", TMLR). This module is the method; the networks themselves are in `neural_flow`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sahelsim.calibration.chance import Purpose, generator
from sahelsim.calibration.posterior_settings import NeuralPosterior
from sahelsim.calibration.recovery import recovered, runs_to_recover
from sahelsim.calibration.regression_abc import Summariser, fit_summaries
from sahelsim.calibration.sample import Sample, equally_weighted
from sahelsim.calibration.training import Found, Keeps, Training
from sahelsim.errors import BadInput

__all__ = ["Network", "Train", "neural_posterior"]

F64 = npt.NDArray[np.float64]

_RECOVERY_DRAWS = 499  # of the posterior of a recovered run; a prime, so that no rank lies on the edge of an interval
_ROUNDS = 100  # times that draws are made again for those outside of the space that is left
_SEEDS = 2**63


class Network(Protocol):
    """A trained conditional density."""

    @property
    def epochs(self) -> int:
        """Epochs of its training."""
        ...

    def draw(self, conditions: F64, size: int, seed: int) -> F64:
        """Draws (size, b, k) given conditions (b, m)."""
        ...


Train = Callable[[F64, F64, int], Network]
"""Trains a network on rests (n, k) and statistics (n, m), scaled, from a seed."""


@dataclass(frozen=True)
class _Ensemble:
    """Networks that have seen the same runs, and the regressions that they start from."""

    summaries: Summariser
    networks: tuple[Network, ...]
    number: int

    def draw(self, statistics: F64, size: int, keeps: Keeps, seed: int) -> tuple[F64, float]:
        """Scores (b, size, k) given statistics (b, m), and which share of what was drawn lay in the space that is left.

        Raises
        ------
        BadInput
            Hardly any does.
        """
        centres, conditions = self.summaries.of(statistics), self.summaries.scaled(statistics)
        out = np.empty((len(statistics), size, centres.shape[1]))
        have, lacking = np.zeros(len(statistics), int), np.arange(len(statistics))
        drawn = inside = 0
        for number in range(_ROUNDS):
            draws = self._mixed(conditions[lacking], size, seed, number) + centres[lacking, None, :]
            kept = keeps(draws.reshape(-1, draws.shape[2])).reshape(draws.shape[:2])
            drawn, inside = drawn + kept.size, inside + int(kept.sum())
            for row, good, item in zip(draws, kept, lacking, strict=True):
                more = row[good][: size - have[item]]
                out[item, have[item] : have[item] + len(more)] = more
                have[item] += len(more)
            lacking = np.flatnonzero(have < size)
            if not lacking.size:
                return out, inside / drawn
        raise BadInput(
            f"only {inside} of {drawn:,} draws of the neural posterior lie in the space that history matching leaves: "
            "the networks have not learnt it. Raise `draws` or the sizes of `waves`, or take `posterior: { method: "
            "abc }`", path="posterior",
        )  # fmt: skip

    def _mixed(self, conditions: F64, size: int, seed: int, number: int) -> F64:
        """Draws (b, at least size, k), of each network in turn."""
        each = -(-size // len(self.networks))
        seeds = generator(seed, Purpose.NETWORK_DRAWS, self.number * _ROUNDS + number).integers(
            _SEEDS, size=len(self.networks)
        )
        draws = [network.draw(conditions, each, int(s)) for network, s in zip(self.networks, seeds, strict=True)]
        b, k = len(conditions), draws[0].shape[2]
        return np.stack(draws, axis=1).reshape(each * len(draws), b, k).swapaxes(0, 1)


def neural_posterior(
    settings: NeuralPosterior, training: Training, train: Train, say: Callable[[str], None] | None = None
) -> Found:
    """The posterior given the record, and the recovery of runs by networks that have not seen them.

    Parameters
    ----------
    settings : NeuralPosterior
    training : Training
    train : Train
        What makes a network.
    say : callable, optional
        Called with a line on what is done.
    """
    n = len(training.scores)
    runs = runs_to_recover(n, training.recovery, training.seed)
    folds = [np.arange(len(runs))[fold :: settings.folds] for fold in range(min(settings.folds, len(runs)))]
    if say is not None:
        say(f"{settings.networks} networks are trained on {n} runs, and as many again for each of {len(folds)} groups "
            f"of the {len(runs)} runs that are recovered, without that group")  # fmt: skip
    whole = _trained(settings, training, np.arange(n), train, 0)
    scores, inside = whole.draw(training.record[None, :], settings.draws, training.keeps, training.seed)
    samples: dict[int, Sample] = {}
    for number, fold in enumerate(folds, 1):
        apart = _trained(settings, training, np.setdiff1d(np.arange(n), runs[fold]), train, number)
        drawn, _ = apart.draw(training.statistics[runs[fold]], _RECOVERY_DRAWS, training.keeps, training.seed)
        samples |= {int(place): equally_weighted(draws) for place, draws in zip(fold, drawn, strict=True)}
    recovery = recovered(runs, training.scores[runs], _in_order(samples))
    about = {
        "method": "npe",
        "runs": n,
        "networks": len(whole.networks),
        "epochs": [network.epochs for network in whole.networks],
        "recovery_groups": len(folds),
        "share_in_the_space_left": round(inside, 6),
    }
    return Found(equally_weighted(scores[0]), recovery, about)


def _trained(
    settings: NeuralPosterior, training: Training, chosen: npt.NDArray[np.int64], train: Train, number: int
) -> _Ensemble:
    """Regressions and networks that have seen the chosen runs and no others."""
    scores, statistics = training.scores[chosen], training.statistics[chosen]
    summaries = fit_summaries(scores, statistics)
    rests, conditions = scores - summaries.runs, summaries.scaled(statistics)
    seeds = generator(training.seed, Purpose.NETWORK, number).integers(_SEEDS, size=settings.networks)
    return _Ensemble(summaries, tuple(train(rests, conditions, int(seed)) for seed in seeds), number)


def _in_order(samples: dict[int, Sample]) -> Iterable[Sample]:
    return (samples[place] for place in sorted(samples))
