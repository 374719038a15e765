"""Parameters of self-defence."""

from __future__ import annotations

from sahelsim.parameters import MechanismParameters, parameter

__all__ = ["SelfDefenceParameters"]


class SelfDefenceParameters(MechanismParameters):
    """Communities under attack, with nobody to protect them, raise militias."""

    rate: float = parameter(
        "1/week",
        0,
        10,
        "hazard that a community raises a band when much blood was shed, it is afraid and nobody protects it",
        "Zarma bands after Tchoma Bangou (seed WAR); Jentzsch, Kalyvas & Schubiger 2015; by hand",
    )
    harm_scale: float = parameter("deaths", 0.1, 1000, "remembered deaths at which the hazard is at 63 %", "by hand")
    fear_scale: float = parameter("1", 0.01, 100, "fear at which the hazard is at half", "by hand")
    nearby: float = parameter(
        "1", 0, 1, "weight of deaths and protectors in the neighbouring cells against those in the cell", "by hand"
    )
    protector_scale: float = parameter("fighters", 0.1, 10_000, "protectors at which the hazard is at half", "by hand")
    tie: float = parameter("1", 0, 10, "log effect of the tie of the people to the camp of its militia", "by hand")
    share: float = parameter("1", 0, 0.5, "largest share of the community that takes up arms at once", "by hand")
    size: int = parameter("fighters", 1, 1000, "largest band", "watch committees of some dozen men; by hand")
    least: int = parameter(
        "fighters", 1, 1000, "smallest band; communities that cannot muster it raise none", "by hand"
    )
    guard: float = parameter("1", 0, 1, "share of bands that stay to guard their village", "by hand")
    stand_down: float = parameter(
        "1/week",
        0,
        10,
        "hazard that a band that guards its village goes home where enemies are all there is",
        "by hand",
    )
    places: int = parameter(
        "units", 0, 10_000, "room for bands of each militia, besides that of its recruitment", "memory"
    )
