"""Actors, their groups, and the dyads between them with hostility and truces."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import mesa

from core_in_mesa.draws import happens, kept
from sahelsim.terms import TruceState

if TYPE_CHECKING:
    from core_in_mesa.model import CoreModel
    from core_in_mesa.place import Place

__all__ = ["Actor", "Dyad", "Group"]


class Group:
    """A body of units of one actor: its people, its cohesion and the ground that it is drawn to."""

    def __init__(self, actor: Actor, people: str | None, cohesion: float, attraction: dict[Place, float]) -> None:
        self.actor = actor
        self.people = people
        self.cohesion = cohesion
        self.attraction = attraction  # only cells that the actor may enter


class Actor(mesa.Agent):  # type: ignore[misc]
    """A movement, an army or a militia."""

    model: CoreModel

    def __init__(self, model: CoreModel, name: str, settings: Any) -> None:
        super().__init__(model)
        self.name = name
        self.camp: str = settings.camp
        self.ideology: float = settings.ideology
        self.skill: float = settings.skill
        self.pay: float = settings.pay
        self.unit_size: int = settings.unit_size
        self.doctrine = settings.doctrine
        self.groups: list[Group] = []
        self.rivals: list[Actor] = []
        self.enmity: dict[Actor, float] = {}
        self.enmity_to_camp: dict[str, float] = {}
        self.fighters = 0
        self.usual: float | None = None
        self.rise = self.momentum = self.victories = self.defeats = 0.0

    def note_growth(self) -> None:
        """Compare strength with what it used to be, and get used to it."""
        if self.usual is None:
            self.usual = self.fighters
        self.rise = math.log((self.fighters + 1.0) / (self.usual + 1.0))
        forgotten = 1.0 - kept(self.model.mechanisms.defection.rise_half_life, self.model.weeks)
        self.usual += forgotten * (self.fighters - self.usual)

    def fade_battles(self) -> None:
        """Victories and defeats are forgotten a little."""
        fade = kept(self.model.mechanisms.battle.momentum_half_life, self.model.weeks)
        self.victories *= fade
        self.defeats *= fade

    def weigh_battles(self) -> None:
        """Momentum from remembered victories and defeats."""
        fought = self.victories + self.defeats
        self.momentum = (self.victories - self.defeats) / (fought + self.model.mechanisms.battle.momentum_scale)

    def judge_camps(self) -> None:
        """Enmity towards each camp: the mean over its fighters; none towards the own and the neutral."""
        for camp, members in self.model.members.items():
            total = sum(b.fighters for b in members)
            known = total > 0 and camp != self.camp
            self.enmity_to_camp[camp] = sum(self.enmity[b] * b.fighters for b in members) / total if known else 0.0

    @property
    def tide(self) -> float:
        """How the actor stands with those who think of joining it."""
        p = self.model.mechanisms.defection
        return float(p.momentum * self.momentum + p.rise * self.rise)

    def adopting_group(self, people: str | None) -> Group | None:
        """The group that takes in a unit of a people: the first of that people, else the first."""
        for group in self.groups:
            if people is not None and group.people == people:
                return group
        return self.groups[0] if self.groups else None


class Dyad:
    """Two actors: how hostile they are, whether they have a truce, what they remember of their fights."""

    def __init__(self, model: CoreModel, a: Actor, b: Actor, hostility: float, rivalry: Any, truce: TruceState) -> None:
        self.model, self.a, self.b = model, a, b
        self.rivalry = rivalry
        self.truce = truce
        self.deaths = self.fights = 0.0
        self.gap = abs(a.ideology - b.ideology)
        self.hostility = hostility if rivalry is None else self.resting

    @property
    def resting(self) -> float:
        """Hostility that the rivalry drifts to."""
        creed = self.model.mechanisms.truce.ideology * self.rivalry.ideology * self.gap
        return float(min(1.0, max(0.0, self.rivalry.base + creed)))

    def drift(self) -> None:
        """Memories fade; the hostility of rivals goes to its resting level."""
        p, weeks = self.model.mechanisms.truce, self.model.weeks
        fade = kept(p.memory_half_life, weeks)
        self.deaths *= fade
        self.fights *= fade
        if self.rivalry is not None:
            self.hostility += (1.0 - math.exp(-p.drift * weeks)) * (self.resting - self.hostility)

    def refresh_enmity(self) -> None:
        """What of the hostility acts on the ground today."""
        p = self.model.mechanisms.battle
        factor = {TruceState.NONE: 1.0, TruceState.TACIT: p.tacit_factor, TruceState.NEGOTIATED: p.negotiated_factor}
        self.a.enmity[self.b] = self.b.enmity[self.a] = self.hostility * factor[self.truce]

    def remember(self, deaths: int) -> None:
        """A battle between the two; a deadly one makes rivals more hostile."""
        self.deaths += deaths
        self.fights += 1.0
        if self.rivalry is not None and deaths > 0:
            self.hostility += self.model.mechanisms.truce.escalation * (1.0 - self.hostility)

    def negotiate(self) -> None:
        """A truce begins or ends."""
        if self.rivalry is None or self.a.fighters == 0 or self.b.fighters == 0:
            return
        p = self.model.mechanisms.truce
        enemy = self._common_enemy()
        if self.truce == TruceState.NONE:
            weaker = min(self.a.fighters, self.b.fighters)
            tired = 1.0 - math.exp(-self.deaths / (p.exhaustion_scale * weaker))
            hazard = p.onset_rate * math.exp(
                -p.onset_hostility * self.hostility + p.exhaustion * tired + p.common_enemy * enemy
            )
            if happens(self.model.random, hazard * self.model.weeks):
                self.truce = TruceState.NEGOTIATED if self.deaths >= p.fresh_deaths else TruceState.TACIT
                self.hostility *= 1.0 - p.truce_relief
        else:
            hazard = p.breakdown_rate * math.exp(
                p.breakdown_ideology * self.rivalry.ideology * self.gap + p.breakdown_overlap * self._overlap()
                + p.breakdown_hostility * self.hostility - p.common_enemy * enemy
            )  # fmt: skip
            hazard *= p.negotiated_hold if self.truce == TruceState.NEGOTIATED else 1.0
            if happens(self.model.random, hazard * self.model.weeks):
                self.truce = TruceState.NONE

    def _overlap(self) -> float:
        """Fighters who share a cell with the other side, as a share of the weaker one."""
        both = sum(min(place.strength[self.a], place.strength[self.b]) for place in self.model.places)
        return both / min(self.a.fighters, self.b.fighters)

    def _common_enemy(self) -> float:
        """Share of the remembered fights of both that goes against enemies of both."""
        common = total = 0.0
        for e in self.model.actors:
            with_a = self.model.dyad(self.a, e).fights if e is not self.a else 0.0
            with_b = self.model.dyad(self.b, e).fights if e is not self.b else 0.0
            total += with_a + with_b
            if e is not self.a and e is not self.b:
                common += 2.0 * min(with_a, with_b)
        return common / total if total > 0.0 else 0.0
