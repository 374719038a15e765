"""Communities, camps, flows of people, dyads and fighters as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.record import Flows, Names, Panel, ReplicateRecord
from sahelsim.results.arrow import calendar_days, labelled, make_table
from sahelsim.scenario.schema import Calendar
from sahelsim.terms import TruceState
from sahelsim.world.ground import Ground

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "allegiance_table",
    "camps_table",
    "communities_table",
    "dyads_table",
    "fighters_table",
    "flows_table",
]

_TRUCES = [state.name.lower() for state in TruceState]


def _step_days(calendar: Calendar, step: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.datetime64]:
    """First day of each step."""
    return calendar_days(calendar.start, step.astype(np.int64) * calendar.step_days)


def communities_table(ground: Ground) -> pa.Table:
    """The communities as `columns.COMMUNITIES`."""
    names, cell = ground.names, ground.community_cell
    return make_table(
        "communities",
        {
            "community": np.arange(ground.communities),
            "name": labelled(np.arange(ground.communities), ground.community_name),
            "clan": labelled(ground.community_clan, ground.clan_names),
            "people": labelled(ground.community_people, names.peoples),
            "cell": cell,
            "latitude": ground.community_latitude,
            "longitude": ground.community_longitude,
            "priogrid_gid": ground.cells_gid[cell],
            "country": labelled(ground.community_country, names.country_names),
            "adm_1": labelled(ground.community_admin1, names.admin1),
            "population": ground.community_population,
        },
    )


def allegiance_table(replicate: int, panel: Panel, names: Names) -> pa.Table:
    """Changes of camp, population, pact and siege as `columns.ALLEGIANCE`."""
    camp, people, pact, besieger = panel.allegiance, panel.population, panel.pact, panel.besieger
    changed = np.ones(camp.shape, dtype=bool)
    changed[1:] = np.logical_or.reduce([state[1:] != state[:-1] for state in (camp, people, pact, besieger)])
    community, month = np.nonzero(changed.T)
    return make_table(
        "allegiance",
        {
            "replicate": np.full(community.size, replicate),
            "community": community,
            "month_id": panel.months[month],
            "camp": labelled(camp[month, community], names.camps),
            "population": people[month, community],
            "pact": labelled(pact[month, community], names.actors),
            "besieger": labelled(besieger[month, community], names.actors),
        },
    )


def camps_table(replicate: int, panel: Panel, names: Names) -> pa.Table:
    """Communities, people and cells of each camp by month as `columns.CAMPS`."""
    months, camps = panel.months.size, len(names.camps)
    month = np.repeat(np.arange(months), camps)
    code = np.tile(np.arange(camps), months)
    communities, people, cells = (np.zeros((months, camps), dtype=np.int64) for _ in range(3))
    for k in range(camps):
        mine = panel.allegiance == k
        communities[:, k] = mine.sum(axis=1)
        people[:, k] = np.where(mine, panel.population, 0).sum(axis=1, dtype=np.int64)
        cells[:, k] = (panel.control == k).sum(axis=1)
    return make_table(
        "camps",
        {
            "replicate": np.full(month.size, replicate),
            "month_id": panel.months[month],
            "camp": labelled(code, names.camps),
            "communities": communities.ravel(),
            "people": people.ravel(),
            "cells": cells.ravel(),
        },
    )


def flows_table(replicate: int, flows: Flows, ground: Ground) -> pa.Table:
    """Flight, return, moves onward and settling by month as `columns.FLOWS`."""
    names = ground.names
    columns: dict[str, Any] = {"replicate": np.full(flows.months.size, replicate), "month_id": flows.months}
    for end, community in (("origin", flows.origin), ("destination", flows.destination)):
        columns |= {
            end: community,
            f"{end}_cell": ground.community_cell[community],
            f"{end}_adm_1": labelled(ground.community_admin1[community], names.admin1),
            f"{end}_country": labelled(ground.community_country[community], names.country_names),
        }
    people = {name: getattr(flows, name) for name in ("fled", "returned", "moved_on", "settled")}
    return make_table("flows", columns | people)


def dyads_table(record: ReplicateRecord, names: Names, calendar: Calendar) -> pa.Table:
    """Hostility and truce by step as `columns.DYADS`."""
    ever = ((record.hostility > 0) | (record.truce > 0)).any(axis=0)
    first, second = np.nonzero(np.triu(ever, k=1))
    steps = record.hostility.shape[0]
    step = np.repeat(np.arange(steps), first.size)
    return make_table(
        "dyads",
        {
            "replicate": np.full(step.size, record.replicate),
            "step": step,
            "date": _step_days(calendar, step),
            "actor_a": labelled(np.tile(first, steps), names.actors),
            "actor_b": labelled(np.tile(second, steps), names.actors),
            "hostility": record.hostility[:, first, second].ravel(),
            "truce": labelled(record.truce[:, first, second].ravel(), _TRUCES),
        },
    )


def fighters_table(record: ReplicateRecord, names: Names, calendar: Calendar) -> pa.Table:
    """Strength by step as `columns.FIGHTERS`."""
    steps, actors = record.fighters.shape
    step = np.repeat(np.arange(steps), actors)
    return make_table(
        "fighters",
        {
            "replicate": np.full(step.size, record.replicate),
            "step": step,
            "date": _step_days(calendar, step),
            "actor": labelled(np.tile(np.arange(actors), steps), names.actors),
            "fighters": record.fighters.ravel(),
        },
    )
