"""The experiment file: frozen and strict, like a scenario."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from sahelsim.parameters import Strict, parameter
from sahelsim.sweep.engine_settings import EngineSettings

__all__ = [
    "BASELINE",
    "AnyDesign",
    "Experiment",
    "Factor",
    "GridDesign",
    "Keep",
    "LatinHypercube",
    "ListDesign",
    "MorrisDesign",
    "SaltelliDesign",
    "SobolDesign",
    "WhatIf",
]

BASELINE = "baseline"
"""Name of the scenario without any what-if."""

_WORD = r"^[a-z][a-z0-9_]*$"


class Factor(Strict):
    """Something that the design varies: one value of the scenario, or several that move together."""

    path: str | None = Field(
        default=None, description="dotted path of the value in the scenario; the factor's own name if not given"
    )
    paths: tuple[str, ...] = Field(default=(), description="instead of `path`: several values that are set alike")
    range: tuple[float, float] | None = Field(
        default=None, description="lowest and highest value; instead of `values`", min_length=2, max_length=2
    )
    values: tuple[Any, ...] | None = Field(
        default=None, description="the values to choose from; instead of `range`", min_length=1
    )
    transform: Literal["linear", "log", "logit", "integer", "choice"] | None = Field(
        default=None,
        description="scale on which the range is filled evenly: linear (the default of a range), log, logit (both ends "
        "between 0 and 1), integer (whole numbers, both ends included); choice goes with `values`",
    )
    levels: int | None = parameter(
        "1", 1, 10_000, "points of the range in a grid, both ends included, even on the scale", "by hand", default=None
    )
    apply: Literal["set", "multiply"] = Field(
        default="set", description="set the value, or multiply what the scenario has by it"
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Factor:
        if (self.range is None) == (self.values is None):
            raise ValueError("give exactly one of `range` and `values`")
        if self.path is not None and self.paths:
            raise ValueError("give `path` or `paths`, not both")
        if (self.transform == "choice") != (self.values is not None) and self.transform is not None:
            raise ValueError("transform 'choice' goes with `values`, the others with `range`")
        if self.range is not None:
            _check_range(*self.range, self.transform or "linear")
        if self.values is not None:
            _check_values(self.values)
            if self.levels is not None:
                raise ValueError("`levels` divides a range; `values` are their own levels")
        return self

    @property
    def scale(self) -> str:
        """The transform, with its default."""
        return self.transform or ("linear" if self.values is None else "choice")


def _check_values(values: tuple[Any, ...]) -> None:
    kinds = {"number" if type(v) in (int, float) else type(v).__name__ for v in values}
    if not kinds <= {"number", "str", "bool"}:
        raise ValueError("values are numbers, texts, or true and false; nothing and mappings cannot be varied")
    if len(kinds) > 1:
        raise ValueError("values are of one kind: all numbers, all texts, or true and false")
    if len(set(values)) < len(values):
        raise ValueError("a value stands twice")


def _check_range(low: float, high: float, transform: str) -> None:
    if not low < high:
        raise ValueError(f"the range is empty: {low:g} is not below {high:g}")
    if transform == "log" and low <= 0:
        raise ValueError(f"a range on a log scale begins above 0, not at {low:g}")
    if transform == "logit" and not (low > 0 and high < 1):
        raise ValueError(f"a range on a logit scale lies between 0 and 1 without them, not {low:g} to {high:g}")
    if transform == "integer" and not (low.is_integer() and high.is_integer()):
        raise ValueError("a range of whole numbers begins and ends with one")


class GridDesign(Strict):
    """Every combination of the factors' values or levels; the last factor varies fastest."""

    kind: Literal["grid"]


class ListDesign(Strict):
    """Draws written out."""

    kind: Literal["list"]
    draws: tuple[dict[str, Any], ...] = Field(min_length=1, description="value of every factor by name, draw by draw")


class LatinHypercube(Strict):
    """A Latin hypercube: each factor's range is cut into `size` strata and each is met once (SciPy)."""

    kind: Literal["lhs"]
    size: int = parameter("draws", 1, 10_000_000, "number of draws", "by hand")


class SobolDesign(Strict):
    """A scrambled Sobol sequence, which fills the space evenly (SciPy)."""

    kind: Literal["sobol"]
    size: int = parameter("draws", 1, 2**24, "number of draws, a power of two", "by hand")

    @model_validator(mode="after")
    def _power(self) -> SobolDesign:
        _check_power(self.size)
        return self


class MorrisDesign(Strict):
    """Trajectories that change one factor at a time, for screening (SALib)."""

    kind: Literal["morris"]
    trajectories: int = parameter(
        "1", 2, 100_000, "trajectories; each has a draw more than there are factors", "by hand"
    )
    levels: int = parameter("1", 2, 100, "levels of each factor, an even number", "Morris 1991", default=4)

    @model_validator(mode="after")
    def _even(self) -> MorrisDesign:
        if self.levels % 2:
            raise ValueError(f"levels must be even, got {self.levels}")
        return self


class SaltelliDesign(Strict):
    """The cross-sampled design of Sobol indices: `size` times (factors + 2) draws (SALib)."""

    kind: Literal["saltelli"]
    size: int = parameter("1", 2, 2**24, "base sample, a power of two", "Saltelli 2010")
    second_order: bool = Field(default=False, description="also the draws for second-order indices: twice as many")

    @model_validator(mode="after")
    def _power(self) -> SaltelliDesign:
        _check_power(self.size)
        return self


def _check_power(size: int) -> None:
    if size & (size - 1):
        below = 1 << (size.bit_length() - 1)
        raise ValueError(f"size must be a power of two, {below} or {2 * below}, got {size}")


AnyDesign = Annotated[
    GridDesign | ListDesign | LatinHypercube | SobolDesign | MorrisDesign | SaltelliDesign,
    Field(discriminator="kind"),
]


class WhatIf(Strict):
    """A change to the scenario that is run beside it under common random numbers."""

    title: str = Field(default="", description="a line for figures")
    overrides: tuple[str, ...] = Field(default=(), description="named overrides of the scenario, in this order")
    changes: dict[str, Any] = Field(default_factory=dict, description="dotted path to new value; null removes")
    interventions: dict[str, Any] = Field(default_factory=dict, description="interventions to add, as in a scenario")

    @model_validator(mode="after")
    def _something(self) -> WhatIf:
        if not (self.overrides or self.changes or self.interventions):
            raise ValueError("changes nothing; give overrides, changes or interventions")
        return self


class Keep(Strict):
    """What is kept of each run besides its summary."""

    summaries: Literal[True] = Field(default=True, description="a row for each run; always kept")
    by_year: bool = Field(
        default=False, description="events and deaths of each dyad by year too, not only over the run"
    )
    events: bool = Field(default=False, description="the record: every reported event")
    panels: bool = Field(default=False, description="the monthly cell panel")
    patterns: bool = Field(default=False, description="in the summary, the statistics of seeds/patterns.yaml")

    @field_validator("summaries", mode="before")
    @classmethod
    def _always(cls, value: Any) -> Any:
        if value is False:
            raise ValueError("summaries are always kept; leave this key out")
        return value


def _not_the_baseline(name: str) -> str:
    if name == BASELINE:
        raise ValueError(f"'{BASELINE}' is the scenario itself; give the what-if another name")
    return name


class Experiment(Strict):
    """A sweep as data."""

    name: str = Field(pattern=r"^[a-z0-9_]+$", description="short name, used for the store")
    title: str = ""
    description: str = ""
    scenario: str = Field(description="a shipped scenario, or a file relative to this one")
    overrides: tuple[str, ...] = Field(default=(), description="named overrides of the scenario, in this order")
    changes: dict[str, Any] = Field(default_factory=dict, description="dotted path to new value; null removes")
    seed: int | None = parameter(
        "1", 0, 2**63 - 1, "seed of the runs and of the design; the scenario's if not given", "user", default=None
    )
    replicates: int = parameter("1", 1, 1_000_000, "random realisations of each draw, numbered from 0", "user")
    own_chance_from: int | None = parameter(
        "1",
        0,
        2**31,
        "gives each draw random numbers of its own: those of the replicate of this number for the first draw, of the "
        "next for the second; if not given, all draws share those of replicates 0, 1, …",
        "for emulators and calibration, which must tell chance from parameters",
        default=None,
    )
    factors: dict[Annotated[str, Field(pattern=r"^[A-Za-z][\w.\-]*$")], Factor] = Field(
        default_factory=dict, description="what varies, by name (the column) or dotted path"
    )
    design: AnyDesign | None = Field(
        default=None, description="where in the space of factors; needed with factors", validate_default=True
    )
    what_ifs: dict[Annotated[str, Field(pattern=_WORD), AfterValidator(_not_the_baseline)], WhatIf] = Field(
        default_factory=dict,
        description="changed scenarios, each run for every draw with the baseline's random numbers",
    )
    keep: Keep = Keep()
    engine: EngineSettings = EngineSettings()

    @field_validator("design")
    @classmethod
    def _with_factors(cls, design: AnyDesign | None, info: ValidationInfo) -> AnyDesign | None:
        factors = info.data.get("factors")  # None where they are at fault themselves
        if factors is not None and bool(factors) != (design is not None):
            raise ValueError("factors need a design" if factors else "a design needs factors")
        return design
