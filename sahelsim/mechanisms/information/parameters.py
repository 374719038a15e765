"""Parameters of information: what actors say about what they did."""

from __future__ import annotations

from sahelsim.parameters import MechanismParameters, parameter

__all__ = ["InformationParameters"]


class InformationParameters(MechanismParameters):
    """Claims, sermons and magazine issues: they win fame, and sharpen the quarrel with a rival."""

    rate: float = parameter(
        "1",
        0,
        10,
        "hazard that an actor of propaganda 1 speaks about a step, per log unit of 1 + deaths",
        "most attacks of JNIM and about every issue of Al-Naba are claimed days later; by hand",
    )
    fame_gain: float = parameter(
        "1",
        0,
        10,
        "share of the fame that is still to be won that a statement of small weight wins, per unit of weight",
        "by hand",
    )
    fame_half_life: float = parameter("weeks", 0.1, 520, "half-life of fame", "news is soon old; by hand")
    sharpening: float = parameter(
        "1",
        0,
        10,
        "share of the room up to 1 that a statement of small weight about a rival adds to the dyad's voice, per unit",
        "by hand; seeds WAR-020, WAR-026, WAR-060",
    )
    voice_half_life: float = parameter(
        "weeks", 0.1, 520, "half-life of what statements add to hostility", "by hand; Hafez 2020"
    )
