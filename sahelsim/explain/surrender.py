"""Surrenders: the end of a siege and the pledge that comes of it are two rows, one after the other, of one decision.

A community that has gone over to the besiegers by its own choice ends the siege as a surrender too, but without a
pledge in that step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sahelsim.explain.reference import without_nulls
from sahelsim.results.event_tables import IDS_PER_REPLICATE
from sahelsim.terms import Decision, SiegeEnd

if TYPE_CHECKING:
    import pandas as pd

    from sahelsim.results import Run

__all__ = ["OWN_CHOICE", "SURRENDERED", "by_own_choice", "siege_end_of"]

_SIEGE_END, _PLEDGE, _SURRENDER = (
    word.name.lower() for word in (Decision.SIEGE_END, Decision.PLEDGE, SiegeEnd.SURRENDER)
)
SURRENDERED = "It surrendered under siege, so these are the reasons of the siege's end; no camps were weighed"
OWN_CHOICE = "It had gone over to the side of the besiegers by its own choice, which leaves a siege without a point"


def siege_end_of(run: Run, pledge: pd.Series) -> pd.Series | None:
    """The siege's end of which a pledge came; None for a choice among camps."""
    end = _row(run, pledge, -1)
    return end if end is not None and _belong(run, end, pledge) else None


def by_own_choice(run: Run, end: pd.Series) -> bool:
    """Whether a siege ended because the community had turned to the besiegers, rather than the other way round."""
    pledge = _row(run, end, 1)
    return end["after"] == _SURRENDER and (pledge is None or not _belong(run, end, pledge))


def _row(run: Run, row: pd.Series, further: int) -> pd.Series | None:
    rows = run.decisions(int(row["replicate"]))
    at = int(row["id"]) % IDS_PER_REPLICATE + further
    return without_nulls(rows.iloc[at]) if 0 <= at < len(rows) else None


def _belong(run: Run, end: pd.Series, pledge: pd.Series) -> bool:
    """Whether the pledge is to the besiegers' camp, of the community and in the step of the siege's end."""
    if (end["kind"], end["after"], pledge["kind"]) != (_SIEGE_END, _SURRENDER, _PLEDGE):
        return False
    same = all(end[name] == pledge[name] for name in ("step", "community"))
    return bool(same and run.scenario.actors[end["actor_a"]].camp == pledge["after"])
