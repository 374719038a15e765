"""The hidden state of the war at the origin, as the ensemble has it: strengths, hostility, truces, allegiance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from sahelsim.terms import TruceState

if TYPE_CHECKING:
    from sahelsim.forecast.make import Forecast

__all__ = ["state_table"]

F64 = npt.NDArray[np.float64]


def state_table(forecast: Forecast) -> pl.DataFrame:
    """A row a quantity: ``quantity``, ``of``, ``unit``, and its ``mean`` and quantiles ``q05``, ``q50``, ``q95``.

    Quantities: ``fighters`` of an actor, ``hostility`` of a rivalry (0-1), ``truce`` (share of the ensemble in which
    one of any kind holds), ``people`` (share of the people who side with a camp).
    """
    scenario, hidden, weights = forecast.scenario, forecast.assimilation.hidden, forecast.assimilation.weights
    actors, rows = list(scenario.actors), []
    for a, name in enumerate(actors):
        rows.append(("fighters", name, "fighters", *_summary(hidden["fighters"][:, a], weights)))
    for rivalry in scenario.relations.rivalries.values():
        a, b = actors.index(rivalry.a), actors.index(rivalry.b)
        dyad = f"{rivalry.a}-{rivalry.b}"
        rows.append(("hostility", dyad, "0-1", *_summary(hidden["hostility"][:, a, b], weights)))
        holds = (hidden["truce"][:, a, b] != int(TruceState.NONE)).astype(np.float64)
        rows.append(("truce", dyad, "share", *_summary(holds, weights)))
    for camp, name in enumerate(scenario.camps[: hidden["allegiance"].shape[1]]):
        rows.append(("people", name, "share", *_summary(hidden["allegiance"][:, camp], weights)))
    return pl.DataFrame(rows, schema=["quantity", "of", "unit", "mean", "q05", "q50", "q95"], orient="row")


def _summary(values: F64, weights: F64) -> tuple[float, ...]:
    order = np.argsort(values, kind="stable")
    at = np.cumsum(weights[order])
    quantiles = (float(values[order][min(int(np.searchsorted(at, q)), values.size - 1)]) for q in (0.05, 0.5, 0.95))
    return (float(weights @ values), *quantiles)
