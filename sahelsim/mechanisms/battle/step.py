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

__all__ = ["forget", "run_step"]


def forget(world: World, parameters: BattleParameters, weeks: float) -> None:
    """Own losses in a cell fade, whether or not there are battles: feuds leave them too."""
    world.cells.losses *= np.float32(decay_factor(parameters.loss_half_life, weeks))


def run_step(world: World, parameters: BattleParameters, escalation: float, weeks: float, quiet: float = 0.0) -> None:
    """Forget victories and defeats a little, then fight.

    Parameters
    ----------
    escalation : float
        Share of the room above that a battle adds to the hostility of a rivalry (a parameter of truces).
    weeks : float
        Length of the step.
    quiet : float
        Share of the battles of an actor with village militias that the pacts of a whole cell take away (a parameter
        of pacts).
    """
    p, actors, cells, units, ground = parameters, world.actors, world.cells, world.units, world.ground
    _, meetings = index_units(world)
    fade = decay_factor(p.momentum_half_life, weeks)
    actors.victories *= fade
    actors.defeats *= fade
    world.violence.reserve(meetings)
    t, log = actors.traits, world.violence
    before = int(log.count[0])
    fight(
        *world.key, int(Stream.BATTLE), int(Stream.BATTLE_LOSSES), world.step, weeks, meetings,
        cells.start, cells.order, cells.side_start, cells.side, cells.strength, cells.memory, cells.losses,
        cells.appeal,
        units.cell, units.actor, units.group, units.role, units.strength,
        world.groups.attraction, ground.neighbours, ground.cells_desert,
        actors.enmity, actors.hostility, actors.rival, t[Trait.SKILL], t[Trait.INITIATIVE] * actors.drive,
        actors.victories, actors.defeats, actors.loss_memory, actors.fight_memory, actors.local, cells.bound, quiet,
        p.rate * ground.extent, p.half_strength * ground.extent, p.desert_factor,
        p.death_scale, p.tail_exponent, p.mortal_share, p.outcome_slope, p.attacker_edge,
        p.loser_share, p.strength_exponent, escalation, int(Harm.BATTLE),
        log.rows, log.terms, log.count,
    )  # fmt: skip
    fought = actors.victories + actors.defeats
    actors.momentum[:] = (actors.victories - actors.defeats) / (fought + p.momentum_scale)
    if int(log.count[0]) > before:  # without a battle nobody fell or left
        world.fresh.units_moved()
    index_units(world)
