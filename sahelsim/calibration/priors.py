"""The space of the free parameters of a scenario: draws of the priors, and a scale without bounds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.calibration.chance import Purpose, generator
from sahelsim.calibration.distributions import below, quantile
from sahelsim.errors import BadInput
from sahelsim.scenario.priors import Prior

if TYPE_CHECKING:
    from sahelsim.scenario.schema import Scenario

__all__ = ["PriorSpace", "prior_space", "sample_priors", "unit_points"]

F64 = npt.NDArray[np.float64]

_DIGITS = 9  # significant digits of a draw: the last bits of logarithms differ by processor, and a draw names its runs
_EDGE = 1e-6  # how near to 0 and 1 a share may come before it is made a score: 4.75 standard deviations


@dataclass(frozen=True)
class PriorSpace:
    """The free parameters of a scenario, in the order in which it names them.

    A *score* is the value's place in its prior on the scale of the standard normal distribution, so that under the
    prior every parameter's scores have mean 0 and variance 1, and every score leads back to a value within bounds.

    Attributes
    ----------
    names : tuple of str
        Of the priors.
    priors : tuple of Prior
    """

    names: tuple[str, ...]
    priors: tuple[Prior, ...]

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Dotted paths of the parameters."""
        return tuple(prior.path for prior in self.priors)

    def values(self, shares: npt.ArrayLike) -> F64:
        """Values (n, k) at shares (n, k) of the priors, with nine significant digits."""
        u = np.asarray(shares, np.float64).reshape(-1, len(self.priors))
        columns = [_rounded(quantile(prior, u[:, j])) for j, prior in enumerate(self.priors)]
        return np.clip(np.column_stack(columns), self.low, self.high)

    def shares(self, values: npt.ArrayLike) -> F64:
        """Shares (n, k) of the priors that lie below values (n, k)."""
        x = np.asarray(values, np.float64).reshape(-1, len(self.priors))
        return np.column_stack([below(prior, x[:, j]) for j, prior in enumerate(self.priors)])

    def scores(self, values: npt.ArrayLike) -> F64:
        """Scores (n, k), unbounded, of values (n, k)."""
        from scipy.special import ndtri

        return np.asarray(ndtri(np.clip(self.shares(values), _EDGE, 1 - _EDGE)))

    def from_scores(self, scores: npt.ArrayLike) -> F64:
        """Values (n, k) within the priors' bounds of scores (n, k)."""
        from scipy.special import ndtr

        return self.values(ndtr(np.asarray(scores, np.float64)))

    @cached_property
    def low(self) -> F64:
        """Lowest value of each parameter, shape (k,)."""
        return np.array([prior.low for prior in self.priors])

    @cached_property
    def high(self) -> F64:
        """Highest value of each parameter, shape (k,)."""
        return np.array([prior.high for prior in self.priors])


def prior_space(scenario: Scenario) -> PriorSpace:
    """The free parameters of a scenario.

    Raises
    ------
    BadInput
        It has no priors.
    """
    if not scenario.priors:
        raise BadInput(
            "the scenario has no priors, so nothing in it is free to be calibrated; give some "
            "(docs/calibration.md), or extend a scenario that has them", path="priors",
        )  # fmt: skip
    return PriorSpace(tuple(scenario.priors), tuple(scenario.priors.values()))


def sample_priors(scenario: Scenario, n: int, seed: int | None = None) -> tuple[tuple[str, ...], F64]:
    """Draws of the priors of a scenario, spread evenly.

    The first draws of a longer sample are those of a shorter one.

    Parameters
    ----------
    scenario : Scenario
    n : int
        Number of draws.
    seed : int, optional
        What they follow from; the scenario's if not given.

    Returns
    -------
    paths : tuple of str
        Dotted paths of the k parameters.
    values : ndarray of float64, shape (n, k)

    Raises
    ------
    BadInput
        The scenario has no priors.
    """
    space = prior_space(scenario)
    return space.paths, space.values(unit_points(n, len(space.paths), scenario.seed if seed is None else seed))


def unit_points(n: int, dimensions: int, seed: int, wave: int = 0) -> F64:
    """The first `n` points of a scrambled Sobol sequence, shape (n, dimensions); another one for each wave."""
    from scipy.stats import qmc

    sequence = qmc.Sobol(dimensions, scramble=True, rng=generator(seed, Purpose.PRIORS, wave))
    return np.asarray(sequence.random_base2(max(n - 1, 0).bit_length())[:n])


def _rounded(values: F64) -> F64:
    return np.array([float(f"{value:.{_DIGITS}g}") for value in values])
