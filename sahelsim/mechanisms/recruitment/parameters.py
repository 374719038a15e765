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
        "1", 0.0001, 0.5, "share of the pledged people at which a cell is drained of recruits", "by hand"
    )
    momentum: float = parameter("1", 0, 10, "log effect of recent victories on recruitment", "by hand")
    refill: float = parameter(
        "1/week", 0, 1, "share of an army's shortfall against its establishment that is replaced in a week", "by hand"
    )
    split_factor: float = parameter("1", 1.1, 100, "times its full size at which a unit splits in two", "by hand")
    disband_below: int = parameter(
        "fighters", 0, 100, "units that shrink below this join the next unit of their actor in the cell", "by hand"
    )
