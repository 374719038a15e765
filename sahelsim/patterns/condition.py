"""A condition: a statistic over a window and a region, and the values of it that count as the record's."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import ClassVar

from pydantic import Field, model_validator

from sahelsim.parameters import Strict, parameter
from sahelsim.patterns.evidence import Evidence
from sahelsim.patterns.window import Window

__all__ = ["PARTY_FIELDS", "Condition", "EventCondition"]

PARTY_FIELDS = ("between", "by", "party", "among", "origin", "killers", "rather_than")
"""Fields of conditions that hold names of parties."""

_NONE_ON_RECORD = 1.0  # how much is within a factor of a record of nothing


class Condition(Strict):
    """What all conditions have. A replicate is inside when the statistic is within the closed band."""

    name: str = Field(description="what is measured, for the table")
    window: Window = Field(description="first and last month or date")
    region: tuple[str, ...] = Field(default=(), description="regions of the file, any of them; everywhere if empty")
    inside: tuple[float | None, float | None] | None = Field(
        default=None, description="lowest and highest value that is inside; null leaves a side open"
    )
    factor: float | None = parameter(
        "1", 1, None, "instead of `inside`: within this factor of the record", "by hand", default=None
    )
    record: float | None = Field(description="value on record")
    no_record: str | None = Field(default=None, description="why there is no value on record")
    tolerance: str = Field(description="the band in words, with its reason")
    source: str = Field(description="where the record stands")

    unit: ClassVar[str] = "1"
    countable: ClassVar[bool] = False
    """Whether it needs recorded events only, so that a file of UCDP GED has a value too."""

    @model_validator(mode="after")
    def _a_band_and_a_record(self) -> Condition:
        if (self.inside is None) == (self.factor is None):
            raise ValueError("give exactly one of `inside` and `factor`")
        if (self.record is None) == (self.no_record is None):
            raise ValueError("give `record`, or `record: null` with the reason as `no_record`")
        if self.factor is not None and (self.record is None or self.record < 0):
            raise ValueError("`factor` needs a record that is not negative")
        if self.inside is not None and None not in self.inside and self.inside[0] > self.inside[1]:  # type: ignore[operator]
            raise ValueError(f"nothing is inside: {self.inside[0]} is above {self.inside[1]}")
        return self

    def band(self, record: float | None) -> tuple[float, float]:
        """Lowest and highest value that is inside, given the record; infinite where open."""
        if self.inside is not None:
            low, high = self.inside
            return -math.inf if low is None else low, math.inf if high is None else high
        assert self.factor is not None
        assert record is not None
        return (record / self.factor, record * self.factor) if record > 0 else (0.0, _NONE_ON_RECORD)

    def windows(self) -> tuple[Window, ...]:
        """Every window that the evidence has to cover."""
        return (self.window,)

    @abstractmethod
    def measure(self, seen: Evidence) -> float:
        """The statistic; not a number where it is not defined (a ratio to nothing).

        Raises
        ------
        CannotMeasure
            The evidence does not hold what is needed.
        """


class EventCondition(Condition):
    """A condition on recorded events: between two parties, by one against civilians, or of any kind."""

    countable: ClassVar[bool] = True

    between: tuple[str, str] | None = Field(default=None, description="two parties, in any order")
    by: str | None = Field(default=None, description="a party that kills civilians")

    @model_validator(mode="after")
    def _one_choice(self) -> EventCondition:
        if self.between is not None and self.by is not None:
            raise ValueError("give `between` (a dyad) or `by` (one-sided), not both")
        return self
