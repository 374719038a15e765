"""One step of battles."""

from __future__ import annotations

import numpy as np

from sahelsim.mechanisms.battle.kernel import fight
from sahelsim.mechanisms.battle.parameters import BattleParameters
from sahelsim.mechanisms.decay import decay_factor
from sahelsim.rng import Stream
from sahelsim.terms import Harm, Trait
from sahelsim.world.index import index_units
from sahelsim.world.state import World

__all__ = ["run_step"]


def run_step(world: World, parameters: BattleParameters, escalation: float, weeks: float) -> None:
    """Forget a little, then fight.

    Parameters
    ----------
    escalation : float
        Share of the room above that a battle adds to the hostility of a rivalry (a parameter of truces).
    weeks : float
        Length of the step.
    """
    p, actors, cells, units, ground = parameters, world.actors, world.cells, world.units, world.ground
    _, meetings = index_units(world)
    fade = decay_factor(p.momentum_half_life, weeks)
    actors.victories *= fade
    actors.defeats *= fade
    cells.losses *= np.float32(decay_factor(p.loss_half_life, weeks))
    world.violence.reserve(meetings)
    t, log = actors.traits, world.violence
    fight(
        *world.key, int(Stream.BATTLE), int(Stream.BATTLE_LOSSES), world.step, weeks,
        cells.start, cells.order, cells.strength, cells.memory, cells.losses, cells.appeal,
        units.cell, units.actor, units.group, units.role, units.strength,
        world.groups.attraction, ground.neighbours, ground.cells_desert,
        actors.enmity, actors.hostility, actors.rival, t[Trait.SKILL], t[Trait.INITIATIVE],
        actors.victories, actors.defeats, actors.loss_memory, actors.fight_memory,
        p.rate * ground.extent, p.half_strength * ground.extent, p.desert_factor,
        p.death_scale, p.tail_exponent, p.mortal_share, p.outcome_slope, p.attacker_edge,
        p.loser_share, p.strength_exponent, escalation, int(Harm.BATTLE),
        log.rows, log.terms, log.count,
    )  # fmt: skip
    fought = actors.victories + actors.defeats
    actors.momentum[:] = (actors.victories - actors.defeats) / (fought + p.momentum_scale)
    index_units(world)
