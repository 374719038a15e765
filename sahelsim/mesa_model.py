"""The model for Mesa users: a `mesa.Model` over the same arrays. The only module that imports Mesa.

It has no Agent objects: the agents are rows of `world.units` and `world.communities`. `step`, `DataCollector` with
model reporters and `mesa.batch_run` work as usual, and a run gives the same numbers as `sahelsim.simulate`.

    >>> from sahelsim.mesa_model import SahelModel
    >>> model = SahelModel("two_actors", replicate=0)
    >>> model.run_for_steps(10)
    >>> model.datacollector.get_model_vars_dataframe().tail()

In `mesa.batch_run`, sweep `replicate` for random realisations (the draws are those of the scenario's seed and the
replicate, not of Mesa's generators), and give a loaded scenario in a list:

    >>> sweep = {"scenario": [scenario], "replicate": range(4), "mechanisms__battle__rate": [0.3, 0.6]}
    >>> rows = mesa.batch_run(SahelModel, sweep)
"""

from __future__ import annotations

from typing import Any

import mesa

from sahelsim.scenario.load import load_scenario
from sahelsim.scenario.schema import Scenario
from sahelsim.scenario.vary import change_scenario
from sahelsim.schedule import begin, run_step
from sahelsim.terms import Harm
from sahelsim.world.build import Blueprint, build_blueprint
from sahelsim.world.state import World

__all__ = ["SahelModel"]


class SahelModel(mesa.Model):  # type: ignore[misc]
    """A replicate of a scenario as a Mesa model.

    Parameters
    ----------
    scenario : str or Scenario
        A scenario, the path of its YAML file or the name of a shipped one.
    replicate : int
        Which random realisation; with the scenario's seed it determines every draw.
    seed : int, optional
        Takes the place of the scenario's seed. Mesa's own generators are not used by the model.
    **settings
        Changes of the scenario by dotted path, with `__` for the dot so that `mesa.batch_run` can sweep them:
        ``mechanisms__battle__rate=0.3``.

    Attributes
    ----------
    blueprint : Blueprint
        What does not change; `blueprint.scenario` is the scenario. (`model.scenario` belongs to Mesa.)
    world : World
        The arrays.
    running : bool
        False after the last step of the scenario's calendar.
    datacollector : mesa.DataCollector
        One row after each step: fighters and displaced people then; battles, attacks on civilians and deaths since
        the first day.

    Raises
    ------
    BadInput
        As `load_scenario`.
    """

    def __init__(
        self, scenario: str | Scenario = "two_actors", replicate: int = 0, seed: int | None = None, **settings: Any
    ) -> None:
        changes = {key.replace("__", "."): value for key, value in settings.items()}
        if seed is not None:
            changes["seed"] = seed
        base = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
        changed = change_scenario(base, changes) if changes else base
        super().__init__(rng=changed.seed)
        self.blueprint: Blueprint = build_blueprint(changed)
        self._play = begin(self.blueprint, replicate)
        reporters = {"fighters": _fighters, "battles": _battles, "attacks_on_civilians": _attacks, "deaths": _deaths}
        self.datacollector = mesa.DataCollector(model_reporters={**reporters, "displaced": _displaced})

    @property
    def world(self) -> World:
        """The state of the world now."""
        return self._play.world

    def step(self) -> None:
        """One step of the schedule; nothing once the calendar has ended."""
        steps = self.blueprint.scenario.calendar.steps
        if self.world.step < steps:
            run_step(self._play)
            self.datacollector.collect(self)
        self.running = self.world.step < steps

    def run_for_steps(self, steps: int) -> None:
        """Run a number of steps, or to the end of the calendar."""
        for _ in range(steps):
            if not self.running:
                break
            self.step()


def _fighters(model: SahelModel) -> int:
    return int(model.world.units.strength.sum())


def _kind(model: SahelModel, kind: Harm) -> int:
    log = model.world.violence
    return int((log.rows[: int(log.count[0]), 1] == int(kind)).sum())


def _battles(model: SahelModel) -> int:
    return _kind(model, Harm.BATTLE)


def _attacks(model: SahelModel) -> int:
    return _kind(model, Harm.VIOLENCE_AGAINST_CIVILIANS) + _kind(model, Harm.REVENGE)


def _deaths(model: SahelModel) -> int:
    log = model.world.violence
    return int(log.rows[: int(log.count[0]), 5:8].sum())


def _displaced(model: SahelModel) -> int:
    return int(model.world.communities.away.sum())
