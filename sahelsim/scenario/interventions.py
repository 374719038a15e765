"""Dated interventions: what comes from outside the model. They never write outcomes."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sahelsim.parameters import Strict, parameter
from sahelsim.scenario.actors import Home

__all__ = ["ActorField", "Intervention", "interventions_by_type"]

ActorField = Literal[
    "ideology", "skill", "pay", "establishment",
    "mobility", "initiative", "harshness", "reprisal", "governance", "hunts", "caution",
    "seeks_people", "seeks_own", "seeks_remote", "homing", "recruiting",
]  # fmt: skip


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
    """An actor becomes different: induction into a movement, a coup, money from outside, a new doctrine."""

    type: Literal["change"]
    actor: str
    set: dict[ActorField, float] = Field(default_factory=dict, description="new values")
    scale: dict[ActorField, float] = Field(default_factory=dict, description="factors on the values")


class Claim(_Dated):
    """Propaganda that sharpens (or soothes) a dyad's resting hostility."""

    type: Literal["claim"]
    a: str
    b: str
    shift: float = parameter("1", -1, 1, "added to the resting hostility", "by hand")


class Strike(_Dated):
    """A strike on a group's commander: its cohesion drops and recovers."""

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


Intervention = Annotated[Deploy | Withdraw | Order | Change | Claim | Strike | Truce, Field(discriminator="type")]


def interventions_by_type() -> dict[str, type[Strict]]:
    """The intervention models by the word in their `type`."""
    kinds: tuple[type[Strict], ...] = (Deploy, Withdraw, Order, Change, Claim, Strike, Truce)
    return {str(k.model_fields["type"].annotation.__args__[0]): k for k in kinds}  # type: ignore[union-attr]
