"""The model: what happens in a step, in this order."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations

import mesa
import numpy as np
from mesa.discrete_space import OrthogonalMooreGrid

from core_in_mesa.actors import Actor, Dyad
from core_in_mesa.build import make_actors, place_units, settle_communities
from core_in_mesa.community import Community
from core_in_mesa.place import Place
from core_in_mesa.unit import Unit
from sahelsim.terms import TruceState
from sahelsim.world.build import Blueprint

__all__ = ["CoreModel"]


class CoreModel(mesa.Model):  # type: ignore[misc]
    """Units, communities and actors on the ground of a blueprint.

    Parameters
    ----------
    blueprint : Blueprint
        From `sahelsim.world.build.build_blueprint`: ground, homes, parameters.
    seed : int
        Of Mesa's generators.
    """

    def __init__(self, blueprint: Blueprint, seed: int) -> None:
        super().__init__(seed=seed)
        scenario, ground = blueprint.scenario, blueprint.ground
        self.blueprint = blueprint
        self.mechanisms = scenario.mechanisms
        self.weeks = scenario.calendar.step_days / 7.0
        self.extent = ground.extent
        self.camps = list(scenario.camps)
        self.neutral = self.camps[0]
        self.ties = {name: people.kinship for name, people in scenario.peoples.items()}
        self.tallies: Counter[str] = Counter()

        grid = ground.grid
        self.grid = OrthogonalMooreGrid((grid.ny, grid.nx), torus=False, random=self.random, cell_klass=Place)
        self.places: list[Place] = [self.grid[divmod(i, grid.nx)] for i in range(grid.size)]
        for i, place in enumerate(self.places):
            place.settle(self, i, ground)
        reach = self.mechanisms.movement.weekly_range_km * self.weeks / float(np.mean(grid.cell_size_km()))
        self.hops = max(1, math.ceil(reach))
        self.hop_share = min(1.0, reach / self.hops)

        self.actors: list[Actor] = make_actors(self)
        self.members = {camp: [a for a in self.actors if a.camp == camp] for camp in self.camps}
        self.dyads = self._make_dyads()
        place_units(self)
        settle_communities(self)
        self.clan_shares: dict[str, Counter[str]] = {}
        self.camp_enmity: dict[str, dict[str, float]] = {k: dict.fromkeys(self.camps, 0.0) for k in self.camps}
        self.count_strength()
        self._choose_first_sides()
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "fighters": lambda m: sum(a.fighters for a in m.actors),
                "battles": lambda m: m.tallies["battles"],
                "attacks": lambda m: m.tallies["attacks"],
                "defections": lambda m: m.tallies["defections"],
                "truces": lambda m: sum(d.truce != TruceState.NONE for d in m.dyads.values()),
            }
        )

    @property
    def units(self) -> mesa.agent.AgentSet:
        """All armed units."""
        return self.agents_by_type[Unit]

    @property
    def communities(self) -> mesa.agent.AgentSet:
        """All communities."""
        return self.agents_by_type[Community]

    def dyad(self, a: Actor, b: Actor) -> Dyad:
        """The dyad of two actors."""
        return self.dyads[frozenset((a, b))]

    def step(self) -> None:
        """One step of the calendar."""
        for unit in self.units:
            unit.before = unit.cell
        for dyad in self.dyads.values():
            dyad.drift()
        for actor in self.actors:
            actor.note_growth()
        for dyad in self.dyads.values():
            dyad.negotiate()
        for dyad in self.dyads.values():
            dyad.refresh_enmity()
        for place in self.places:
            place.appraise()
        for _ in range(self.hops):
            self.units.do("move")
        self._fight()
        self._harm_civilians()
        self._reconsider()
        self.units.do("weigh_defection")
        self.communities.do("forget")
        for place in self.places:
            place.forget()
        self.count_strength()
        self.datacollector.collect(self)

    def count_strength(self) -> None:
        """Fighters of each actor, by cell and in all."""
        for place in self.places:
            place.strength.clear()
        for actor in self.actors:
            actor.fighters = 0
        for unit in self.units:
            unit.cell.strength[unit.actor] += unit.strength
            unit.actor.fighters += unit.strength

    def note_battle(self, a: Actor, b: Actor, deaths: int, won: bool) -> None:
        """Count a battle; `won` by the attacker."""
        self.tallies["battles"] += 1
        self.tallies["battles won by the attacker"] += won
        self.tallies[f"battles of {a.name} and {b.name}"] += 1
        self.tallies["battle deaths"] += deaths

    def note_attack(self, actor: Actor, deaths: int) -> None:
        """Count an attack on civilians."""
        self.tallies["attacks"] += 1
        self.tallies[f"attacks of {actor.name}"] += 1
        self.tallies["civilian deaths"] += deaths

    def _fight(self) -> None:
        for actor in self.actors:
            actor.fade_battles()
        for place in self.places:
            place.fight()
        self.units.do("retreat")
        for actor in self.actors:
            actor.weigh_battles()
        self.count_strength()

    def _harm_civilians(self) -> None:
        for actor in self.actors:
            actor.judge_camps()
        for place in self.places:
            place.harm_civilians()

    def _reconsider(self) -> None:
        for camp, members in self.members.items():
            fighters = sum(a.fighters for a in members)
            for other in self.camps:
                towards = sum(a.fighters * a.enmity_to_camp[other] for a in members)
                self.camp_enmity[camp][other] = towards / fighters if fighters > 0 else 0.0
        self._survey_support()
        self.communities.do("review")

    def _survey_support(self) -> None:
        """What communities go by: armed presence and services in their cell, the choice of their clan."""
        for place in self.places:
            place.feel_presence()
        people: dict[str, Counter[str]] = {}
        for m in self.communities:
            if m.clan is not None:
                people.setdefault(m.clan, Counter())[m.camp] += m.population
        self.clan_shares = {
            clan: Counter({k: n / max(1, by_camp.total()) for k, n in by_camp.items()})  # type: ignore[misc]
            for clan, by_camp in people.items()
        }

    def _choose_first_sides(self) -> None:
        for _ in range(self.mechanisms.allegiance.initial_reviews):
            self._survey_support()
            self.communities.do("choose")

    def _make_dyads(self) -> dict[frozenset[Actor], Dyad]:
        relations = self.blueprint.scenario.relations
        rivalries = {frozenset((r.a, r.b)): r for r in relations.rivalries.values()}
        truces = {frozenset((t.a, t.b)): TruceState[t.state.upper()] for t in relations.truces.values()}
        dyads = {}
        for a, b in combinations(self.actors, 2):
            names = frozenset((a.name, b.name))
            hostility = 0.0
            for table, x, y in ((relations.camp_hostility, a.camp, b.camp), (relations.hostility, a.name, b.name)):
                hostility = table.get(x, {}).get(y, table.get(y, {}).get(x, hostility))
            truce = truces.get(names, TruceState.NONE)
            dyads[frozenset((a, b))] = Dyad(self, a, b, hostility, rivalries.get(names), truce)
            if names in rivalries:
                a.rivals.append(b)
                b.rivals.append(a)
        return dyads
