"""A small world in which nothing happens but interventions, for their tests."""

from __future__ import annotations

from datetime import date, timedelta

from mechanisms.small import all_off, snapshot, with_rivals

from sahelsim.schedule import begin, run_step
from sahelsim.world.build import build_blueprint

STEPS = 12
START = date(2020, 1, 1)
ARMY, MOVEMENT, SPLINTER = range(3)
RIVALS = {"a": "movement", "b": "splinter"}
TRUCE = {"type": "truce", "what_if": True, **RIVALS}


def day(step: int, inside: int = 3) -> str:
    """A day in a step of seven days; before the start where the step is negative."""
    return (START + timedelta(days=7 * step + inside)).isoformat()


def deployment(**more):
    """A force of 125 that comes to the splinter in step 4, but for what `more` says."""
    return {"type": "deploy", "actor": "splinter", "group": "bands", "fighters": 125, "date": day(4), **more}


def still(changes=None, **interventions):
    """A scenario in which nothing happens but the interventions (hostility does not even drift)."""
    named = {f"interventions__{name}": {"source": "test", **what} for name, what in interventions.items()}
    frame = {"calendar__steps": STEPS, "calendar__start": START.isoformat(), "mechanisms__truce__drift": 0.0}
    return with_rivals(**{**frame, **all_off(), **(changes or {}), **named})


def played(scenario, steps: int = STEPS):
    """The world after each step, as snapshots, and the play itself."""
    play = begin(build_blueprint(scenario), 0)
    states = []
    for _ in range(steps):
        run_step(play)
        states.append(snapshot(play.world))
    return states, play


def fighters(states, actor: int) -> list[int]:
    """Fighters of an actor after each step."""
    return [int(s["units.strength"][s["units.actor"] == actor].sum()) for s in states]
