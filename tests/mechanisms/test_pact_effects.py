"""What local pacts change in the war around them, and in the schedule."""

from __future__ import annotations

import math
from copy import deepcopy

import numpy as np
import pytest
from scipy.stats import binomtest

from mechanisms.small import UNLIKELY, Band, Village, army_and_movement, decisions_of, few, least, little_world
from sahelsim.mechanisms.allegiance.parameters import AllegianceParameters
from sahelsim.mechanisms.allegiance.step import run_step as choose_sides
from sahelsim.mechanisms.battle.parameters import BattleParameters
from sahelsim.mechanisms.battle.step import run_step as fight
from sahelsim.mechanisms.civilian_harm.parameters import CivilianHarmParameters
from sahelsim.mechanisms.civilian_harm.step import run_step as attack_civilians
from sahelsim.mechanisms.pact.parameters import PactParameters
from sahelsim.mechanisms.pact.step import run_step
from sahelsim.mechanisms.siege.parameters import SiegeParameters
from sahelsim.mechanisms.siege.step import run_step as besiege
from sahelsim.schedule import begin
from sahelsim.schedule import run_step as run_schedule
from sahelsim.terms import Decision, Trait
from sahelsim.world.build import build_blueprint
from sahelsim.world.state import World


def country(cells: int) -> World:
    """The movement and a village militia in every cell, hostile, with a village that the movement would punish."""
    side = round(math.sqrt(cells))
    bands = [Band(actor, cell, 30) for actor in (0, 1) for cell in range(side * side)]
    world = little_world(bands, [Village(cell, 900, camp=2) for cell in range(side * side)], shape=(side, side))
    world.actors.enmity[:] = [[0, 1], [1, 0]]
    world.actors.local[1] = 1
    world.actors.traits[[Trait.BARGAINING, Trait.HARSHNESS, Trait.INITIATIVE], 0] = 1.0
    return world


@pytest.fixture(scope="module")
def at_terms_and_not() -> tuple[World, World]:
    """The same country after every village has accepted terms, and without the mechanism."""
    off = country(few(1600, 225))
    on = deepcopy(off)
    run_step(on, least(PactParameters, rate=10.0, base=20.0, trust_half_life=100.0), 100.0)
    assert (on.communities.pact == 0).all()
    assert (on.cells.bound[:, 0] == 1.0).all()
    return on, off


def test_without_pacts_there_are_more_battles(at_terms_and_not: tuple[World, World]) -> None:
    """A whole cell at terms keeps 1 - quiet = 0.1 of the battles of the movement with its militia."""
    p = least(
        BattleParameters, rate=1.0, half_strength=30.0, desert_factor=1.0, outcome_slope=1.0, strength_exponent=1.0
    )
    chances, found = [], []
    for world, kept in zip(at_terms_and_not, (0.1, 1.0), strict=True):
        here = deepcopy(world)
        fight(here, p, 0.0, 1.0, quiet=0.9)
        found.append(int(here.violence.count[0]))
        chances.append(1 - math.exp(-0.25 * kept))  # rate 1, contact 1/2, mean initiative 1/2
        assert binomtest(found[-1], here.ground.cells, chances[-1]).pvalue > UNLIKELY
    assert found[0] < found[1] / 4


def test_without_pacts_there_is_more_violence(at_terms_and_not: tuple[World, World]) -> None:
    """A pact keeps a fifth of the motive; the dead of those who are at terms are held against the actor."""
    p = least(
        CivilianHarmParameters, rate=1.0, half_strength=30.0, punishment=1.0, kin_restraint=1.0, mortal_share=0.01
    )
    found = []
    for world, kept in zip(at_terms_and_not, (0.2, 1.0), strict=True):
        here = deepcopy(world)
        attack_civilians(here, p, 0.0, 1.0, pact_restraint=0.2)
        found.append(int(here.violence.count[0]))
        assert binomtest(found[-1], here.ground.cells, 1 - math.exp(-0.5 * kept)).pvalue > UNLIKELY
        dead = 900 - here.communities.population
        assert here.communities.pact_harm.tolist() == (dead.tolist() if kept < 1 else [0] * dead.size)
    assert found[0] < found[1] / 2


def test_without_pacts_fewer_stay_neutral_or_join(at_terms_and_not: tuple[World, World]) -> None:
    """Terms make a community lean to the movement, and let the frightened stay out of it."""
    p = least(AllegianceParameters, review_rate=50.0, neutral=0.5, exposure=2.0, pact=1.0, pact_ease=0.8)
    shares = []
    for world in at_terms_and_not:
        here = deepcopy(world)
        here.communities.fear[:] = 3.0
        here.communities.grievance[:, 1] = 1.0  # fear of somebody
        choose_sides(here, p, 1.0)
        shares.append(np.bincount(here.communities.camp, minlength=3) / here.communities.camp.size)
    assert shares[0][0] > shares[1][0]
    assert shares[0][1] > shares[1][1]


def test_besiegers_and_terms_exclude_each_other(at_terms_and_not: tuple[World, World]) -> None:
    p = least(SiegeParameters, rate=10.0, presence_scale=1.0, crew=1.0, max_people=5000)
    for world, sieges in zip(at_terms_and_not, (0, 1), strict=True):
        here = deepcopy(world)
        here.actors.traits[Trait.BESIEGING, 0] = 1.0
        besiege(here, p, 10.0)
        assert (here.communities.besieger == 0).mean() == pytest.approx(sieges, abs=0.01)


# --- in the schedule


LIVELY = {
    "calendar__steps": few(25, 12), "actors__movement__doctrine__bargaining": 2.0, "mechanisms__pact__rate": 0.3,
    "mechanisms__pact__base": 1.0, "mechanisms__pact__pressure": 0.3,
}  # fmt: skip


def played(**changes: object) -> World:
    play = begin(build_blueprint(army_and_movement(**LIVELY, **changes)), 0)
    for _ in range(play.blueprint.scenario.calendar.steps):
        run_schedule(play)
    return play.world


def test_switched_off_nobody_comes_to_terms() -> None:
    on, off = played(), played(mechanisms__pact__enabled=False)
    kinds = {Decision.PACT_MADE, Decision.PACT_REFUSED, Decision.PACT_BROKEN}
    assert kinds <= {row[1] for row in decisions_of(on)}
    assert on.cells.bound.max() > 0
    assert on.cells.trust.any()
    assert not kinds & {row[1] for row in decisions_of(off)}
    assert (off.communities.pact == -1).all()
    assert not off.cells.bound.any()
    assert not off.cells.trust.any()


def test_pacts_and_sieges_run_without_allegiance() -> None:
    world = played(mechanisms__allegiance__enabled=False, actors__movement__doctrine__besieging=2.0)
    assert Decision.PACT_MADE in {row[1] for row in decisions_of(world)}
