"""Parameters of local pacts."""

from __future__ import annotations

from sahelsim.parameters import MechanismParameters, parameter

__all__ = ["PactParameters"]


class PactParameters(MechanismParameters):
    """Who offers terms to whom, who accepts, what each side gets, and how pacts break."""

    rate: float = parameter(
        "1/week", 0, 10, "hazard that an actor of bargaining 1 offers terms to a community at full presence",
        "by hand: dozens of local accords in central Mali and northern Burkina Faso, 2020-22, WAR-035",
    )  # fmt: skip
    reach: float = parameter("1", 0, 1, "weight of fighters in the cells around, against those in the cell", "by hand")
    presence_scale: float = parameter(
        "fighters", 1, 10000, "fighters in the cell at which presence is half of its maximum", "by hand"
    )
    governing: float = parameter(
        "1", 0, 10, "how much an actor's governance adds to its offers", "WAR-032 to WAR-035; by hand"
    )
    urge: float = parameter(
        "1",
        0,
        1000,
        "how much a siege by the actor adds to its offers",
        "Farabougou 2020-21, WAR-036 to WAR-038; by hand",
    )
    resistance: float = parameter(
        "1", 0, 50, "how much a hostile village militia of full strength adds to the offers", "WAR-035; by hand"
    )
    base: float = parameter("1", -20, 20, "standing log-odds that terms are accepted", "by hand")
    hunger: float = parameter("1", 0, 20, "log-odds that full hunger adds", "Farabougou 2020-21; by hand")
    fear: float = parameter(
        "1", 0, 20, "log-odds that full fear adds where the actor is superior beyond compare", "Kalyvas 2006; by hand"
    )
    trust: float = parameter("1", 0, 20, "log-odds that full trust in the actor's word adds", "by hand")
    grievance: float = parameter("1", 0, 20, "log-odds that grievance against the actor's camp takes away", "by hand")
    kinship: float = parameter("1", 0, 20, "log-odds that the people's full tie to the actor's camp adds", "by hand")
    state: float = parameter(
        "1", 0, 20, "log-odds that troops hostile to the actor take away at full presence: they punish who makes terms",
        "by hand",
    )  # fmt: skip
    protection: float = parameter(
        "1", 0, 20, "log-odds that the actor's order and courts add, per unit of governance at full presence",
        "Arjona 2016; WAR-032 to WAR-034; by hand",
    )  # fmt: skip
    restraint: float = parameter(
        "1", 0, 1, "factor on the actor's motive for violence against communities that it has a pact with", "by hand"
    )
    quiet: float = parameter(
        "1", 0, 1, "share of the battles of the actor with village militias that pacts of a whole cell take away",
        "WAR-035; by hand",
    )  # fmt: skip
    calm: float = parameter("1/week", 0, 10, "rate at which fear goes while a pact holds", "by hand")
    temptation: float = parameter(
        "1/week",
        0,
        10,
        "hazard that an actor of harshness 1 breaks a pact after heavy own losses in the cell",
        "by hand",
    )
    loss_scale: float = parameter(
        "deaths", 0.1, 1000, "remembered own losses at which the temptation is at 63 %", "by hand"
    )
    violence: float = parameter(
        "1/week", 0, 10, "hazard of the end of a pact whose actor kills there, per log unit of 1 + deaths", "by hand"
    )
    pressure: float = parameter(
        "1/week", 0, 10, "hazard that a community breaks its pact at full presence of troops hostile to the actor",
        "Niono 2021: broken by July as the army and hunters came back, WAR-038; by hand",
    )  # fmt: skip
    absence: float = parameter("1/week", 0, 10, "hazard that it does so when the actor has gone", "by hand")
    resentment: float = parameter(
        "1/week", 0, 10, "hazard that it does so per unit of grievance against the actor's camp", "by hand"
    )
    bond: float = parameter(
        "1", 0, 10, "how trust in the actor's word keeps a community to its pact, on the log scale", "by hand"
    )
    breach_cost: float = parameter("1", 0, 2, "trust that an actor loses in the cell where it breaks a pact", "by hand")
    breach_spread: float = parameter("1", 0, 1, "share of that loss in the cells around", "by hand")
    breach_grievance: float = parameter("1", 0, 10, "grievance that a broken word leaves in the community", "by hand")
    trust_gain: float = parameter(
        "1/week", 0, 1, "rate at which trust grows where the whole cell has a pact that is kept", "by hand"
    )
    trust_half_life: float = parameter("weeks", 1, 1040, "half-life of trust and mistrust", "by hand")
