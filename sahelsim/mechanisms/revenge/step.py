"""One step of intercommunal revenge."""

from __future__ import annotations

import numpy as np

from sahelsim.mechanisms.civilian_harm.parameters import CivilianHarmParameters
from sahelsim.mechanisms.decay import decay_factor
from sahelsim.mechanisms.revenge.kernel import avenge
from sahelsim.mechanisms.revenge.parameters import RevengeParameters
from sahelsim.rng import Stream
from sahelsim.terms import Harm
from sahelsim.world.state import World

__all__ = ["run_step"]


def run_step(world: World, parameters: RevengeParameters, harm: CivilianHarmParameters, weeks: float) -> None:
    """Forget a little, then avenge.

    Parameters
    ----------
    harm : CivilianHarmParameters
        The law of deaths and of what they leave behind is that of violence against civilians.
    weeks : float
        Length of the step.
    """
    p, ground, cells, communities, log = parameters, world.ground, world.cells, world.communities, world.violence
    cells.harm *= np.float32(decay_factor(p.half_life, weeks))
    log.reserve(len(ground.feud_sites))
    avenge(
        *world.key, int(Stream.REVENGE), int(Stream.REVENGE_VICTIM), world.step, weeks,
        ground.feud_sites, ground.feud_people, ground.feud_against, ground.feud_level, ground.feud_avenger,
        cells.memory, cells.harm, world.actors.camp,
        ground.community_start, communities.population, communities.grievance, communities.fear,
        ground.community_people,
        p.rate * ground.extent, p.harm_scale, p.standing, harm.death_scale, harm.tail_exponent, harm.mortal_share,
        harm.victim_exponent, harm.grievance_gain, harm.grievance_spill, harm.fear_gain, p.kin_blame, int(Harm.REVENGE),
        log.rows, log.terms, log.count,
    )  # fmt: skip
