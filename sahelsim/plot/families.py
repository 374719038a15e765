"""Dyads gathered into families that a figure has room for, from what the scenario says about its actors.

Governments are taken together, and so are militias; every insurgent stands for itself. A family is two such sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from sahelsim.results import Run
    from sahelsim.scenario.actors import Actor
    from sahelsim.scenario.schema import Scenario

__all__ = ["CIVILIANS", "OTHERS", "Family", "Sides", "families_of", "family_labels", "sides_of"]

CIVILIANS = "civilians"
GOVERNMENTS, MILITIAS = "governments", "militias"
OTHERS = "All other dyads"


@dataclass(frozen=True)
class Family:
    """A kind of dyad: its label, its two sides (groups of `Sides`) and the mean number of events a replicate."""

    label: str
    sides: tuple[str, str]
    events: float


@dataclass(frozen=True)
class Sides:
    """To which group a side of the record belongs, and each actor of the scenario.

    Attributes
    ----------
    of_record : dict
        Group by name in the record.
    of_actor : dict
        Group by actor of the scenario.
    insurgents : tuple
        Groups that are an insurgent, in the order of the scenario.
    """

    of_record: dict[str, str]
    of_actor: dict[str, str]
    insurgents: tuple[str, ...]

    def group(self, name: str) -> str:
        """Group of a side; a name that the scenario does not have is its own."""
        return self.of_record.get(name, name)

    def rank(self, group: str) -> int:
        """Place of a side in a label: insurgents first, then others, militias, governments, civilians."""
        if group in self.insurgents:
            return self.insurgents.index(group)
        last = (MILITIAS, GOVERNMENTS, CIVILIANS)
        return len(self.insurgents) + 1 + (last.index(group) if group in last else -1)


def sides_of(run: Run, events: pd.DataFrame) -> Sides:
    """Groups of the sides of a run.

    Parameters
    ----------
    run : Run
    events : DataFrame
        Its record, which names governments that have no actor (side a of state-based violence).
    """
    scenario = run.scenario
    governments = {a.record.name for a in scenario.actors.values() if a.record.government}
    governments |= set(events.loc[events["type_of_violence"] == 1, "side_a"].unique())
    militias = {a.record.name for a in scenario.actors.values() if _is_militia(a)} - governments
    of_record = {"Civilians": CIVILIANS}
    for names, word in ((governments, GOVERNMENTS), (militias, MILITIAS)):
        of_record |= {name: word if len(names) > 1 else name for name in names}
    host = GOVERNMENTS if len(governments) > 1 else next(iter(governments), GOVERNMENTS)
    of_actor = {
        key: host if actor.record.host_government else of_record.get(actor.record.name, actor.record.name)
        for key, actor in scenario.actors.items()
    }
    return Sides(of_record, of_actor, _insurgents(scenario))


def _is_militia(actor: Actor) -> bool:
    return actor.kind in ("militia", "auxiliary") and not actor.record.host_government


def _insurgents(scenario: Scenario) -> tuple[str, ...]:
    return tuple(dict.fromkeys(a.record.name for a in scenario.actors.values() if a.kind == "insurgent"))


def families_of(events: pd.DataFrame, sides: Sides, replicates: int, most: int = 7) -> tuple[Family, ...]:
    """Families to show: rivals among insurgents, then other families with an insurgent, then the rest.

    Within each of the three the most frequent come first. At most `most`; if more than one is left over, the last
    family is `OTHERS`, which takes them together.

    Parameters
    ----------
    events : DataFrame
        The record.
    sides : Sides
        From `sides_of`.
    replicates : int
        Replicates of the run.
    most : int
        Families before `OTHERS`.
    """
    labels = family_labels(events, sides)
    found = []
    for label, rows in events.groupby(labels, sort=True):
        first = rows.iloc[0]
        pair = _in_order(sides, first["side_a"], first["side_b"])
        found.append(Family(str(label), pair, len(rows) / replicates))

    def order(family: Family) -> tuple[int, float, str]:
        movements = sum(side in sides.insurgents for side in family.sides)
        return -movements, -family.events, family.label

    found.sort(key=order)
    if len(found) <= most + 1:
        return tuple(found)
    rest = sum(family.events for family in found[most:])
    return (*found[:most], Family(OTHERS, ("", ""), rest))


def family_labels(events: pd.DataFrame, sides: Sides) -> pd.Series[str]:
    """Label of the family of each event: "JNIM – governments", "JNIM against civilians"."""
    import pandas as pd

    dyads = events[["side_a", "side_b"]].drop_duplicates()
    label = {(a, b): _label(sides, a, b) for a, b in dyads.itertuples(index=False)}
    values = [label[pair] for pair in zip(events["side_a"], events["side_b"], strict=True)]
    return pd.Series(np.array(values, dtype=object), index=events.index, name="family", dtype=object)


def _in_order(sides: Sides, a: str, b: str) -> tuple[str, str]:
    first, second = sorted((sides.group(a), sides.group(b)), key=lambda group: (sides.rank(group), group))
    return first, second


def _label(sides: Sides, a: str, b: str) -> str:
    first, second = _in_order(sides, a, b)
    label = f"{first} against {second}" if second == CIVILIANS else f"{first} – {second}"
    return label.capitalize() if first in (MILITIAS, GOVERNMENTS) else label
