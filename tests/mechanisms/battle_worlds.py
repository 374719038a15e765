"""Worlds in which enemies meet, and parameters of battle, for the tests of battle."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from mechanisms.worlds import Unit, plain_world
from sahelsim.mechanisms.battle.parameters import BattleParameters
from sahelsim.terms import Role, Trait
from sahelsim.world.state import World

UNLIKELY = 1e-5
FORBIDDEN = -1.0e9


def parameters(**changes: float) -> BattleParameters:
    """Parameters of battle that are easy to reckon with, but for `changes`."""
    values: dict[str, float] = {
        "rate": 1.0, "half_strength": 60.0, "tacit_factor": 0.1, "negotiated_factor": 0.1, "desert_factor": 0.5,
        "death_scale": 4.0, "tail_exponent": 2.0, "mortal_share": 0.2, "outcome_slope": 1.0, "attacker_edge": -0.5,
        "loser_share": 0.7, "momentum_scale": 4.0, "momentum_half_life": 2.0, "loss_half_life": 2.0,
        "strength_exponent": 1.0,
    }  # fmt: skip
    return BattleParameters(enabled=True, **(values | changes))


def make_enemies(world: World, enmity: float = 1.0) -> None:
    """Every actor bears every other the same enmity."""
    world.actors.enmity[:] = enmity * (1.0 - np.eye(world.actors.camp.size))


SHAPES = {"seed": st.integers(0, 10**6), "rows": st.integers(1, 3), "columns": st.integers(1, 3)}
PARAMETERS = st.builds(
    parameters,
    rate=st.floats(0, 20), half_strength=st.floats(1, 200), desert_factor=st.floats(0, 2),
    death_scale=st.floats(0.5, 40), tail_exponent=st.floats(1.3, 4), mortal_share=st.floats(0.01, 1),
    outcome_slope=st.floats(0, 4), attacker_edge=st.floats(-2, 2), loser_share=st.floats(0.5, 1),
    strength_exponent=st.floats(0, 2), momentum_scale=st.floats(0.1, 1000), momentum_half_life=st.floats(1, 520),
)  # fmt: skip

CERTAIN = parameters(rate=50.0, half_strength=1.0, mortal_share=0.9, desert_factor=1.0)
"""A battle in every cell in ten weeks (hazard above 48 a week)."""


def field(
    n: int, strength_a: int, strength_b: int, initiative: tuple[float, float] = (1.0, 1.0), extent: float = 1.0
) -> World:
    """`n` cells with one garrison of each of two enemies."""
    rows = 50
    assert n % rows == 0
    units = [Unit(c, a, (strength_a, strength_b)[a], Role.GARRISON) for c in range(n) for a in (0, 1)]
    world = plain_world(rows, n // rows, actors=2, units=units, resolution=0.05, extent=extent, seed=11)
    make_enemies(world)
    world.actors.traits[Trait.INITIATIVE] = initiative
    return world
