"""Actors and their groups, as the scenario gives them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from sahelsim.parameters import Strict, parameter

__all__ = ["Actor", "Doctrine", "Group", "Home", "Record"]

ActorKind = Literal["insurgent", "government", "foreign", "auxiliary", "militia"]


class Home(Strict):
    """Where a group's units stand at the start, and where they are drawn back to.

    Exactly one of: a named place; a pair of coordinates; all towns of a country; all communities of a people.
    """

    place: str | None = Field(default=None, description="name of a place in the region's gazetteer")
    latitude: float | None = parameter("degrees north", -90, 90, "latitude of the home", "map", default=None)
    longitude: float | None = parameter("degrees east", -180, 180, "longitude of the home", "map", default=None)
    towns_of: str | None = Field(default=None, description="ISO3 code: every town of that country, by population")
    people: str | None = Field(default=None, description="every community of this people, by population")
    country: str | None = Field(default=None, description="ISO3 code that narrows `people`")
    admin1: tuple[str, ...] = Field(default=(), description="first-level areas that narrow `towns_of` or `people`")
    min_population: int = parameter("people", 0, None, "smallest town of `towns_of`", "by hand", default=0)
    max_population: int | None = parameter(
        "people", 1, None, "largest community of `people` that counts; null: any", "by hand", default=None
    )
    weight: float = parameter(
        "1", 0, None, "share of the units, relative to the group's other homes", "by hand", default=1.0
    )
    radius_km: float = parameter(
        "km", 1, 1000, "scale over which units stand and roam around the home", "by hand", default=50.0
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Home:
        point = self.latitude is not None and self.longitude is not None
        kinds = [self.place is not None, point, self.towns_of is not None, self.people is not None]
        if sum(kinds) != 1:
            raise ValueError("give exactly one of: place; latitude and longitude; towns_of; people")
        return self


class Group(Strict):
    """A constituent or katiba of an actor: a body of units with a people and homes."""

    name: str = Field(description="name to show")
    people: str | None = Field(
        default=None, description="people that most of its fighters come from; null for a mixed force"
    )
    fighters: int = parameter("fighters", 0, 10_000_000, "strength at the start", "see source")
    garrison_share: float = parameter(
        "1", 0, 1, "share of its units that hold a place and do not move", "by hand", default=0.0
    )
    cohesion: float = parameter("1", 0, 1, "how firmly its bands hold together", "by hand", default=0.8)
    homes: tuple[Home, ...] = Field(min_length=1, description="where it stands")
    source: str = Field(description="where strength and homes come from")


class Record(Strict):
    """How the actor appears in a GED-like record."""

    name: str = Field(description="side name in the record; null-like merging: ISGS and ISWAP both appear as IS")
    ged_id: int = parameter("1", 0, None, "UCDP actor id, 0 when UCDP has none", "UCDP GED actor list", default=0)
    government: bool = Field(default=False, description="true: fights are state-based (type 1)")
    host_government: bool = Field(
        default=False,
        description="true: recorded as the government of the country where it happens (allies, auxiliaries)",
    )


class Doctrine(Strict):
    """How an actor fights, governs and moves. Pure numbers, relative to the mechanisms' rates."""

    mobility: float = parameter(
        "1/week", 0, 1, "chance that a mobile unit weighs a move while it covers its weekly range", "by hand"
    )
    initiative: float = parameter("1", 0, 20, "how much it seeks battle", "by hand")
    harshness: float = parameter("1", 0, 50, "how readily it kills civilians", "by hand")
    reprisal: float = parameter("1", 0, 10, "how far own losses turn into violence against civilians", "by hand")
    governance: float = parameter("1", 0, 5, "services where it is present: courts, tax relief, aid access", "by hand")
    hunts: float = parameter("1", -10, 10, "pull of enemies within reach on its mobile units", "by hand")
    caution: float = parameter("1", 0, 10, "push of stronger enemies", "by hand")
    seeks_people: float = parameter("1", -10, 10, "pull of peopled cells", "by hand")
    seeks_own: float = parameter("1", -10, 10, "pull of communities of its own camp", "by hand")
    seeks_remote: float = parameter("1", -10, 10, "pull of remote ground", "by hand")
    homing: float = parameter("1", 0, 20, "pull of home ground, per radius of distance", "by hand")
    recruiting: float = parameter("1", 0, 100, "recruiting power among the communities of its camp", "by hand")
    taxing: float = parameter(
        "1", 0, 10, "how far it taxes the people of its camp and of its pacts", "by hand", default=0
    )
    trading: float = parameter("1", 0, 10, "how far it lives off trade routes and gold", "by hand", default=0)
    kidnapping: float = parameter("1", 0, 10, "how readily it takes hostages for ransom", "by hand", default=0)
    besieging: float = parameter("1", 0, 10, "how readily it cuts off settlements that resist it", "by hand", default=0)
    bargaining: float = parameter("1", 0, 10, "how readily it offers local pacts", "by hand", default=0)
    propaganda: float = parameter("1", 0, 10, "how loudly it claims what it has done", "by hand", default=0)


class Actor(Strict):
    """An armed actor: doctrine, standing and groups."""

    name: str = Field(description="name to show")
    kind: ActorKind = Field(
        description="insurgent, government, foreign, auxiliary or militia; only for display and grouping"
    )
    camp: str = Field(description="the camp to which communities pledge when they side with it")
    record: Record
    ideology: float = parameter(
        "1", 0, 1, "position from 0 (secular, state) to 1 (the Islamic State's line)", "by hand"
    )
    skill: float = parameter("1", 0.01, 100, "fighting quality of one fighter", "by hand")
    pay: float = parameter("1", 0.01, 100, "what a fighter earns, relative to other actors", "by hand")
    unit_size: int = parameter("fighters", 1, 10_000, "fighters in a full unit", "by hand")
    establishment: int = parameter(
        "fighters",
        0,
        None,
        "strength that the state refills towards; 0 for actors without a depot",
        "see source",
        default=0,
    )
    treasury: int | None = parameter(
        "money",
        0,
        10**12,
        "opening funds; null: its means are not modelled and it is always paid",
        "by hand",
        default=None,
    )
    support: float = parameter(
        "money/week", 0, 1e12, "from outside the region, or the state's own budget", "by hand", default=0.0
    )
    local: bool = Field(
        default=False, description="true: raised by communities; the local pacts of communities bind it"
    )
    operates_in: tuple[str, ...] = Field(
        default=(), description="ISO3 codes of the countries it may enter; empty: anywhere"
    )
    doctrine: Doctrine
    groups: dict[str, Group] = Field(min_length=1)
    source: str = Field(description="where doctrine and standing come from")
