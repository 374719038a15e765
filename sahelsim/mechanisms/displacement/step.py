"""One step of displacement."""

from __future__ import annotations

from sahelsim.mechanisms.displacement.kernel import flee_and_return
from sahelsim.mechanisms.displacement.parameters import DisplacementParameters
from sahelsim.rng import Stream
from sahelsim.world.state import World

__all__ = ["run_step"]

_MOVES = 4
"""Rows that a community can log in a step: one flight or return, one settling, and two of a move onward."""


def run_step(world: World, parameters: DisplacementParameters, weeks: float) -> None:
    """Let people flee, move on, return and settle."""
    p, c, ground, log = parameters, world.communities, world.ground, world.flows
    log.reserve(_MOVES * ground.communities)
    flee_and_return(
        *world.key, int(Stream.DISPLACEMENT), world.step, weeks,
        c.population, c.away, c.hosted, c.away_at, c.fear, c.hunger, c.tightness,
        ground.community_refuges, ground.community_refuge_pull, ground.community_cell, world.cells.memory,
        p.flight_rate, p.hunger_flight, p.blockade, p.fear_threshold, p.return_rate, p.settle_rate, p.onward_rate,
        p.danger, log.rows, log.count,
    )  # fmt: skip
    world.fresh.people_changed()
