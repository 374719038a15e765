"""Parameters of the actors' means."""

from __future__ import annotations

from sahelsim.parameters import MechanismParameters, parameter

__all__ = ["MeansParameters"]


class MeansParameters(MechanismParameters):
    """Income, pay, strain and desertion. One unit of money is one US dollar of 2019."""

    tax_rate: float = parameter(
        "money/week/person",
        0,
        1000,
        "what a person pays to whoever taxes the community fully",
        "zakat of a fortieth of the herds and of the harvest; by hand",
    )
    levy_scale: float = parameter(
        "fighters",
        0,
        10_000,
        "fighters within reach (times how far their actor taxes or trades) who get half of what there is to take",
        "by hand",
    )
    kidnapping_rate: float = parameter(
        "1/week/fighter",
        0,
        1,
        "hazard of a kidnapping for each fighter on wholly remote ground, at kidnapping 1",
        "some ten hostages of worth a year in the central Sahel, 2017-2022; public record",
    )
    kidnapping_need: float = parameter("1", 0, 20, "how far strain drives an actor to take hostages", "by hand")
    ransom_scale: float = parameter(
        "money", 0, 1e8, "scale of a ransom; the median is some 0.6 of it at an exponent of 2.5", "by hand"
    )
    ransom_exponent: float = parameter(
        "1",
        1.5,
        10,
        "exponent of the tail of ransoms",
        "by hand; many of a few thousand dollars, few of millions (public record)",
    )
    ransom_most: float = parameter(
        "money", 0, 1e9, "largest ransom", "some ten million euros, October 2020; public record"
    )
    wage: float = parameter(
        "money/week/fighter", 0, 10_000, "what a fighter at pay 1 costs: stipend, food, fuel", "by hand"
    )
    arrears_half_life: float = parameter("weeks", 0.1, 520, "half-life of the memory of unpaid wages", "by hand")
    dampening: float = parameter(
        "1",
        0,
        1,
        "share of its initiative and mobility that an actor at full strain loses",
        "seed WAR-068; by hand",
    )
    desertion: float = parameter(
        "1/week", 0, 1, "share of the fighters of an actor at full strain who go home in a week", "by hand"
    )
