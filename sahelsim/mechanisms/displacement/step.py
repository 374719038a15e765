"""One step of displacement."""

from __future__ import annotations

from sahelsim.mechanisms.displacement.kernel import flee_and_return
from sahelsim.mechanisms.displacement.parameters import DisplacementParameters
from sahelsim.rng import Stream
from sahelsim.world.state import World

__all__ = ["run_step"]


def run_step(world: World, parameters: DisplacementParameters, weeks: float) -> None:
    """Let people flee and return."""
    p, c, ground = parameters, world.communities, world.ground
    flee_and_return(
        *world.key, int(Stream.DISPLACEMENT), world.step, weeks,
        c.population, c.away, c.hosted, c.refuge, c.fear, ground.community_refuges, ground.community_refuge_km,
        ground.community_cell, world.cells.memory,
        p.flight_rate, p.fear_threshold, p.return_rate, p.distance_km, p.danger,
    )  # fmt: skip
