"""Parameters of sieges."""

from __future__ import annotations

from sahelsim.parameters import MechanismParameters, parameter

__all__ = ["SiegeParameters"]


class SiegeParameters(MechanismParameters):
    """Which settlements are cut off, how hungry they get, and how it ends."""

    rate: float = parameter(
        "1/week",
        0,
        10,
        "hazard that an actor of besieging 1 cuts off a community of an open enemy where nobody stands against it",
        "by hand: Mali and Burkina Faso 2020-22, some tens of blockades a year in press reports",
    )
    min_people: int = parameter("people", 0, 10_000_000, "smallest community worth a siege", "by hand")
    max_people: int = parameter(
        "people", 0, 10_000_000, "largest community that can be cut off", "Djibo 2022, some 60,000 people; by hand"
    )
    neutral: float = parameter(
        "1", 0, 1, "enmity, for a siege, towards communities that side with nobody and do not submit", "by hand"
    )
    reach: float = parameter("1", 0, 1, "weight of besiegers in the cells around, against those in the cell", "by hand")
    presence_scale: float = parameter(
        "fighters", 1, 10000, "fighters in the cell at which presence is half of its maximum", "by hand"
    )
    resistance: float = parameter(
        "1", 0, 50, "how much a village militia of full strength adds to the hazard: who resists is cut off",
        "Farabougou 2020, WAR-037: the siege answered the hunters' resistance; by hand",
    )  # fmt: skip
    crew: float = parameter("fighters", 1, 10000, "besiegers that one siege takes", "by hand")
    hold: float = parameter(
        "1", 0, 10, "worth that a siege adds to its cell for the mobile units of the besieger", "by hand"
    )
    tightening: float = parameter(
        "1/week", 0, 10, "rate at which a siege gets as tight as the besiegers' superiority", "by hand"
    )
    hungering: float = parameter(
        "1/week", 0, 10, "rate at which people go hungry in a fully tight siege",
        "Farabougou: stocks were out within weeks, WAR-037; by hand",
    )  # fmt: skip
    recovery: float = parameter("1/week", 0, 10, "rate at which hunger ends where nothing is cut off", "by hand")
    fed: float = parameter("1", 0, 1, "hunger below which a community is no longer hungry once it is free", "by hand")
    grievance: float = parameter(
        "1/week", 0, 10, "grievance against the besiegers' camp that full hunger adds in a week", "by hand"
    )
    abandonment: float = parameter(
        "1/week", 0, 10, "grievance against the state's camp that full hunger adds in a week where no troops stand",
        "press reports on Farabougou 2020: anger at an army that does not come; by hand",
    )  # fmt: skip
    lifting: float = parameter("1/week", 0, 10, "hazard of the end of a siege that has no besiegers left", "by hand")
    relief: float = parameter(
        "1/week", 0, 10, "hazard of relief by troops that outnumber the besiegers beyond compare",
        "WAR-039: troops entered Farabougou after 16 days; by hand",
    )  # fmt: skip
    surrender: float = parameter(
        "1/week", 0, 10, "hazard of surrender at full hunger after a long time, at full trust", "by hand"
    )
    patience: float = parameter("weeks", 0.1, 520, "time at which half of the will to hold out is gone", "by hand")
    resentment: float = parameter(
        "1", 0, 10, "how grievance against the besiegers' camp keeps a community from surrender, on the log scale",
        "by hand",
    )  # fmt: skip
