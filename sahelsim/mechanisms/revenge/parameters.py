"""Parameters of intercommunal revenge."""

from __future__ import annotations

from sahelsim.parameters import MechanismParameters, parameter

__all__ = ["RevengeParameters"]


class RevengeParameters(MechanismParameters):
    """Armed men of a harmed people strike communities of the people that is blamed."""

    rate: float = parameter(
        "1/week",
        0,
        10,
        "hazard of a reprisal in a cell where the remembered harm is large and the feud is 1",
        "Tchoma Bangou aftermath and Tuareg-Fulani killings (seeds WAR, LWJ); by hand",
    )
    harm_scale: float = parameter("deaths", 0.1, 1000, "remembered deaths at which the hazard is at 63 %", "by hand")
    half_life: float = parameter("weeks", 1, 520, "half-life of the memory of harm", "by hand")
    kin_blame: float = parameter(
        "1", 0, 1, "share of a killing that is blamed on the people of the perpetrators' band", "by hand"
    )
    standing: float = parameter(
        "1",
        0,
        1,
        "hazard without any harm remembered, as a share of the rate: old disputes over land and water",
        "Benjaminsen & Ba 2009 on farmer-herder disputes; by hand",
    )
    fallen: float = parameter(
        "1", 0, 1, "weight of a fighter fallen in battle against that of a civilian killed", "by hand"
    )
    talk: float = parameter(
        "1", 0, 1, "weight of harm in the neighbouring cells against that in the cell: kin talk", "by hand"
    )
    unarmed: float = parameter(
        "1", 0, 1, "hazard where the harmed people has no armed men, as a share of that with many", "by hand"
    )
    armed_scale: float = parameter(
        "fighters", 0.1, 10_000, "avengers at which their share of the hazard is at half", "by hand"
    )
    mob: float = parameter(
        "fighters", 0, 10_000, "villagers who count as killers where there are fewer avengers", "by hand"
    )
    nearby: float = parameter("1", 0, 1, "weight of avengers in the neighbouring cells", "by hand")
