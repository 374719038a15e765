"""Parameters of flight and return."""

from __future__ import annotations

from sahelsim.parameters import MechanismParameters, parameter

__all__ = ["DisplacementParameters"]


class DisplacementParameters(MechanismParameters):
    """Part of a frightened community flees to a town and returns when it is calm."""

    flight_rate: float = parameter(
        "1/week", 0, 1, "share of a community that leaves in a week at full fear", "Schmeidl 1997; by hand"
    )
    fear_threshold: float = parameter("1", 0, 10, "fear below which nobody flees", "by hand")
    return_rate: float = parameter(
        "1/week", 0, 1, "share of the displaced that goes home in a week without fear", "by hand"
    )
    distance_km: float = parameter(
        "km", 1, 1000, "distance that makes a refuge one unit less attractive", "gravity; by hand"
    )
    town_size: float = parameter("people", 100, 1e7, "population at which a place can take people in", "by hand")
    danger: float = parameter("1", 0, 10, "how the memory of violence at a refuge repels", "by hand")
