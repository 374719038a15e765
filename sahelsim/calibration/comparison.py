"""Runs beside the record: which targets can be compared, and the numbers of all on one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelsim.calibration.targets import Target
from sahelsim.errors import BadInput

__all__ = ["Comparison", "compare_with_record"]

F64 = npt.NDArray[np.float64]

_UNDEFINED = 0.2  # share of runs from which a statistic may be undefined
_REACH = (0.005, 0.995)  # quantiles of the runs between which the record must lie
_OFF = 2.0  # tolerances by which it may lie outside of them
_INSIDE = (0.05, 0.95)
_FEWEST = 3  # targets


@dataclass(frozen=True)
class Comparison:
    """The targets, and how the draws of the priors lie to them.

    Attributes
    ----------
    targets : tuple of Target
    left_out : dict of str to str
        Targets that are not used, by name, and why.
    filler : ndarray, shape (m,)
        What stands for a statistic where it is not defined: the median of the runs.
    defined : ndarray of bool, shape (m,)
        Whether enough of the runs have a value.
    inside : ndarray of bool, shape (m,)
        Whether the record lies in the central 90 % of the runs.
    nearest : ndarray, shape (m,)
        The record, or what the runs show that comes nearest to it where it is out of their reach, but not by more than
        the model may be off.
    """

    targets: tuple[Target, ...]
    left_out: Mapping[str, str]
    filler: F64
    defined: npt.NDArray[np.bool_]
    inside: npt.NDArray[np.bool_]
    nearest: F64

    @property
    def used(self) -> npt.NDArray[np.bool_]:
        """Which targets (m,) are used."""
        return np.array([target.name not in self.left_out for target in self.targets])

    @property
    def observed(self) -> F64:
        """Of the record, as near as the model comes to it, shape (m used,)."""
        return self.nearest[self.used]

    @property
    def tolerance(self) -> F64:
        """Of the targets, shape (m used,)."""
        return np.array([target.tolerance for target in self.targets])[self.used]

    def complete(self, statistics: F64) -> F64:
        """Statistics (n, m) of runs without gaps, those that are used: (n, m used)."""
        return np.asarray(np.where(np.isnan(statistics), self.filler, statistics)[:, self.used])


def compare_with_record(targets: Sequence[Target], statistics: F64) -> Comparison:
    """Hold runs of the priors against the record.

    Parameters
    ----------
    targets : sequence of Target
    statistics : ndarray, shape (n, m)
        Of the runs; not a number where not defined.

    Raises
    ------
    BadInput
        Too few targets can be used.
    """
    left_out: dict[str, str] = {}
    filler, inside = np.zeros(len(targets)), np.zeros(len(targets), bool)
    known = np.zeros(len(targets), bool)
    nearest = np.array([target.observed for target in targets])
    for j, target in enumerate(targets):
        values = statistics[:, j]
        defined = values[np.isfinite(values)]
        missing = 1 - len(defined) / max(len(values), 1)
        if missing > _UNDEFINED:
            left_out[target.name] = f"not defined in {missing:.0%} of the runs"
            continue
        known[j], filler[j] = True, np.median(defined)
        low, high = np.quantile(defined, _INSIDE)
        inside[j] = low <= target.observed <= high
        least, most = np.quantile(defined, _REACH)
        if not np.isfinite(target.observed):
            left_out[target.name] = "not defined on record"
        elif defined.min() == defined.max():
            left_out[target.name] = "the same in all runs"
        elif np.abs(target.observed - np.clip(target.observed, least, most)) <= _OFF * target.tolerance:
            nearest[j] = np.clip(target.observed, least, most)
        else:
            side = "below" if target.observed < least else "above"
            left_out[target.name] = f"out of reach: the record lies {side} what 99 % of the runs of the priors show"
    if len(targets) - len(left_out) < _FEWEST:
        why = "".join(f"\n{name}: {reason}" for name, reason in left_out.items())
        raise BadInput(
            f"only {len(targets) - len(left_out)} of {len(targets)} targets can be used, at least {_FEWEST} are "
            f"needed; give --ged, a later `until`, or a scenario that the patterns speak of{why}", path="until",
        )  # fmt: skip
    return Comparison(tuple(targets), left_out, filler, known, inside, nearest)
