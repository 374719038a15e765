"""One step of the actors' means."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.mechanisms.decay import decay_factor
from sahelsim.mechanisms.means.kernel import desert, fighters_within_reach, gather, kidnap, settle, sides_of
from sahelsim.mechanisms.means.parameters import MeansParameters
from sahelsim.rng import Stream
from sahelsim.terms import Account, Decision, Trait
from sahelsim.world.index import fighters_of_actors, index_units, living_units
from sahelsim.world.state import World

__all__ = ["run_step", "set_drive"]


def set_drive(world: World, parameters: MeansParameters) -> None:
    """What strain and disarray leave of an actor's initiative and mobility."""
    a = world.actors
    a.drive[:] = (1.0 - parameters.dampening * a.strain) * (1.0 - a.disarray)


def run_step(world: World, parameters: MeansParameters, weeks: float) -> None:
    """Take income, pay the fighters, let those who are not paid go home."""
    p, actors, units, ground = parameters, world.actors, world.units, world.ground
    index_units(world)
    income = np.zeros(actors.accounts.shape)
    income[Account.SUPPORT] = actors.traits[Trait.SUPPORT] * weeks
    _take(world, p, weeks, income)
    settle(
        *world.key, int(Stream.MEANS), world.step, weeks, actors.budget, income, actors.traits[Trait.PAY],
        fighters_of_actors(world), p.wage, decay_factor(p.arrears_half_life, weeks),
        int(Account.PAY), actors.treasury, actors.accounts, actors.arrears, actors.strain,
    )  # fmt: skip
    gone = int(
        desert(
            *world.key, int(Stream.DESERTION), world.step, weeks, world.cells.strength, living_units(world),
            units.cell, units.home, units.actor, units.group, units.strength, world.groups.people,
            ground.community_start, ground.community_people, world.communities.population, actors.strain, p.desertion,
        )
    )  # fmt: skip
    world.ledger["fighters_home"] += gone
    if gone > 0:
        world.fresh.strengths_changed()
        world.fresh.people_changed()


def _take(world: World, p: MeansParameters, weeks: float, income: npt.NDArray[np.float64]) -> None:
    """Fill the accounts of tax, trade, gold and ransom of `income` (accounts, A)."""
    actors, cells, ground, c, log = world.actors, world.cells, world.ground, world.communities, world.decisions
    t = actors.traits
    near, reach = world.scratch_like("near", cells.strength), world.scratch_like("reach", cells.strength)
    number = world.scratch_like("number", cells.start)
    takes = t[Trait.TAXING] + t[Trait.TRADING] + t[Trait.KIDNAPPING] > 0.0
    cell, first = sides_of(takes, cells.side_start, cells.side)
    fighters_within_reach(cell, first, cells.strength, ground.neighbours, number, near, reach)
    gather(
        weeks, number, near, reach, ground.neighbours, ground.cells_country, world.outside.border, ground.trade,
        ground.gold, ground.community_start, c.camp, c.population, c.besieger, c.pact, actors.camp,
        t[Trait.TAXING], t[Trait.TRADING], p.tax_rate, p.levy_scale * ground.extent,
        income[Account.TAX], income[Account.TRADE], income[Account.GOLD],
    )  # fmt: skip
    log.reserve(actors.camp.size)
    kidnap(
        *world.key, int(Stream.MEANS_PLACE), world.step, weeks, cell, first, cells.strength, ground.cells_remoteness,
        actors.budget, t[Trait.KIDNAPPING], actors.strain, p.kidnapping_rate, p.kidnapping_need, p.ransom_scale,
        p.ransom_exponent, p.ransom_most, int(Decision.KIDNAPPING), income[Account.RANSOM],
        log.rows, log.terms, log.count,
    )  # fmt: skip
