"""Parameters of pacts and a scattered world with some, for the tests of pacts."""

from __future__ import annotations

import numpy as np

from mechanisms.small import Band, Village, least, little_world
from sahelsim.mechanisms.pact.parameters import PactParameters
from sahelsim.terms import Trait
from sahelsim.world.state import World

BY_HAND = least(
    PactParameters, rate=0.1, reach=0.25, presence_scale=10.0, governing=0.5, urge=7.0, resistance=2.0,
    base=-1.0, hunger=2.0, fear=1.5, trust=0.5, grievance=0.8, kinship=2.0, state=3.0, protection=0.4,
    restraint=0.2, quiet=0.9, calm=0.1, temptation=0.05, loss_scale=10.0, violence=0.2, pressure=0.3, absence=0.6,
    resentment=0.4, bond=1.0, breach_cost=0.5, breach_spread=0.4, breach_grievance=0.3, trust_gain=0.1,
    trust_half_life=10.0,
)  # fmt: skip


def scattered(seed: int) -> World:
    """Five actors of three camps over three by four cells, some villages in a pact or under siege."""
    r = np.random.default_rng(seed)
    bands = [Band(int(r.integers(5)), int(r.integers(12)), int(r.integers(0, 60))) for _ in range(25)]
    homes = [
        Village(
            cell, int(r.integers(0, 3) * r.integers(1, 900)), int(r.integers(2)), int(r.integers(4)),
            grievance=tuple(r.exponential(0.5, 4)), fear=float(r.exponential(0.5)),
        )
        for cell in sorted(r.integers(0, 12, 24))
    ]  # fmt: skip
    world = little_world(
        bands, homes, shape=(3, 4), actor_camp=(1, 2, 3, 1, 2), camps=4, peoples=2,
        kinship=np.column_stack((np.zeros(2), r.uniform(-1, 1, (2, 3)))), seed=seed, extent=1.5,
    )  # fmt: skip
    a, c = world.actors, world.communities
    upper = np.triu(r.uniform(0, 1, (5, 5)), 1)
    a.enmity[:] = upper + upper.T
    a.local[:] = r.integers(0, 2, 5)
    a.traits[[Trait.BARGAINING, Trait.GOVERNANCE, Trait.HARSHNESS]] = r.uniform(0, 2, (3, 5)) * r.integers(0, 2, (3, 5))
    a.disarray[:] = r.uniform(0, 1, 5) * r.integers(0, 2, 5)
    world.step = int(r.integers(50, 1000))
    c.besieger[:] = np.where(r.random(24) < 0.4, r.integers(0, 5, 24), -1)
    under = c.besieger >= 0
    c.siege_start[under] = world.step - r.integers(1, 40, under.sum())
    c.tightness[under] = r.uniform(0, 1, under.sum())
    c.hunger[:] = r.uniform(0, 1, 24)
    c.pact[:] = np.where(r.random(24) < 0.4, r.integers(0, 5, 24), -1)
    c.pact_start[c.pact >= 0] = 3
    c.pact_harm[:] = np.where(c.pact >= 0, r.integers(0, 5, 24), 0)
    world.cells.trust[:] = r.uniform(-1, 1, world.cells.trust.shape)
    world.cells.losses[:] = r.integers(0, 20, world.cells.losses.shape)
    return world
