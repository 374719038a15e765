"""The scenario: frozen and strict. Everything that makes one war different from another is here."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field

from sahelsim.mechanisms.allegiance.parameters import AllegianceParameters
from sahelsim.mechanisms.battle.parameters import BattleParameters
from sahelsim.mechanisms.civilian_harm.parameters import CivilianHarmParameters
from sahelsim.mechanisms.defection.parameters import DefectionParameters
from sahelsim.mechanisms.displacement.parameters import DisplacementParameters
from sahelsim.mechanisms.information.parameters import InformationParameters
from sahelsim.mechanisms.katiba.parameters import KatibaParameters
from sahelsim.mechanisms.means.parameters import MeansParameters
from sahelsim.mechanisms.movement.parameters import MovementParameters
from sahelsim.mechanisms.pact.parameters import PactParameters
from sahelsim.mechanisms.recruitment.parameters import RecruitmentParameters
from sahelsim.mechanisms.revenge.parameters import RevengeParameters
from sahelsim.mechanisms.self_defence.parameters import SelfDefenceParameters
from sahelsim.mechanisms.siege.parameters import SiegeParameters
from sahelsim.mechanisms.truce.parameters import TruceParameters
from sahelsim.observation.parameters import ObservationParameters
from sahelsim.parameters import Strict, parameter
from sahelsim.scenario.actors import Actor, Home
from sahelsim.scenario.assimilation import AssimilationParameters
from sahelsim.scenario.interventions import Intervention
from sahelsim.scenario.priors import Prior
from sahelsim.scenario.region_spec import GridSpec, RegionSpec

__all__ = ["Calendar", "Mechanisms", "Outputs", "People", "Relations", "Resource", "Scenario", "Siege", "World"]


class Calendar(Strict):
    """When it starts and how long it runs."""

    start: date = Field(description="first day of the first step")
    steps: int = parameter("steps", 1, 100_000, "number of steps", "scenario")
    step_days: int = parameter("days", 1, 31, "days in a step; rates are per week and are converted", "scenario")


class People(Strict):
    """A people group and its standing ties to the camps."""

    name: str
    kinship: dict[str, float] = Field(default_factory=dict, description="tie to each camp, -1 to 1; 0 where not given")
    source: str = Field(default="by hand", description="where the ties come from")


class DyadTruce(Strict):
    """What holds between two actors on the first day."""

    a: str
    b: str
    state: Literal["tacit", "negotiated"]
    source: str


class Rivalry(Strict):
    """Two armed movements whose relation the model decides: truces come and go."""

    a: str
    b: str
    base: float = parameter("1", 0, 1, "resting hostility at no ideological distance", "by hand")
    ideology: float = parameter(
        "1", 0, 1, "how far ideology rather than interest drives it: weight of the ideological distance", "by hand"
    )
    source: str


class Feud(Strict):
    """One people's quarrel with another; avengers act for it."""

    people: str = Field(description="the people that avenges")
    against: str = Field(description="the people that is blamed")
    level: float = parameter("1", 0, 10, "how readily harm is avenged on that people", "by hand")
    avenger: str = Field(description="the actor under whose name the avengers are recorded")
    source: str


class Siege(Strict):
    """A siege that is in place on the first day."""

    place: str = Field(description="name of a place in the region's gazetteer; the community nearest to it is besieged")
    by: str = Field(description="the actor that besieges it")
    camp: str = Field(description="the camp that the besieged side with on the first day; not that of the besieger")
    tightness: float = parameter("1", 0, 1, "how tight the siege is on the first day", "see source")
    hunger: float = parameter("1", 0, 1, "hunger of the people on the first day", "see source")
    source: str


class Relations(Strict):
    """Who is whose enemy."""

    camp_hostility: dict[str, dict[str, float]] = Field(
        default_factory=dict, description="hostility 0-1 between actors of two camps (symmetric)"
    )
    hostility: dict[str, dict[str, float]] = Field(
        default_factory=dict, description="hostility 0-1 of a pair of actors, over the camps' (symmetric)"
    )
    rivalries: dict[str, Rivalry] = Field(default_factory=dict)
    truces: dict[str, DyadTruce] = Field(default_factory=dict)
    feuds: dict[str, Feud] = Field(default_factory=dict)
    sieges: dict[str, Siege] = Field(default_factory=dict, description="sieges that are in place on the first day")


class World(Strict):
    """Settings of the ground that are not a mechanism."""

    memory_half_life: float = parameter("weeks", 1, 520, "half-life of a cell's memory of violence", "by hand")
    remote_scale_km: float = parameter(
        "km",
        1,
        2000,
        "distance from capital and towns at which a cell counts as half remote",
        "Buhaug & Gates 2002; by hand",
    )
    reference_area_km2: float = parameter(
        "km2",
        1,
        1e6,
        "area of the cells for which rates and strengths per cell are meant; other cells are scaled by their area",
        "a cell of a quarter of a degree at 15 degrees north",
    )
    control_threshold: float = parameter(
        "1",
        0,
        1,
        "hold (mean share of the armed and of the people's allegiance) from which a camp is said to hold a cell",
        "convention of this project",
    )
    spare_units: float = parameter(
        "1", 0, 100, "room for new units of an actor that recruits, as a multiple of those at the start", "memory"
    )


class Mechanisms(Strict):
    """The mechanisms, each with its switch and parameters."""

    movement: MovementParameters
    battle: BattleParameters
    civilian_harm: CivilianHarmParameters
    revenge: RevengeParameters
    allegiance: AllegianceParameters
    defection: DefectionParameters
    recruitment: RecruitmentParameters
    truce: TruceParameters
    displacement: DisplacementParameters
    siege: SiegeParameters
    pact: PactParameters
    means: MeansParameters
    information: InformationParameters
    katiba: KatibaParameters
    self_defence: SelfDefenceParameters
    observation: ObservationParameters


class Resource(Strict):
    """A source of money on the ground: a gold field, or a trade route's market or crossing."""

    kind: Literal["gold", "trade"]
    at: Home = Field(description="where, with radius_km the scale of its spread; nothing off the grid")
    money_per_week: float = parameter("money/week", 0, 1e9, "what all who tax it can take in a week", "see source")
    source: str = Field(description="where place and yield come from")


class Outputs(Strict):
    """What a run keeps. The record, the truth and the summary are always kept."""

    panel: bool = Field(description="monthly cell panel (zarr)")
    communities: bool = Field(description="allegiance of every community by month")
    dyads: bool = Field(description="hostility and truce state by step")
    decisions: bool = Field(description="pledges, defections and truce changes with the terms of each decision")


class Scenario(Strict):
    """A war as data."""

    name: str = Field(pattern=r"^[a-z0-9_]+$", description="short name, used in file names")
    title: str
    description: str
    seed: int = parameter("1", 0, 2**63 - 1, "the one seed of all randomness", "user")
    replicates: int = parameter("1", 1, 1_000_000, "random realisations", "user")
    calendar: Calendar
    grid: GridSpec
    region: RegionSpec
    world: World
    camps: tuple[str, ...] = Field(
        min_length=2, max_length=8, description="what a community can side with; the first is neutral"
    )
    peoples: dict[str, People] = Field(min_length=1)
    actors: dict[str, Actor] = Field(min_length=1, max_length=32)
    relations: Relations
    resources: dict[str, Resource] = Field(default_factory=dict, description="gold fields and trade routes")
    mechanisms: Mechanisms
    interventions: dict[str, Intervention] = Field(default_factory=dict)
    priors: dict[str, Prior] = Field(
        default_factory=dict, description="what is believed of free numbers before any data, by name; for calibration"
    )
    assimilation: AssimilationParameters | None = Field(
        default=None, description="how the ensemble follows a record, for forecasts"
    )
    outputs: Outputs
    overrides: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="named sets of changes, applied with --override NAME; keys are dotted paths"
    )
