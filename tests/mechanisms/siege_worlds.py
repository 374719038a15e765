"""Parameters of sieges and a scattered world with some, for the tests of sieges."""

from __future__ import annotations

import math

import numpy as np

from mechanisms.small import Band, Village, least, little_world
from sahelsim.mechanisms.siege.parameters import SiegeParameters
from sahelsim.terms import Trait
from sahelsim.world.state import World

BY_HAND = least(
    SiegeParameters, rate=0.2, min_people=100, max_people=5000, neutral=0.1, reach=0.25, presence_scale=10.0,
    resistance=3.0, crew=10.0, hold=1.5, tightening=math.log(2), hungering=0.4, recovery=0.2, fed=0.01, grievance=0.5,
    abandonment=0.3, lifting=0.8, relief=0.6, surrender=2.0, patience=4.0, resentment=1.0,
)  # fmt: skip


def scattered(seed: int) -> tuple[World, SiegeParameters]:
    """Five actors of three camps over three by four cells, some villages under siege or in a pact."""
    r = np.random.default_rng(seed)
    bands = [Band(int(r.integers(5)), int(r.integers(12)), int(r.integers(0, 90))) for _ in range(25)]
    homes = [Village(cell, int(r.integers(0, 3000)), camp=int(r.integers(4))) for cell in sorted(r.integers(0, 12, 24))]
    world = little_world(bands, homes, shape=(3, 4), actor_camp=(1, 2, 3, 1, 2), camps=4, seed=seed, extent=1.5)
    a, c = world.actors, world.communities
    upper = np.triu(r.uniform(0, 1, (5, 5)) * (r.random((5, 5)) > 0.2), 1)
    a.enmity[:] = upper + upper.T
    a.local[:] = r.integers(0, 2, 5)
    a.traits[Trait.BESIEGING] = r.uniform(0, 2, 5) * r.integers(0, 2, 5)
    a.traits[Trait.ESTABLISHMENT] = [0, 1, 0, 0, 0]
    a.drive[:] = r.uniform(0.2, 1, 5)
    world.step = int(r.integers(50, 1000))
    c.besieger[:] = np.where(r.random(24) < 0.4, r.integers(0, 5, 24), -1)
    under = c.besieger >= 0
    c.siege_start[under] = world.step - r.integers(1, 40, under.sum())
    c.tightness[under] = r.uniform(0, 1, under.sum())
    c.hunger[:] = r.uniform(0, 1, 24) * r.integers(0, 2, 24)
    c.pact[:] = np.where(r.random(24) < 0.2, r.integers(0, 5, 24), -1)
    c.grievance[:] = r.exponential(0.5, c.grievance.shape)
    world.cells.trust[:] = r.uniform(-1, 1, world.cells.trust.shape)
    world.outside.shelter[:] = r.choice([0.0, 0.3], 12)
    p = BY_HAND.model_copy(update={"rate": 0.5, "crew": 15.0, "surrender": 0.3, "lifting": 0.4})
    return world, p
