"""Revenge of those who have arms: who avenges, whom they meet, who falls."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from mechanisms.revenge_worlds import UNLIKELY, deaths, parameters, run_step
from mechanisms.worlds import Community, Feud, Unit, draws, plain_world, violence
from sahelsim.mechanisms.revenge.kernel import avengers_in
from sahelsim.rng import Stream, uniform4
from sahelsim.world.index import index_units
from sahelsim.world.state import World


def armed_world(attackers: int = 30, defenders: int = 10) -> World:
    """Three cells: people 1 with `attackers` of actor 0 in the middle one, people 0 with `defenders` of actor 1 in the
    first; ten of actor 0 there are of another people.
    """
    world = plain_world(
        1, 3, actors=2, groups=[(0, 1), (0, 0), (1, 0)], communities=[Community(0, 0, 900), Community(1, 1, 500)],
        feuds=[Feud(1, 0, avenger=0), Feud(0, 1, level=0.0, avenger=1)],
        units=[Unit(1, 0, attackers, group=0), Unit(0, 0, 10, group=1), Unit(0, 1, defenders, group=2)],
    )  # fmt: skip
    world.cells.harm[0, 1] = 1e6
    return world


SURE = {"rate": 10.0, "half_life": 520.0, "standing": 0.0, "talk": 0.5, "nearby": 0.5}


def test_a_clash_by_hand() -> None:
    # The avengers come from next door; 10 / 40 of the attacks are met, and a quarter of the dead are theirs.
    met = wins = n = 0
    for step in range(400):
        world = armed_world()
        world.step = step
        run_step(world, parameters(**SURE), deaths(tail_exponent=4.0), weeks=100.0)
        (row,) = violence(world)
        _, _, severity, meet = uniform4(*world.key, int(Stream.REVENGE), step, 0, 0)
        split, outcome = uniform4(*world.key, int(Stream.REVENGE_VICTIM), step, 0, 0)[:2]
        n += 1
        assert (row["side_b"] == 1) == (meet < 0.25)
        if row["side_b"] < 0:
            continue
        met += 1
        dead = min(1 + math.floor(4 * (severity ** (-1 / 3) - 1)), 4)  # at most a tenth of 40
        assert (row["deaths_a"], row["deaths_b"]) == (math.floor(dead / 4 + split), dead - math.floor(dead / 4 + split))
        assert row["winner"] == (0 if outcome < 0.75 else 1)
        wins += row["winner"] == 0
        assert world.units.strength.tolist() == [30 - row["deaths_a"], 10, 10 - row["deaths_b"]]
        assert world.communities.population.tolist() == [900, 500]
        assert world.cells.losses[0].tolist() == [row["deaths_a"], row["deaths_b"]]
        assert world.cells.harm[:, 0].tolist() == pytest.approx([0.6 * row["deaths_a"], 0.6 * row["deaths_b"]])
    assert stats.binomtest(met, n, 0.25).pvalue > UNLIKELY
    assert stats.binomtest(wins, met, 0.75).pvalue > UNLIKELY


def test_nobody_is_met_without_defenders_or_by_his_own() -> None:
    for world in (armed_world(defenders=0), armed_world(attackers=0), armed_world()):
        if world.units.strength.all():
            world.ground.feud_avenger[:] = 0  # the same militia avenges both
        for step in range(60):
            world.step = step
            run_step(world, parameters(**SURE), deaths(), weeks=100.0)
        assert {row["side_b"] for row in violence(world)} == {-1}


@pytest.mark.parametrize(
    ("changes", "shelter", "hazard"),
    [
        # harm 20 in the cell around at weight 0.5 rouses 1 - exp(-10 / 10); 30 avengers around count 15 (10: half)
        ({"talk": 0.5, "nearby": 0.5, "unarmed": 0.1}, 0.0, 0.8 * (1 - math.exp(-1)) * (0.1 + 0.9 * 15 / 25)),
        ({"talk": 0.5, "nearby": 0.0, "unarmed": 0.1}, 0.0, 0.8 * (1 - math.exp(-1)) * 0.1),
        ({"talk": 0.5, "nearby": 0.5, "unarmed": 0.0}, 0.5, 0.8 * (1 - math.exp(-1)) * 0.3),
        ({"talk": 0.0, "nearby": 0.5, "unarmed": 1.0}, 0.0, 0.0),
    ],
)
def test_kin_talk_arms_and_shelter(changes: dict[str, float], shelter: float, hazard: float) -> None:
    n = draws(5_000, 500)
    world = armed_world(defenders=0)
    p = parameters(standing=0.0, half_life=520.0, **changes)
    world.outside.shelter[:] = shelter
    for step in range(n):
        world.step = step
        world.communities.population[:] = [900, 500]
        world.cells.harm[:] = 0.0
        world.cells.harm[0, 1] = 20.0
        run_step(world, p, deaths(), weeks=1.0)
    assert stats.binomtest(len(violence(world)), n, 1 - math.exp(-hazard)).pvalue > UNLIKELY


def test_nobody_of_another_people_falls_in_a_clash() -> None:
    # Actor 0 has ten avengers and, placed before them, ninety of people 0; the clash may kill all avengers.
    for step in range(60):
        world = plain_world(
            1, 1, actors=2, groups=[(0, 0), (0, 1), (1, 0)], communities=[Community(0, 0, 900), Community(0, 1, 500)],
            feuds=[Feud(1, 0, avenger=0), Feud(0, 1, level=0.0, avenger=1)],
            units=[Unit(0, 0, 90, group=0), Unit(0, 0, 10, group=1), Unit(0, 1, 90, group=2)],
        )  # fmt: skip
        world.cells.harm[0], world.step = 1e6, step
        run_step(world, parameters(**SURE), deaths(mortal_share=1.0, death_scale=50.0), weeks=100.0)
        (row,) = violence(world)
        assert world.units.strength.tolist() == [90, 10 - row["deaths_a"], 90 - row["deaths_b"]]


def test_feuds_share_their_avengers() -> None:
    # Two feuds of people 1, avenged by one militia: its ten men are counted once, and in the order of the feuds.
    world = plain_world(
        1, 2, actors=2, peoples=3, groups=[(0, 1), (1, 0)], communities=[Community(0, 0, 900), Community(0, 1, 500)],
        feuds=[Feud(0, 1, avenger=1), Feud(1, 0, avenger=0), Feud(1, 2, avenger=0), Feud(1, 2, avenger=1)],
        units=[Unit(1, 0, 7), Unit(0, 0, 3), Unit(1, 1, 5), Unit(1, 0, 0)],
    )  # fmt: skip
    index_units(world)
    ground, cells, units = world.ground, world.cells, world.units

    def avengers(f: int, cell: int) -> int:
        return avengers_in(
            cell, ground.feud_avenger[f], ground.feud_people[f], cells.start, cells.order, cells.strength,
            units.actor, units.group, units.strength, world.groups.people,
        )  # fmt: skip

    assert [[avengers(f, cell) for cell in (0, 1)] for f in range(4)] == [[0, 5], [3, 7], [3, 7], [0, 0]]


def test_no_revenge_under_the_name_of_a_militia_that_is_not_there_yet() -> None:
    for waiting in (1, 0):
        world = armed_world(attackers=0, defenders=0)
        world.actors.waiting[0] = waiting
        run_step(world, parameters(**SURE), deaths(), weeks=100.0)
        assert [row["side_a"] for row in violence(world)] == ([] if waiting else [0])
