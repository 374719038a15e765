"""Parameters of recruitment."""

from __future__ import annotations

from sahelsim.parameters import MechanismParameters, parameter

__all__ = ["RecruitmentParameters"]


class RecruitmentParameters(MechanismParameters):
    """Fighters come from communities that hold with the camp; armies refill from the whole country."""

    rate: float = parameter(
        "1/week",
        0,
        0.1,
        "share of the pledged people in a cell that an actor of recruiting power 1 enlists",
        "by hand against published strengths of JNIM and ISGS",
    )
    ceiling: float = parameter(
        "1",
        0.0001,
        0.5,
        "share of the pledged people at which a cell is drained of recruits for an actor of recruiting power 1",
        "by hand",
    )
    momentum: float = parameter("1", 0, 10, "log effect of recent victories on recruitment", "by hand")
    fame: float = parameter(
        "1",
        0,
        10,
        "log effect of fame (0-1) on recruitment",
        "Mitts, Phillips & Walter 2022 on what propaganda videos do to support; by hand",
    )
    cost: int = parameter("money/recruit", 0, 10**6, "what arming and training one recruit costs", "by hand")
    reserve: float = parameter("weeks", 0, 520, "pay that an actor keeps back before it takes on recruits", "by hand")
    refill: float = parameter(
        "1/week", 0, 1, "share of an army's shortfall against its establishment that is replaced in a week", "by hand"
    )
    split_factor: float = parameter("1", 1.1, 100, "times its full size at which a unit splits in two", "by hand")
    disband_below: int = parameter(
        "fighters", 0, 100, "units that shrink below this join the next unit of their actor in the cell", "by hand"
    )
