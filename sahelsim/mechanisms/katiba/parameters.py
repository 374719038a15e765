"""Parameters of the katibas."""

from __future__ import annotations

from sahelsim.parameters import MechanismParameters, parameter

__all__ = ["KatibaParameters"]


class KatibaParameters(MechanismParameters):
    """Groups with a commander and cohesion: commanders are killed, whole groups change sides."""

    exposure: float = parameter(
        "1",
        0,
        20,
        "hazard of the commander's death when all his fighters die in battle; 1: he is as exposed as any of them",
        "by hand",
    )
    cohesion_loss: float = parameter(
        "1",
        0,
        1,
        "cohesion lost with a commander of full authority who dies in battle",
        "Jordan 2009 and Price 2012 on decapitation; by hand",
    )
    new_command: float = parameter(
        "1", 0, 1, "share of the authority of a dead commander that passes to the next", "Price 2012; by hand"
    )
    command_half_life: float = parameter(
        "weeks", 1, 520, "time in which a new commander earns half of the authority that he lacks", "by hand"
    )
    cohesion_recovery: float = parameter(
        "1/week", 0, 1, "share of lost cohesion that a group regains in a week", "by hand"
    )
    rate: float = parameter(
        "1/week",
        0,
        1,
        "hazard that a group weighs a change of sides when all its fighters have a fitting rival in or around the cell",
        "by hand; defections from Katiba Macina and others (seed WAR)",
    )
    command: float = parameter("1", 0, 20, "hold of a commander of full authority over his group's line", "by hand")
    strain: float = parameter("1", 0, 20, "push of the own actor's strain beyond the rival's", "Christia 2012; by hand")
