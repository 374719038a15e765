"""One step of intercommunal revenge."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.mechanisms.civilian_harm.parameters import CivilianHarmParameters
from sahelsim.mechanisms.decay import decay_factor
from sahelsim.mechanisms.revenge.kernel import avenge, blame_battles, fade, shares_of_peoples
from sahelsim.mechanisms.revenge.parameters import RevengeParameters
from sahelsim.rng import Stream
from sahelsim.terms import Harm
from sahelsim.world.index import index_units
from sahelsim.world.state import World

__all__ = ["forget", "peoples_of_actors", "run_step"]


def forget(world: World, parameters: RevengeParameters, weeks: float) -> None:
    """Harm fades, whether or not anybody takes revenge."""
    fade(world.cells.harm, decay_factor(parameters.half_life, weeks))


def peoples_of_actors(world: World) -> npt.NDArray[np.float64]:
    """Share of each people in the fighters whom each actor mustered before the battles, shape (A, P)."""
    groups = world.groups
    shares = np.empty((world.actors.camp.size, world.ground.kinship.shape[0]))
    shares_of_peoples(groups.actor, groups.people, groups.fighters, shares)
    return shares


def run_step(
    world: World, parameters: RevengeParameters, harm: CivilianHarmParameters, mark: int, weeks: float
) -> None:
    """Blame the dead of the step's battles, then avenge.

    Parameters
    ----------
    harm : CivilianHarmParameters
        The law of deaths and of what they leave behind is that of violence against civilians.
    mark : int
        Rows of the log of violence before this step.
    weeks : float
        Length of the step.
    """
    p, ground, cells, communities, log = parameters, world.ground, world.cells, world.communities, world.violence
    units, groups = world.units, world.groups
    index_units(world)
    blame_battles(
        log.rows, mark, int(log.count[0]), int(Harm.BATTLE), ground.feud_people, ground.feud_against,
        groups.actor, groups.people, groups.fighters, world.actors.camp.size, ground.kinship.shape[0],
        p.kin_blame * p.fallen, cells.harm,
    )  # fmt: skip
    log.reserve(len(ground.feud_sites))
    before = int(log.count[0])
    avenge(
        *world.key, int(Stream.REVENGE), int(Stream.REVENGE_VICTIM), world.step, weeks,
        ground.feud_sites, ground.feud_people, ground.feud_against, ground.feud_level, ground.feud_avenger,
        world.actors.waiting, ground.neighbours, cells.start, cells.order, cells.strength,
        units.cell, units.actor, units.group, units.strength, groups.actor, groups.people,
        cells.memory, cells.losses, cells.harm, world.outside.shelter, world.actors.camp,
        ground.community_start, communities.population, communities.grievance, communities.fear,
        ground.community_people,
        p.rate * ground.extent, p.harm_scale, p.standing, p.talk, p.unarmed, p.armed_scale * ground.extent, p.nearby,
        p.mob, harm.death_scale, harm.tail_exponent, harm.mortal_share, harm.party, harm.deaths_per_fighter,
        harm.victim_exponent, harm.grievance_gain, harm.grievance_spill, harm.fear_gain, p.kin_blame, int(Harm.REVENGE),
        log.rows, log.terms, log.count,
    )  # fmt: skip
    if int(log.count[0]) > before:
        world.fresh.strengths_changed()
        world.fresh.people_changed()
