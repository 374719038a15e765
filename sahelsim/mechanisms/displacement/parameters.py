"""Parameters of flight and return."""

from __future__ import annotations

from sahelsim.parameters import MechanismParameters, parameter

__all__ = ["DisplacementParameters"]


class DisplacementParameters(MechanismParameters):
    """Households flee violence and hunger to towns, move on when those become dangerous, return or settle."""

    flight_rate: float = parameter(
        "1/week", 0, 1, "share of a community that leaves in a week at full fear", "Schmeidl 1997; by hand"
    )
    hunger_flight: float = parameter("1/week", 0, 1, "share that leaves in a week at full hunger", "by hand")
    blockade: float = parameter(
        "1",
        0,
        1,
        "share of those who would leave that a fully tight siege keeps in",
        "Farabougou 2020 (seed WAR); by hand",
    )
    fear_threshold: float = parameter("1", 0, 10, "fear below which nobody flees", "by hand")
    return_rate: float = parameter(
        "1/week", 0, 1, "share of the displaced that goes home in a week without fear", "by hand"
    )
    settle_rate: float = parameter(
        "1/week", 0, 1, "share of the displaced that stays for good where they are in a week",
        "most displaced of 2013 had returned by 2019, those of 2019-23 had not; by hand",
    )  # fmt: skip
    onward_rate: float = parameter(
        "1/week", 0, 1, "share of the displaced that moves on in a week when the refuge is at full fear", "by hand"
    )
    choices: int = parameter("1", 1, 16, "towns that a household considers: those of the greatest pull", "by hand")
    distance_km: float = parameter(
        "km", 1, 1000, "distance that makes a refuge one unit less attractive",
        "gravity; most displaced people stay in their province, by hand",
    )  # fmt: skip
    kin: float = parameter("1", 0, 10, "pull of a refuge where everybody is of the own people, against none", "by hand")
    size: float = parameter("1", 0, 5, "pull per log unit of the refuge's people, above town_size", "gravity; by hand")
    border: float = parameter("1", 0, 20, "how much less a refuge in another country attracts", "by hand")
    town_size: float = parameter("people", 100, 1e7, "population at which a place can take people in", "by hand")
    danger: float = parameter("1", 0, 10, "how the memory of violence at a refuge repels", "by hand")
