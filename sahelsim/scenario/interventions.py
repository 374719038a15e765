"""Dated interventions: what comes from outside the model. They never write outcomes."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sahelsim.parameters import Strict, parameter
from sahelsim.scenario.actors import Home

__all__ = ["ActorField", "Intervention", "Participant", "TempoField", "interventions_by_type"]

ActorField = Literal[
    "ideology", "skill", "pay", "establishment",
    "mobility", "initiative", "harshness", "reprisal", "governance", "hunts", "caution",
    "seeks_people", "seeks_own", "seeks_remote", "homing", "recruiting", "support", "taxing", "trading", "kidnapping",
    "besieging", "bargaining", "propaganda",
]  # fmt: skip
TempoField = Literal["initiative", "mobility", "hunts", "caution"]


class _Dated(Strict):
    date: dt.date = Field(description="first day; it bites from the step that contains it")
    until: dt.date | None = Field(default=None, description="last day; null: for good")
    what_if: bool = Field(default=False, description="true: not on record, a question to the model")
    source: str = Field(description="seed event ids or literature; 'what-if' for a question")


class Deploy(_Dated):
    """A force comes in: new units of an actor's group (withdrawn again after `until`)."""

    type: Literal["deploy"]
    actor: str
    group: str
    fighters: int = parameter("fighters", 1, 10_000_000, "strength that comes in", "see source")
    homes: tuple[Home, ...] = Field(default=(), description="where; empty: the group's own homes")


class Withdraw(_Dated):
    """A force leaves the region: a share of an actor's fighters, evenly from `date` to `until`."""

    type: Literal["withdraw"]
    actor: str
    group: str | None = Field(default=None, description="null: all groups")
    country: str | None = Field(
        default=None,
        description="ISO3 code: only the fighters there leave, and the actor may not enter it any more; "
        "null: everywhere",
    )
    share: float = parameter("1", 0, 1, "share of the strength at `date` that leaves", "see source")


class Order(_Dated):
    """Strategic direction: an actor's mobile units are drawn to a place."""

    type: Literal["order"]
    actor: str
    groups: tuple[str, ...] = Field(default=(), description="empty: all groups of the actor")
    target: Home = Field(description="where to; radius_km is the scale of the objective")
    weight: float = parameter("1", 0, 50, "pull of the objective against the other terms of movement", "by hand")


class Change(_Dated):
    """An actor becomes different: induction into a movement, money from outside, a new doctrine."""

    type: Literal["change"]
    actor: str
    set: dict[ActorField, float] = Field(default_factory=dict, description="new values")
    scale: dict[ActorField, float] = Field(default_factory=dict, description="factors on the values")


class Coup(_Dated):
    """A government falls: its army is in disarray for a while, and may be another afterwards (`set`, `scale`)."""

    type: Literal["coup"]
    actor: str = Field(description="the government")
    disruption: float = parameter(
        "1", 0, 1, "disarray on the first day: share of drive and services that is lost", "by hand"
    )
    recovery: float = parameter("weeks", 0.1, 520, "half-life of the disarray", "by hand")
    set: dict[ActorField, float] = Field(default_factory=dict, description="new values, to `until`")
    scale: dict[ActorField, float] = Field(default_factory=dict, description="factors on the values, to `until`")


class Participant(Strict):
    """One side of a joint operation: how hard it is drawn to the place, and how it fights while it lasts."""

    groups: tuple[str, ...] = Field(default=(), description="empty: all groups of the actor")
    weight: float = parameter("1", 0, 50, "pull of the objective against the other terms of movement", "by hand")
    set: dict[TempoField, float] = Field(default_factory=dict, description="tempo: new values")
    scale: dict[TempoField, float] = Field(default_factory=dict, description="tempo: factors on the values")
    abuse: float = parameter("1", 0, 50, "factor on harshness: sweeps that turn communities", "by hand", default=1.0)


class Operation(_Dated):
    """A joint operation or a sweep: several actors go for one place, with another tempo and another conduct."""

    type: Literal["operation"]
    actors: dict[str, Participant] = Field(min_length=1, description="who takes part, and how")
    target: Home = Field(description="where to; radius_km is the scale of the objective")


class Claim(_Dated):
    """Propaganda that sharpens (or soothes) a dyad's resting hostility."""

    type: Literal["claim"]
    a: str
    b: str
    shift: float = parameter("1", -1, 1, "added to the resting hostility", "by hand")


class Statement(_Dated):
    """Something said on a day by an actor: a claim of attacks, a sermon, a magazine issue, a video."""

    type: Literal["statement"]
    author: str
    addressee: str | None = Field(default=None, description="the rival it is about; null: to the world at large")
    medium: Literal["claim", "sermon", "magazine", "video"]
    weight: float = parameter(
        "1", 0, 15, "how much is heard of it: as the claim of a fight with exp(weight) - 1 dead", "by hand"
    )


class Border(_Dated):
    """A border is closed: crossing costs more, and trade over it falls."""

    type: Literal["border"]
    countries: tuple[str, ...] = Field(
        min_length=1, max_length=2, description="ISO3 codes: two for the border between them, one for all its borders"
    )
    level: float = parameter("1", 0, 1, "how far it is closed", "see source")


class Services(_Dated):
    """Somebody from outside pays for services of a camp in an area: schools, clinics, courts, food aid."""

    type: Literal["services"]
    camp: str = Field(description="in whose name they are given")
    area: Home = Field(description="where; all cells within radius_km")
    amount: float = parameter("1", 0, 20, "services per cell, in the unit of an actor's governance", "by hand")


class Protect(_Dated):
    """A settlement or an area is protected, by an agreement, by walls or by peacekeepers who come for it."""

    type: Literal["protect"]
    area: Home = Field(description="what is protected; all cells within radius_km")
    level: float = parameter("1", 0, 1, "share of attacks on civilians and of sieges that it prevents", "by hand")
    fighters: int = parameter("fighters", 0, 10_000_000, "peacekeepers who come for it", "see source", default=0)
    actor: str | None = Field(default=None, description="whose peacekeepers; null without")
    group: str | None = Field(default=None, description="the group of the actor that they come to; null without")

    @model_validator(mode="after")
    def _whose(self) -> Self:
        named = self.actor is not None and self.group is not None
        if (self.fighters > 0) != named or (self.actor is None) != (self.group is None):
            raise ValueError("give fighters, actor and group together, or none of them")
        return self


class Enter(_Dated):
    """An actor comes on stage: its groups stand at their homes from this day, with their fighters, and not before."""

    type: Literal["enter"]
    actor: str


class Split(_Dated):
    """Groups of an actor leave it for another of the scenario, which may come on stage with them."""

    type: Literal["split"]
    actor: str
    groups: tuple[str, ...] = Field(min_length=1, description="who leaves")
    into: str = Field(description="the actor that they belong to from then on")
    cohesion_loss: float = parameter("1", 0, 1, "cohesion that the leaving groups lose", "by hand", default=0.0)


class Strike(_Dated):
    """A strike kills a group's commander: cohesion drops, and the successor has to earn command."""

    type: Literal["strike"]
    actor: str
    group: str
    cohesion_loss: float = parameter("1", 0, 1, "cohesion lost", "by hand; Johnston 2012 on decapitation")


class Truce(_Dated):
    """A question to the model: broker a truce, break one, or hold one against all hazards. Always a what-if."""

    type: Literal["truce"]
    a: str
    b: str
    action: Literal["broker", "break", "hold"]

    @model_validator(mode="after")
    def _is_a_question(self) -> Truce:
        if not self.what_if:
            raise ValueError("a truce by intervention is always a question to the model: say what_if: true")
        return self


_KINDS = (
    Deploy, Withdraw, Enter, Split, Order, Operation, Change, Coup, Claim, Statement, Strike, Border, Services, Protect,
    Truce,
)  # fmt: skip
Intervention = Annotated[
    Deploy | Withdraw | Enter | Split | Order | Operation | Change | Coup | Claim | Statement | Strike | Border
    | Services | Protect | Truce,
    Field(discriminator="type"),
]  # fmt: skip


def interventions_by_type() -> dict[str, type[Strict]]:
    """The intervention models by the word in their `type`."""
    return {str(k.model_fields["type"].annotation.__args__[0]): k for k in _KINDS}  # type: ignore[union-attr]
