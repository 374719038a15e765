"""Parameters of the allegiance of communities."""

from __future__ import annotations

from sahelsim.parameters import MechanismParameters, parameter

__all__ = ["AllegianceParameters"]


class AllegianceParameters(MechanismParameters):
    """A community's choice among all camps at once: a multinomial logit with memory."""

    review_rate: float = parameter("1/week", 0, 1, "chance that a community reconsiders in a quiet week", "by hand")
    alarm: float = parameter("1/week", 0, 1, "added chance to reconsider at full fear", "by hand")
    presence_scale: float = parameter(
        "fighters", 1, 10000, "fighters in the cell at which presence is felt (log scale)", "by hand"
    )
    reach: float = parameter("1", 0, 1, "weight of fighters in the cells around, against those in the cell", "by hand")
    initial_reviews: int = parameter(
        "1",
        0,
        100,
        "times that every community chooses before the first step, to settle the sides of the first day",
        "by hand",
    )
    coercion: float = parameter("1", 0, 10, "pull of a camp's armed presence", "Kalyvas 2006: control shapes support")
    protection: float = parameter(
        "1",
        0,
        10,
        "pull, at full fear and full enmity, of a camp that fights the one that the community resents most",
        "Kalyvas 2006; Menaka 2022 (seed LWJ)",
    )
    services: float = parameter(
        "1",
        0,
        10,
        "pull of courts, tax relief, aid access and local order, per unit of governance at full presence",
        "Arjona 2016 on rebel governance; seed WAR",
    )
    kinship: float = parameter("1", 0, 10, "weight of the people's standing tie to a camp", "by hand")
    grievance: float = parameter(
        "1", 0, 10, "push away from the camp that harmed the community", "Lyall, Blair & Imai 2013; by hand"
    )
    clan: float = parameter(
        "1", 0, 10, "pull of what the rest of the clan has chosen", "by hand; seed LWJ clans pledge whole"
    )
    inertia: float = parameter("1", 0, 10, "advantage of the camp that one is in", "by hand")
    neutral: float = parameter("1", -10, 10, "standing worth of staying out of it", "by hand")
    exposure: float = parameter(
        "1", 0, 10, "how far full fear of a tormentor takes away the worth of staying neutral",
        "Kalyvas 2006: violence leaves no room for the uncommitted; by hand",
    )  # fmt: skip
    absence: float = parameter(
        "1", 0, 20, "cost of siding with a camp that has nobody within reach; falls off with its presence", "by hand"
    )
    pact: float = parameter(
        "1", 0, 10, "pull of the camp of an actor with which the community has a pact", "WAR-035; by hand"
    )
    pact_ease: float = parameter(
        "1", 0, 1, "share of the exposure of the neutral that a pact takes away", "Kaplan 2017; by hand"
    )
    grievance_half_life: float = parameter("weeks", 1, 1040, "half-life of grievance", "by hand")
    fear_half_life: float = parameter("weeks", 1, 520, "half-life of fear", "by hand")
