"""How much of a family of dyads is in a truce, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelsim.plot.ensemble import count_by
from sahelsim.plot.families import Family, Sides

if TYPE_CHECKING:
    import pandas as pd

    from sahelsim.results import Run
    from sahelsim.scenario.schema import Scenario

__all__ = ["TruceShare", "pairs_of", "truce_share"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TruceShare:
    """Share of replicates and pairs in a tacit and in a negotiated truce.

    Attributes
    ----------
    date : datetime64, shape (S + 1,)
        First day of each step, and the day after the last.
    tacit, negotiated : (S,)
        Shares, 0 to 1.
    pairs : int
        Pairs of actors that the family has.
    """

    date: npt.NDArray[np.datetime64]
    tacit: FloatArray
    negotiated: FloatArray
    pairs: int


def pairs_of(scenario: Scenario, sides: Sides, family: Family) -> list[tuple[str, str]]:
    """Pairs of actors of a family between which the scenario lets truces be or come, each in the scenario's order."""
    order = list(scenario.actors)
    bound = {(x.a, x.b) for x in scenario.relations.rivalries.values()}
    bound |= {(x.a, x.b) for x in scenario.relations.truces.values()}
    found = {(a, b) if order.index(a) < order.index(b) else (b, a) for a, b in bound}
    wanted = sorted(family.sides)
    return sorted(pair for pair in found if sorted(sides.of_actor[actor] for actor in pair) == wanted)


def truce_share(run: Run, dyads: pd.DataFrame, pairs: list[tuple[str, str]]) -> TruceShare:
    """Shares of pairs in truce by step, over all replicates.

    Parameters
    ----------
    run : Run
    dyads : DataFrame
        Its dyads.parquet; a pair without rows in a replicate has no truce there.
    pairs : list of (str, str)
        From `pairs_of`, at least one.
    """
    calendar = run.scenario.calendar
    names = [f"{a}\n{b}" for a, b in pairs]
    truce = dyads[dyads["truce"] != "none"]
    mine = truce[(truce["actor_a"] + "\n" + truce["actor_b"]).isin(names)]
    cells = run.replicates * len(pairs)

    def share(state: str) -> FloatArray:
        step = mine.loc[mine["truce"] == state, "step"].to_numpy()
        return count_by((calendar.steps,), (step,)) / cells

    days = np.arange(calendar.steps + 1) * np.timedelta64(calendar.step_days, "D")
    return TruceShare(np.datetime64(calendar.start) + days, share("tacit"), share("negotiated"), len(pairs))
