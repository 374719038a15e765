"""Parameters of truces and of the hostility of dyads."""

from __future__ import annotations

from sahelsim.parameters import MechanismParameters, parameter

__all__ = ["TruceParameters"]


class TruceParameters(MechanismParameters):
    """Hostility of a dyad, and the hazards that begin and end its truces."""

    ideology: float = parameter(
        "1",
        0,
        10,
        "resting hostility per unit of ideological distance between two armed movements",
        "Nsaibia & Weiss 2020; Hafez 2020 on fratricide; by hand",
    )
    drift: float = parameter(
        "1/week", 0, 1, "share of the gap to its resting level that hostility closes in a week", "by hand"
    )
    escalation: float = parameter(
        "1", 0, 1, "share of the room above that a battle between the two adds to hostility", "spiral; by hand"
    )
    onset_rate: float = parameter(
        "1/week", 0, 1, "hazard of a truce at no hostility, no exhaustion and no common enemy", "by hand"
    )
    onset_hostility: float = parameter("1", 0, 20, "how hostility delays a truce (log hazard)", "by hand")
    exhaustion: float = parameter(
        "1",
        0,
        50,
        "how remembered mutual losses, hasten it (log hazard)",
        "Zartman 2001 on hurting stalemate; by hand",
    )
    exhaustion_scale: float = parameter(
        "1", 0.001, 10, "mutual deaths, as a share of the weaker side's strength, at which exhaustion is at 63 %",
        "by hand",
    )  # fmt: skip
    common_enemy: float = parameter(
        "1",
        0,
        20,
        "how the share of both sides' fights that goes against a common enemy hastens a truce and steadies it",
        "Christia 2012; seed WAR on 2022-23",
    )
    breakdown_rate: float = parameter(
        "1/week", 0, 1, "hazard of breakdown at no ideological distance, no overlap and no common enemy", "by hand"
    )
    breakdown_ideology: float = parameter(
        "1", 0, 40, "how ideological distance hastens breakdown (log hazard)", "Nsaibia & Weiss 2020; by hand"
    )
    breakdown_overlap: float = parameter(
        "1", 0, 40, "how overlap of the two on the ground hastens breakdown (log hazard)", "Fjelde & Nilsson 2012"
    )
    breakdown_hostility: float = parameter("1", 0, 20, "how hostility hastens breakdown (log hazard)", "by hand")
    negotiated_hold: float = parameter(
        "1", 0, 1, "factor on the breakdown hazard of a negotiated truce against a tacit one", "Fortna 2003; by hand"
    )
    memory_half_life: float = parameter("weeks", 1, 520, "half-life of a dyad's memory of losses and fights", "by hand")
    truce_relief: float = parameter(
        "1", 0, 1, "share of its hostility that a dyad sheds when it makes a truce", "by hand"
    )
    fresh_deaths: float = parameter(
        "deaths",
        0,
        1000,
        "remembered mutual deaths from which a new truce is a negotiated one, not tacit coexistence",
        "by hand",
    )
