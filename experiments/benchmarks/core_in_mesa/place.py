"""Cells of the grid: ground, who is there, and the violence that happens there."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING, Any

from mesa.discrete_space import Cell

from core_in_mesa.battle import clash
from core_in_mesa.draws import happens, kept, lomax
from core_in_mesa.unit import Unit

if TYPE_CHECKING:
    from core_in_mesa.actors import Actor
    from core_in_mesa.community import Community
    from core_in_mesa.model import CoreModel

__all__ = ["Place"]


class Place(Cell):  # type: ignore[misc]
    """A cell with its ground and what is known of it; `settle` puts it into its model."""

    model: CoreModel

    def settle(self, model: CoreModel, index: int, ground: Any) -> None:
        """Take over the ground of cell `index`."""
        self.model = model
        self.index = index
        self.country = int(ground.cells_country[index])
        self.desert = float(ground.cells_desert[index])
        self.river = float(ground.cells_river[index])
        self.remoteness = float(ground.cells_remoteness[index])
        self.riches = float(ground.trade[index] + ground.gold[index])
        self.communities: list[Community] = []
        self.strength: Counter[Actor] = Counter()
        self.losses: Counter[Actor] = Counter()  # remembered, fading
        self.appeal: dict[Actor, float] = {}
        self.felt: dict[str, float] = {}
        self.services: dict[str, float] = {}

    def forces(self) -> dict[Actor, list[Unit]]:
        """Units by actor, actors in the order of the scenario."""
        here: dict[Actor, list[Unit]] = {}
        for agent in self.agents:
            if isinstance(agent, Unit):
                here.setdefault(agent.actor, []).append(agent)
        return {actor: here[actor] for actor in self.model.actors if actor in here}

    def appraise(self) -> None:
        """What the cell is worth to the mobile units of each actor."""
        p, extent = self.model.mechanisms.movement, self.model.extent
        people = sum(m.population for m in self.communities)
        pledged: Counter[str] = Counter()
        for m in self.communities:
            pledged[m.camp] += m.population
        ground = p.river_gain * self.river - p.desert_cost * self.desert
        crowd = math.log1p(people / (p.people_scale * extent))
        riches = p.profit * math.log1p(self.riches / (p.profit_scale * extent))
        scale, crowd_size = p.threat_scale * extent, p.crowd_size * extent
        for actor in self.model.actors:
            d, own = actor.doctrine, self.strength[actor]
            enemy = sum(actor.enmity[b] * s for b, s in self.strength.items() if b is not actor)
            worth = ground + d.seeks_people * crowd + d.seeks_remote * self.remoteness + d.trading * riches
            worth += d.seeks_own * pledged[actor.camp] / people if people > 0 else 0.0
            worth += d.hunts * math.log1p(enemy / scale)
            worth -= d.caution * max(0.0, math.log((scale + enemy) / (scale + own)))
            worth -= p.crowding * math.log(own / crowd_size) if own > crowd_size else 0.0
            self.appeal[actor] = worth

    def fight(self) -> None:
        """Every pair of hostile actors that meet here may fight once; losers are out of it."""
        forces = self.forces()
        p, model = self.model.mechanisms.battle, self.model
        terrain = 1.0 + (p.desert_factor - 1.0) * self.desert
        for a, b in combinations(list(forces), 2):
            s_a, s_b = (sum(u.strength for u in forces[x]) for x in (a, b))
            if s_a == 0 or s_b == 0 or a.enmity[b] <= 0.0:
                continue
            size = math.sqrt(s_a * s_b)
            contact = size / (size + p.half_strength * model.extent)
            tempo = 0.5 * (a.doctrine.initiative + b.doctrine.initiative)
            if happens(model.random, p.rate * model.extent * a.enmity[b] * contact * tempo * terrain * model.weeks):
                clash(self, forces, a, b)

    def harm_civilians(self) -> None:
        """Every actor here may strike a community."""
        if not self.communities:
            return
        model = self.model
        p = model.mechanisms.civilian_harm
        for actor, units in self.forces().items():
            fighters = sum(u.strength for u in units)
            band = model.random.choices(units, [u.strength for u in units])[0]
            revenge = p.reprisal * (1.0 - math.exp(-self.losses[actor] / p.reprisal_scale))
            reprisal = actor.doctrine.reprisal * revenge
            motive = [m.motive(actor, band.group.people, reprisal) for m in self.communities]
            people = sum(m.population for m in self.communities)
            if people == 0:
                continue
            mean = sum(w * m.population for w, m in zip(motive, self.communities, strict=True)) / people
            presence = fighters / (fighters + p.half_strength * model.extent)
            if happens(model.random, p.rate * model.extent * actor.doctrine.harshness * presence * mean * model.weeks):
                self._strike(actor, fighters, motive)

    def _strike(self, actor: Actor, fighters: int, motive: list[float]) -> None:
        """One community is hit, the larger and the more hated the more likely; few killers kill few."""
        p, random = self.model.mechanisms.civilian_harm, self.model.random
        weights = [w * m.population**p.victim_exponent for w, m in zip(motive, self.communities, strict=True)]
        if sum(weights) <= 0.0:
            return
        victim = random.choices(self.communities, weights)[0]
        share = int(p.mortal_share * victim.population + random.random())
        most = min(share, int(p.deaths_per_fighter * min(fighters, p.party)))
        deaths = min(1 + int(lomax(random, p.death_scale, p.tail_exponent)), max(1, most))
        victim.suffer(deaths, actor.camp)
        self.model.note_attack(actor, deaths)

    def feel_presence(self) -> None:
        """Fighters of each camp here and around, and the services of those who are here."""
        p = self.model.mechanisms.allegiance
        self.felt = dict.fromkeys(self.model.camps, 0.0)
        self.services = dict.fromkeys(self.model.camps, 0.0)
        for actor, s in self.strength.items():
            self.felt[actor.camp] += s
            self.services[actor.camp] += actor.doctrine.governance * s / (s + p.presence_scale * self.model.extent)
        for cell in self.neighborhood:
            for actor, s in cell.strength.items():
                self.felt[actor.camp] += p.reach * s

    def forget(self) -> None:
        """Own losses fade."""
        fade = kept(self.model.mechanisms.battle.loss_half_life, self.model.weeks)
        for actor in self.losses:
            self.losses[actor] *= fade  # type: ignore[assignment]
