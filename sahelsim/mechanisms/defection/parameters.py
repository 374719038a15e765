"""Parameters of the defection of units."""

from __future__ import annotations

from sahelsim.parameters import MechanismParameters, parameter

__all__ = ["DefectionParameters"]


class DefectionParameters(MechanismParameters):
    """Units that change sides to a rival standing in the same cell."""

    rate: float = parameter(
        "1/week",
        0,
        1,
        "hazard that a unit weighs a change of sides when a fitting rival is near",
        "by hand; defections from Katiba Macina to ISGS (seed WAR)",
    )
    reach: float = parameter(
        "1",
        0,
        2,
        "largest ideological distance across which units change sides",
        "Otto 2018 on side switching; by hand",
    )
    ideology: float = parameter("1", 0, 20, "cost per unit of ideological distance", "Otto 2018; by hand")
    balance: float = parameter(
        "1", 0, 10, "pull of the rival's local superiority, per log unit", "Seymour 2014; Christia 2012"
    )
    pay: float = parameter("1", 0, 10, "pull per log unit of the ratio of pay", "by hand")
    momentum: float = parameter("1", 0, 10, "pull of the rival's recent victories beyond one's own", "Christia 2012")
    rise: float = parameter(
        "1", 0, 20, "pull of the rival's growth beyond one's own (of -1 to 1; a doubling counts 1/3)",
        "WAR-018: men went over as ISGS rose; Christia 2012; by hand",
    )  # fmt: skip
    rise_half_life: float = parameter("weeks", 1, 520, "half-life in which a strength becomes the usual one", "by hand")
    kin: float = parameter("1", 0, 10, "pull when the rival's unit is of the same people", "by hand")
    cohesion: float = parameter(
        "1", 0, 20, "hold of the own group's cohesion", "Staniland 2014 on organisation; by hand"
    )
    in_kind: float = parameter(
        "1",
        0.01,
        1,
        "share of the pay that fighters still get as food and loot when their actor cannot pay at all",
        "by hand",
    )
