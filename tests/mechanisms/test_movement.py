"""Movement: worked example, slow reference, invariants, and the shares of the multinomial logit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mechanisms.worlds import Community, Unit, draws, plain_world, random_world, spoil_index
from sahelsim.mechanisms.movement.kernel import FORBIDDEN, move_units
from sahelsim.mechanisms.movement.parameters import MovementParameters
from sahelsim.mechanisms.movement.step import appraise, run_step
from sahelsim.rng import Stream, uniforms
from sahelsim.terms import Role, Trait
from sahelsim.world.index import index_communities, index_units
from sahelsim.world.state import World

UNLIKELY = 1e-5
CELL_KM = 27.5  # about one cell of a quarter degree


def parameters(**changes: float) -> MovementParameters:
    values: dict[str, float] = {
        "weekly_range_km": CELL_KM, "sharpness": 1.0, "threat_scale": 10.0, "crowding": 0.3, "crowd_size": 10.0,
        "desert_cost": 1.0, "river_gain": 0.8, "border_cost": 0.5, "closed_cost": 2.0, "people_scale": 1000.0,
        "profit": 0.4, "profit_scale": 100.0,
    }  # fmt: skip
    return MovementParameters(enabled=True, **(values | changes))


def hop(world: World, p: MovementParameters, chance: float | np.ndarray = 1.0, number: int = 0) -> None:
    """One call of the kernel over the whole world."""
    index_units(world)
    units, ground, cells = world.units, world.ground, world.cells
    move_units(
        *world.key, int(Stream.MOVEMENT), world.step, number, cells.start, cells.order,
        units.cell, units.actor, units.group, units.role,
        world.groups.attraction, world.cells.appeal, ground.neighbours, ground.cells_country,
        world.outside.border, np.broadcast_to(chance, (world.actors.camp.size,)).astype(np.float64), p.sharpness,
        p.border_cost, p.closed_cost,
    )  # fmt: skip


# --- 1. worked examples


def test_appeal_by_hand() -> None:
    world = plain_world(
        1, 1, actors=2, units=[Unit(0, 0, 20), Unit(0, 0, 10), Unit(0, 1, 100)],
        communities=[Community(0, 0, 750, camp=1), Community(0, 0, 2250, camp=2)],
    )  # fmt: skip
    ground, traits = world.ground, world.actors.traits
    ground.cells_desert[:], ground.cells_river[:], ground.cells_remoteness[:] = 0.25, 0.5, 0.5
    world.actors.enmity[:] = [[0.0, 0.9], [0.9, 0.0]]
    for trait, value in (
        (Trait.HUNTS, 1.0), (Trait.CAUTION, 0.5), (Trait.SEEKS_PEOPLE, 2.0), (Trait.SEEKS_OWN, 1.5),
        (Trait.SEEKS_REMOTE, 0.4),
    ):  # fmt: skip
        traits[trait, 0] = value
    appraise(world, parameters())
    # Actor 0: own S = 30, enemy E = 0.9 * 100 = 90, N = 3000 people, of whom 750 in its camp.
    #   hunts          1.0 * ln(1 + 90/10)             = ln 10       =  2.302585
    #   caution       -0.5 * ln((10 + 90) / (10 + 30)) = -ln(2.5)/2  = -0.458145
    #   seeks_people   2.0 * ln(1 + 3000/1000)         = 2 ln 4      =  2.772589
    #   seeks_own      1.5 * 750/3000                                =  0.375
    #   seeks_remote   0.4 * 0.5                                     =  0.2
    #   crowding      -0.3 * ln(30/10)                               = -0.329584
    #   desert, river -1.0 * 0.25 + 0.8 * 0.5                        =  0.15        sum 5.012445
    # Actor 1 has no traits: ground 0.15, crowding -0.3 ln(100/10) = -0.690776      sum -0.540776
    assert world.cells.appeal[0].tolist() == pytest.approx([5.012445, -0.540776], abs=2e-6)


def test_appeal_in_larger_cells_by_hand() -> None:
    # A cell of twice the reference area: threat_scale 20, crowd_size 20 and people_scale 2000 a cell.
    world = plain_world(
        1, 1, actors=2, extent=2.0, units=[Unit(0, 0, 40), Unit(0, 1, 100)], communities=[Community(0, 0, 6000)]
    )
    world.actors.enmity[:] = [[0.0, 0.8], [0.8, 0.0]]
    world.actors.traits[[Trait.HUNTS, Trait.CAUTION, Trait.SEEKS_PEOPLE], 0] = [1.0, 0.5, 2.0]
    appraise(world, parameters())
    # hunts ln(1 + 80/20) = ln 5 = 1.609438; caution -0.5 ln((20 + 80) / (20 + 40)) = -0.255413;
    # people 2 ln(1 + 6000/2000) = 2.772589; crowding -0.3 ln(40/20) = -0.207944; sum 3.918670.
    # Actor 1: crowding alone, -0.3 ln(100/20) = -0.482831.
    assert world.cells.appeal[0].tolist() == pytest.approx([3.918670, -0.482831], abs=2e-6)


def test_appeal_of_an_empty_cell_is_that_of_its_ground() -> None:
    world = plain_world(1, 2, actors=2, communities=[Community(1, 0, 1000, camp=1)])
    world.ground.cells_river[:] = [0.5, 0.0]
    world.actors.traits[[Trait.HUNTS, Trait.CAUTION, Trait.SEEKS_PEOPLE, Trait.SEEKS_OWN]] = 1.0
    appraise(world, parameters())
    # Cell 0: river 0.8 * 0.5. Cell 1: ln(1 + 1000/1000) = 0.693147, and for actor 0 all people are its own.
    assert world.cells.appeal.tolist() == [pytest.approx([0.4, 0.4]), pytest.approx([1.693147, 0.693147])]


def test_caution_does_not_reward_weaker_enemies() -> None:
    world = plain_world(1, 1, actors=2, units=[Unit(0, 0, 9), Unit(0, 1, 9)])
    world.actors.enmity[:] = [[0.0, 1.0], [1.0, 0.0]]
    world.actors.traits[Trait.CAUTION] = 5.0
    appraise(world, parameters(crowding=0.0))
    assert world.cells.appeal.tolist() == [[0.0, 0.0]]  # ln of 19/19 is 0: neither side is stronger
    world.cells.strength[0] = [90, 9]
    appraise(world, parameters(crowding=0.0))
    # Actor 1 sees ln(100/19) = 1.660731 against it; actor 0 is stronger and indifferent.
    assert world.cells.appeal[0].tolist() == pytest.approx([0.0, -5 * 1.660731], abs=1e-5)


def test_choice_by_hand() -> None:
    # Three cells in a row; worth ln 1 in the west, ln 2 here, ln 5 in the east: shares 1/8, 2/8, 5/8. The unit looks
    # east first (neighbour 0), then west (neighbour 4), last at its own cell, so with its second number u it goes
    # east for u < 0.625, west for 0.625 <= u < 0.75 and stays for u >= 0.75.
    n = 200
    world = plain_world(1, 3, actors=1, units=[Unit(1, 0, 5)] * n)
    world.groups.attraction[:] = np.log([1.0, 2.0, 5.0])
    p = parameters(border_cost=math.log(5.0))
    u = uniforms(world.key, Stream.MOVEMENT, 0, np.arange(n))
    hop(world, p, chance=0.5)
    target = np.where(u[:, 1] < 0.625, 2, np.where(u[:, 1] < 0.75, 0, 1))
    assert np.array_equal(world.units.cell, np.where(u[:, 0] < 0.5, target, 1))
    assert set(world.units.cell.tolist()) == {0, 1, 2}
    # Over a border that costs ln 5 the east is worth ln 1: shares 1/4, 2/4, 1/4.
    world.units.cell[:] = 1
    world.ground.cells_country[2] = 1
    hop(world, p)
    assert np.array_equal(world.units.cell, np.where(u[:, 1] < 0.25, 2, np.where(u[:, 1] < 0.5, 0, 1)))


def test_hops_by_hand() -> None:
    # A week of 4.2 cells is five hops, in each of which a unit of mobility 0.5 weighs a move with chance
    # 0.5 * 4.2 / 5 = 0.42. Sharpness 20 and a pull of 2 a column take every unit that weighs a move one east.
    world = plain_world(1, 12, actors=1, units=[Unit(0, 0, 5)] * 100)
    world.groups.attraction[:] = 2.0 * np.arange(12)
    world.actors.traits[Trait.MOBILITY] = 0.5
    size = float(world.ground.grid.cell_size_km().mean())
    run_step(world, parameters(weekly_range_km=2.1 * size, sharpness=20.0), weeks=2.0)
    weighed = [uniforms(world.key, Stream.MOVEMENT, 0, np.arange(100), slot=h)[:, 0] < 0.42 for h in range(5)]
    assert np.array_equal(world.units.cell, np.sum(weighed, axis=0))
    assert world.cells.strength[:, 0].sum() == 500


# --- 2. slow reference


def slow_appeal(world: World, p: MovementParameters, c: int, a: int) -> float:
    """The equation of the module, term by term; strengths and people are held against scales per area."""
    t = world.actors.traits[:, a]
    threat, crowd, many = (scale * world.ground.extent for scale in (p.threat_scale, p.crowd_size, p.people_scale))
    own = int(world.cells.strength[c, a])
    enemy = sum(float(e) * int(s) for e, s in zip(world.actors.enmity[a], world.cells.strength[c], strict=True))
    people = sum(int(n) for n in world.cells.pledged[c])
    riches = float(world.ground.trade[c] + world.ground.gold[c])
    friends = int(world.cells.pledged[c, world.actors.camp[a]])
    return (
        t[Trait.HUNTS] * math.log(1 + enemy / threat)
        - t[Trait.CAUTION] * max(0.0, math.log((threat + enemy) / (threat + own)))
        + t[Trait.SEEKS_PEOPLE] * math.log(1 + people / many)
        + t[Trait.SEEKS_OWN] * (friends / people if people else 0.0)
        + t[Trait.SEEKS_REMOTE] * float(world.ground.cells_remoteness[c])
        - p.crowding * (max(0.0, math.log(own / crowd)) if own else 0.0)
        - p.desert_cost * float(world.ground.cells_desert[c])
        + p.river_gain * float(world.ground.cells_river[c])
        + p.profit * t[Trait.TRADING] * math.log(1 + riches / (p.profit_scale * world.ground.extent))
    )


def slow_hop(world: World, p: MovementParameters, chance: np.ndarray, number: int) -> list[int]:
    """Where each unit stands after a hop: eight neighbours and the own cell, weights exp(sharpness V)."""
    units, ground = world.units, world.ground
    u = uniforms(world.key, Stream.MOVEMENT, world.step, np.arange(units.cell.size), slot=number)
    after = []
    for i in range(units.cell.size):
        here, a, g = int(units.cell[i]), int(units.actor[i]), int(units.group[i])
        settled = units.strength[i] == 0 or units.role[i] == Role.GARRISON
        options = [int(c) for c in ground.neighbours[here] if c >= 0] + [here]
        options = [c for c in options if world.groups.attraction[g, c] > FORBIDDEN / 2]
        if settled or u[i, 0] >= chance[a] or not options:
            after.append(here)
            continue
        worth = [
            float(world.groups.attraction[g, c]) + float(world.cells.appeal[c, a])
            - (p.border_cost if ground.cells_country[c] != ground.cells_country[here] else 0.0)
            - p.closed_cost * float(world.outside.border[ground.cells_country[here], ground.cells_country[c]])
            for c in options
        ]  # fmt: skip
        weights = [math.exp(p.sharpness * v) for v in worth]
        passed = [sum(weights[: k + 1]) / sum(weights) for k in range(len(weights))]
        after.append(next(c for c, edge in zip(options, passed, strict=True) if u[i, 1] < edge))
    return after


SHAPES = {"seed": st.integers(0, 10**6), "rows": st.integers(1, 4), "columns": st.integers(1, 4)}


@given(**SHAPES, actors=st.integers(1, 4), camps=st.integers(2, 5), extent=st.floats(0.1, 20))
def test_appeal_is_the_reference(seed: int, rows: int, columns: int, actors: int, camps: int, extent: float) -> None:
    world = random_world(seed, rows, columns, actors=actors, camps=camps, extent=extent)
    p = parameters()
    world.cells.pledged[:] = 77
    appraise(world, p)
    index_communities(world)
    slow = [[slow_appeal(world, p, c, a) for a in range(actors)] for c in range(rows * columns)]
    assert np.allclose(world.cells.appeal, slow, rtol=1e-6, atol=1e-6)


@given(**SHAPES, sharpness=st.floats(0, 10), border_cost=st.floats(0, 3))
def test_hops_are_the_reference(seed: int, rows: int, columns: int, sharpness: float, border_cost: float) -> None:
    world = random_world(seed, rows, columns)
    p = parameters(sharpness=sharpness, border_cost=border_cost)
    chance = world.actors.traits[Trait.MOBILITY]
    for number in range(2):
        slow = slow_hop(world, p, chance, number)
        hop(world, p, chance, number)
        assert world.units.cell.tolist() == slow


# --- 3. invariants


@given(**SHAPES, weeks=st.sampled_from([0.5, 1.0, 4.0]), reach=st.floats(1, 120), sharpness=st.floats(0, 20))
def test_invariants(seed: int, rows: int, columns: int, weeks: float, reach: float, sharpness: float) -> None:
    world = random_world(seed, rows, columns, units=30)
    units, before = world.units, world.units.cell.copy()
    others = {name: getattr(units, name).copy() for name in ("home", "group", "actor", "role", "strength")}
    allowed = world.groups.attraction > FORBIDDEN / 2
    world.actors.traits[Trait.MOBILITY, 0] = 0.0
    spoil_index(world)
    run_step(world, parameters(weekly_range_km=reach, sharpness=sharpness), weeks)
    after = units.cell
    assert ((after >= 0) & (after < rows * columns)).all()
    settled = (units.role == Role.GARRISON) | (units.strength == 0) | (units.actor == 0)
    assert np.array_equal(after[settled], before[settled])
    moved = after != before
    assert allowed[units.group[moved], after[moved]].all()
    hops = math.ceil(reach * weeks / float(world.ground.grid.cell_size_km().mean()))
    king = np.maximum(abs(after // columns - before // columns), abs(after % columns - before % columns))
    assert (king <= hops).all()
    for name, values in others.items():
        assert np.array_equal(getattr(units, name), values), name
    recount = np.zeros_like(world.cells.strength)
    np.add.at(recount, (units.cell, units.actor), units.strength)
    assert np.array_equal(world.cells.strength, recount)


@given(seed=st.integers(0, 10**6), factor=st.sampled_from([2, 4, 32]))
def test_appeal_is_a_matter_of_density(seed: int, factor: int) -> None:
    # Cells of `factor` times the area with as many times the fighters and people are worth the same.
    plain, large = random_world(seed), random_world(seed, extent=float(factor))
    large.units.strength *= factor
    large.communities.population *= factor
    for riches in (large.ground.trade, large.ground.gold):
        riches *= factor
    for world in (plain, large):
        index_units(world)
        appraise(world, parameters())
    assert np.allclose(plain.cells.appeal, large.cells.appeal, rtol=1e-6, atol=1e-6)


@given(seed=st.integers(0, 10**6))
def test_units_move_on_their_own(seed: int) -> None:
    # What a unit does in a hop depends on no other unit: without the second half the first moves as before.
    whole, part = random_world(seed, units=20), random_world(seed, units=20)
    part.units.strength[10:] = 0
    for world in (whole, part):
        hop(world, parameters(), 0.7)
    assert np.array_equal(whole.units.cell[:10], part.units.cell[:10])


def test_a_unit_with_nowhere_to_go_stays() -> None:
    world = plain_world(3, 3, actors=1, units=[Unit(4, 0, 5)] * 20)
    world.groups.attraction[:] = FORBIDDEN
    hop(world, parameters())
    assert (world.units.cell == 4).all()
    world.groups.attraction[0, 7] = -50.0  # bad, but the only cell that it may enter
    hop(world, parameters(sharpness=20.0))
    assert (world.units.cell == 7).all()


# --- 4. the multinomial logit and its limits


def crowd(n: int, attraction: np.ndarray) -> World:
    """`n` units in the middle of nine cells."""
    world = plain_world(3, 3, actors=1, units=[Unit(4, 0, 1)] * n)
    world.groups.attraction[:] = attraction
    return world


def test_shares_are_those_of_the_logit() -> None:
    n = draws(60_000, 3_000)
    attraction = np.random.default_rng(4).uniform(-1, 1, 9).astype(np.float32)
    world = crowd(n, attraction)
    world.ground.cells_country[[0, 3, 6]] = 1
    hop(world, parameters(sharpness=1.7, border_cost=0.4))
    worth = attraction.astype(float) - 0.4 * (np.arange(9) % 3 == 0)
    share = np.exp(1.7 * worth) / np.exp(1.7 * worth).sum()
    assert stats.chisquare(np.bincount(world.units.cell, minlength=9), n * share).pvalue > UNLIKELY


def test_no_sharpness_is_a_fair_die() -> None:
    n = draws(45_000, 2_700)
    world = crowd(n, np.arange(9) * 3.0)
    world.groups.attraction[0, 8] = FORBIDDEN
    hop(world, parameters(sharpness=0.0))
    counts = np.bincount(world.units.cell, minlength=9)
    assert counts[8] == 0
    assert stats.chisquare(counts[:8]).pvalue > UNLIKELY


def test_great_sharpness_takes_the_best_cell() -> None:
    world = crowd(300, np.array([0, 0, 0, 0, 1, 0, 0, 0, 3.0]))
    hop(world, parameters(sharpness=20.0))  # odds of e**40 to 1
    assert (world.units.cell == 8).all()


def test_choice_knows_only_differences() -> None:
    low, high = (crowd(400, np.arange(9) / 8.0 + shift) for shift in (-30_000.0, 64.0))
    for world in (low, high):
        hop(world, parameters(sharpness=2.0))
    assert np.array_equal(low.units.cell, high.units.cell)  # multiples of 1/8 are exact in single precision


def test_frequency_of_weighing_a_move() -> None:
    n = draws(50_000, 3_000)
    world = crowd(n, np.array([0.0] * 8 + [60.0]))
    hop(world, parameters(sharpness=20.0), chance=0.3)
    assert stats.binomtest(int((world.units.cell == 8).sum()), n, 0.3).pvalue > UNLIKELY


def test_hops_use_fresh_numbers() -> None:
    n = draws(20_000, 2_000)
    first, second = crowd(n, np.zeros(9)), crowd(n, np.zeros(9))
    hop(first, parameters(sharpness=0.0), number=0)
    hop(second, parameters(sharpness=0.0), number=1)
    table = np.zeros((9, 9))
    np.add.at(table, (first.units.cell, second.units.cell), 1)
    assert stats.chi2_contingency(table).pvalue > UNLIKELY


@pytest.mark.parametrize("resolution", [0.5, 0.25, 0.125])
def test_pulled_units_cover_the_same_ground_on_any_grid(resolution: float) -> None:
    # A strong pull to the east takes a unit weekly_range * mobility * weeks km in the mean, whatever the cells.
    n = draws(2_000, 300)
    columns = round(6.0 / resolution)
    world = plain_world(3, columns, actors=1, units=[Unit(columns, 0, 1)] * n, resolution=resolution)
    world.groups.attraction[:] = 4.0 * (np.arange(3 * columns) % columns)
    world.actors.traits[Trait.MOBILITY] = 0.6
    size = float(world.ground.grid.cell_size_km().mean())
    for step in range(5):
        world.step = step
        run_step(world, parameters(weekly_range_km=90.0, sharpness=20.0), weeks=1.0)
    km = (world.units.cell % columns).mean() * size
    hops = math.ceil(90.0 / size)
    chance = 0.6 * 90.0 / size / hops
    error = size * math.sqrt(5 * hops * chance * (1 - chance) / n)
    assert abs(km - 90.0 * 0.6 * 5) < 4.5 * error
