"""The baselines by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from sahelsim.errors import BadInput
from sahelsim.forecast.baselines.climatology import climatology
from sahelsim.forecast.baselines.empirical import empirical
from sahelsim.forecast.baselines.ewnegbin import ewnegbin
from sahelsim.forecast.baselines.hawkes import hawkes
from sahelsim.forecast.baselines.history import I64, History
from sahelsim.forecast.baselines.last_value import last_value
from sahelsim.forecast.baselines.negbin import negbin
from sahelsim.forecast.baselines.zero import zero

__all__ = ["BASELINES", "CELL_ONLY", "baseline_draws", "baselines_of"]

BASELINES: Mapping[str, str] = {
    "zero": "no event at all",
    "last": "the last month goes on",
    "empirical12": "each of the last 12 months is as likely",
    "negbin12": "negative binomial of the last 12 months",
    "negbin6": "negative binomial of the last 6 months",
    "negbin3": "negative binomial of the last 3 months",
    "ewnegbin": "negative binomial of all months, discounted",
    "hawkes": "events call forth events",
    "climatology": "each of the last 36 months of the cell and its neighbours is as likely",
}
CELL_ONLY = ("climatology",)

_Timeless = Callable[[History, str, int, int], I64]

_TIMELESS: Mapping[str, _Timeless] = {
    "zero": zero,
    "last": last_value,
    "empirical12": partial(empirical, months=12),
    "negbin12": partial(negbin, months=12),
    "negbin6": partial(negbin, months=6),
    "negbin3": partial(negbin, months=3),
    "climatology": partial(climatology, months=36),
}
"""Those that say the same at every horizon."""


def baselines_of(level: str) -> tuple[str, ...]:
    """Names of the baselines that a level has."""
    return tuple(name for name in BASELINES if level == "cell" or name not in CELL_ONLY)


def baseline_draws(
    name: str, history: History, outcome: str, months: Sequence[int], draws: int = 1000, *, seed: int = 0
) -> I64:
    """Draws of a baseline.

    Parameters
    ----------
    name : str
        One of `BASELINES`.
    history : History
        What it knows.
    outcome : str
        ``events`` or ``deaths_best``.
    months : sequence of int
        Months to forecast, one after another and after the origin.
    draws : int
        N.
    seed : int
        For ``hawkes``; the others use no chance: their draws are quantiles, month by month.

    Returns
    -------
    ndarray of int64, shape (U, H, N)
        H is the number of months; not to be written to.

    Raises
    ------
    BadInput
        There is no such baseline, or the months are not after the origin or not consecutive.
    """
    wanted = list(months)
    if name not in baselines_of(history.level):
        raise BadInput(f"is no baseline; there are {', '.join(baselines_of(history.level))}", path=name)
    if not wanted or wanted[0] <= history.origin or wanted != list(range(wanted[0], wanted[0] + len(wanted))):
        raise BadInput("the months must follow on the origin, one after another", path="months")
    if name == "hawkes":
        return hawkes(history, outcome, wanted, draws, seed=seed)
    if name == "ewnegbin":
        return ewnegbin(history, outcome, len(wanted), draws, lead=wanted[0] - history.origin)
    return _TIMELESS[name](history, outcome, len(wanted), draws)
