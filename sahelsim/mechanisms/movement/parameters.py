"""Parameters of movement."""

from __future__ import annotations

from sahelsim.parameters import MechanismParameters, parameter

__all__ = ["MovementParameters"]


class MovementParameters(MechanismParameters):
    """Where mobile units go: a discrete choice among the own cell and its neighbours."""

    weekly_range_km: float = parameter(
        "km/week",
        1,
        1000,
        "ground that a mobile unit can cover in a week while it operates",
        "motorbikes and pick-ups cover more in a day, operations less; by hand",
    )
    sharpness: float = parameter(
        "1",
        0,
        20,
        "how strongly a unit prefers the better cell (inverse temperature of the choice)",
        "random-utility choice, McFadden 1974; by hand",
    )
    threat_scale: float = parameter(
        "fighters",
        1,
        1000,
        "strength that counts as a presence when own and enemy strength are compared",
        "by hand; a band to a company",
    )
    crowding: float = parameter(
        "1",
        0,
        10,
        "dislike of a cell already full of own fighters, per log unit above crowd_size",
        "bands disperse to live off the land; by hand",
    )
    crowd_size: float = parameter("fighters", 1, 10000, "own fighters at which crowding begins", "by hand")
    desert_cost: float = parameter("1", 0, 10, "dislike of waterless desert", "by hand")
    river_gain: float = parameter(
        "1", 0, 10, "pull of river ground: people, water, cover, traffic", "Raleigh & Hegre 2009 on population; by hand"
    )
    border_cost: float = parameter(
        "1",
        0,
        10,
        "cost of crossing a border for those who may cross at all",
        "low for armed groups in the Liptako, Nsaibia & Weiss 2020; by hand",
    )
    closed_cost: float = parameter(
        "1",
        0,
        50,
        "what it costs more to cross a border that is wholly closed; in between in proportion",
        "most go back, few get through off the roads; by hand",
    )
    people_scale: float = parameter("people", 100, 1e6, "population at which a cell counts as peopled", "by hand")
    profit: float = parameter(
        "1", 0, 10, "pull of trade routes and gold on those who live off them", "WAR-041; Berman et al. 2017; by hand"
    )
    profit_scale: float = parameter(
        "money/week", 1, 1e6, "yield of trade and gold at which a cell counts as rich", "by hand"
    )
