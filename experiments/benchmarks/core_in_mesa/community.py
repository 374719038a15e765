"""Civilian communities: they suffer, fear, resent, forget and choose a camp."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mesa.discrete_space import FixedAgent

from core_in_mesa.draws import happens, kept

if TYPE_CHECKING:
    from core_in_mesa.actors import Actor
    from core_in_mesa.model import CoreModel
    from core_in_mesa.place import Place

__all__ = ["Community"]


class Community(FixedAgent):  # type: ignore[misc]
    """A village, a town or a nomadic camp."""

    model: CoreModel
    cell: Place

    def __init__(self, model: CoreModel, cell: Place, people: str, clan: str | None, population: int) -> None:
        super().__init__(model)
        self.cell = cell
        self.people = people
        self.clan = clan
        self.population = population
        self.camp = model.neutral
        self.grievance = dict.fromkeys(model.camps, 0.0)
        self.fear = 0.0

    def motive(self, actor: Actor, perpetrators: str | None, reprisal: float) -> float:
        """What moves an actor to strike the community; less where the perpetrators are of its people."""
        p = self.model.mechanisms.civilian_harm
        coercion = p.coercion if self.camp != actor.camp else 0.0
        whole = coercion + p.punishment * actor.enmity_to_camp[self.camp] + reprisal
        return float(whole * (p.kin_restraint if perpetrators == self.people else 1.0))

    def suffer(self, deaths: int, camp: str) -> None:
        """Bury the dead; those of the same people in the cell take up a share of grievance and fear."""
        p = self.model.mechanisms.civilian_harm
        self.population -= deaths
        weight = math.log1p(deaths)
        for other in self.cell.communities:
            share = 1.0 if other is self else p.grievance_spill if other.people == self.people else 0.0
            other.grievance[camp] += p.grievance_gain * share * weight
            other.fear += p.fear_gain * share * weight

    def forget(self) -> None:
        """Grievance and fear fade."""
        p, weeks = self.model.mechanisms.allegiance, self.model.weeks
        self.fear *= kept(p.fear_half_life, weeks)
        fade = kept(p.grievance_half_life, weeks)
        for camp in self.grievance:
            self.grievance[camp] *= fade

    @property
    def tormentor(self) -> str:
        """The camp that it resents most."""
        return max(self.model.camps[1:], key=self.grievance.__getitem__)

    @property
    def afraid(self) -> float:
        """Fear of a tormentor, 0-1; none where it resents nobody."""
        return -math.expm1(-self.fear) if self.grievance[self.tormentor] > 0.0 else 0.0

    def review(self) -> None:
        """Reconsider now and then, sooner in fear."""
        p = self.model.mechanisms.allegiance
        if happens(self.random, (p.review_rate + p.alarm * self.afraid) * self.model.weeks):
            before = self.camp
            self.choose()
            self.model.tallies["changes of camp"] += self.camp != before

    def choose(self) -> None:
        """Take a camp by a logit over all."""
        if self.population > 0:
            worth = [self._worth(camp) for camp in self.model.camps]
            best = max(worth)
            self.camp = self.random.choices(self.model.camps, [math.exp(w - best) for w in worth])[0]

    def _worth(self, camp: str) -> float:
        p, model = self.model.mechanisms.allegiance, self.model
        worth = p.inertia if camp == self.camp else 0.0
        if self.clan is not None:
            worth += p.clan * model.clan_shares[self.clan][camp]
        if camp == model.neutral:
            return float(worth + p.neutral - p.exposure * self.afraid)
        felt = self.cell.felt[camp] / (p.presence_scale * model.extent)
        presence = math.log1p(felt)
        worth += p.coercion * presence + p.services * self.cell.services[camp] - p.absence / (1.0 + felt)
        worth += p.kinship * model.ties[self.people].get(camp, 0.0) - p.grievance * self.grievance[camp]
        return float(worth + p.protection * self.afraid * model.camp_enmity[camp][self.tormentor] * presence)
