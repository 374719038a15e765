"""Parameters of battle."""

from __future__ import annotations

from sahelsim.parameters import MechanismParameters, parameter

__all__ = ["BattleParameters"]


class BattleParameters(MechanismParameters):
    """Onset, losses and outcome of fights between hostile actors in one cell."""

    rate: float = parameter(
        "1/week",
        0,
        50,
        "onset hazard of a battle at full hostility, full contact, initiative 1 and open terrain",
        "by hand against yearly UCDP GED counts 2017-21",
    )
    half_strength: float = parameter(
        "fighters", 1, 5000, "geometric mean of the two strengths at which contact is half of its maximum", "by hand"
    )
    tacit_factor: float = parameter(
        "1",
        0,
        1,
        "share of the hazard that is left under tacit coexistence",
        "rare clashes 2017-19 (seed WAR); by hand",
    )
    negotiated_factor: float = parameter("1", 0, 1, "share of the hazard left under a negotiated truce", "by hand")
    desert_factor: float = parameter(
        "1",
        0,
        5,
        "factor on the hazard in desert, where forces miss each other",
        "Buhaug & Gates 2002 on terrain; by hand",
    )
    death_scale: float = parameter(
        "deaths", 0.1, 100, "scale of the Lomax law of the deaths in a battle", "UCDP GED 2017-21: median 3, mean 7"
    )
    tail_exponent: float = parameter(
        "1",
        1.2,
        5,
        "exponent of the density of deaths in the tail",
        "UCDP GED 2017-21: about 2.1; Clauset, Young & Gleditsch 2007",
    )
    mortal_share: float = parameter(
        "1", 0.01, 1, "largest share of the strength present that one battle can kill", "by hand"
    )
    outcome_slope: float = parameter(
        "1", 0, 10, "log-odds of winning per log unit of effective strength ratio", "Lanchester 1916; by hand"
    )
    attacker_edge: float = parameter("1", -5, 5, "log-odds that surprise adds to the attacker", "by hand")
    loser_share: float = parameter("1", 0.5, 1, "mean share of the deaths that the loser bears", "by hand")
    momentum_scale: float = parameter(
        "battles", 0.1, 1000,
        "battles remembered at which momentum counts half: (won - lost) / (won + lost + scale)", "by hand",
    )  # fmt: skip
    momentum_half_life: float = parameter(
        "weeks", 1, 520, "half-life of the memory of victories and defeats", "by hand"
    )
    loss_half_life: float = parameter(
        "weeks", 1, 520, "half-life of the memory of own losses in a cell", "Hultman 2007 on reprisal; by hand"
    )
    strength_exponent: float = parameter(
        "1", 0, 2, "weight of numbers in the effective strength, against skill", "Lanchester 1916; by hand"
    )
