"""Parameters of violence against civilians."""

from __future__ import annotations

from sahelsim.parameters import MechanismParameters, parameter

__all__ = ["CivilianHarmParameters"]


class CivilianHarmParameters(MechanismParameters):
    """Who kills civilians where, and what it leaves behind in the communities."""

    rate: float = parameter(
        "1/week",
        0,
        10,
        "hazard of an attack by an actor of harshness 1 in a cell at full presence and motive 1",
        "by hand against yearly UCDP GED one-sided counts",
    )
    half_strength: float = parameter(
        "fighters", 1, 5000, "strength at which presence is half of its maximum", "by hand"
    )
    coercion: float = parameter(
        "1",
        0,
        10,
        "motive from communities that are not the actor's own (coercion)",
        "Kalyvas 2006: violence where control is incomplete",
    )
    punishment: float = parameter(
        "1", 0, 20, "motive from communities that have pledged to an enemy (punishment)", "Kalyvas 2006; by hand"
    )
    reprisal: float = parameter("1", 0, 20, "motive from own recent losses in the cell", "Hultman 2007; Wood 2010")
    reprisal_scale: float = parameter(
        "deaths", 0.1, 1000, "remembered own losses at which reprisal is at 63 %", "by hand"
    )
    death_scale: float = parameter("deaths", 0.1, 100, "scale of the Lomax law of civilian deaths", "UCDP GED 2017-21")
    tail_exponent: float = parameter(
        "1", 1.2, 5, "exponent of the density of civilian deaths in the tail", "UCDP GED 2017-21; Clauset et al. 2007"
    )
    mortal_share: float = parameter("1", 0.001, 1, "largest share of a community that one attack can kill", "by hand")
    party: float = parameter(
        "fighters",
        1,
        100_000,
        "most fighters of an actor who take part in one attack",
        "by hand: columns of some dozens to two hundred on motorcycles or lorries",
    )
    deaths_per_fighter: float = parameter(
        "deaths/fighter",
        0.1,
        1000,
        "most deaths for each fighter who takes part",
        "by hand: above the one to three of Ogossagou 2019, Solhan 2021 and Moura 2022, since parties gather",
    )
    victim_exponent: float = parameter(
        "1", 0, 2, "how the chance to be struck grows with the size of a community, as a power", "by hand"
    )
    kin_restraint: float = parameter(
        "1",
        0,
        1,
        "factor on the motive of perpetrators against communities of their own people",
        "Nsaibia & Weiss 2020 on ethnic ties; by hand",
    )
    grievance_gain: float = parameter(
        "1", 0, 10, "grievance that an attack leaves in the community hit, per log unit of 1 + deaths", "by hand"
    )
    grievance_spill: float = parameter(
        "1", 0, 1, "share of that grievance taken up by communities of the same people in the cell", "by hand"
    )
    fear_gain: float = parameter("1", 0, 10, "fear left by an attack, per log unit of 1 + deaths", "by hand")
