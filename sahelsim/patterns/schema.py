"""The patterns file: frozen and strict, like a scenario."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from sahelsim.parameters import Strict, parameter
from sahelsim.patterns.choices import FightersGained, PactsHeld, PactsMade, QuietMonths, SiegesEnded
from sahelsim.patterns.condition import Condition
from sahelsim.patterns.counts import (
    ActiveCells,
    DeathRatio,
    Deaths,
    EventCount,
    EventRatio,
    EventShare,
    FirstEvent,
    MedianGap,
    SharedCells,
)
from sahelsim.patterns.ground import CampShare, ControlShare, GroundRatio, PresenceShare
from sahelsim.patterns.harm import CiviliansKilled, OddsAfterHarm, RevengeEvents, WorstDays
from sahelsim.patterns.names import Party, Region
from sahelsim.patterns.texture import Autocorrelation, DeathsPerEvent, DeathTail, FanoFactor, Gini, ZeroMonths

__all__ = ["STATISTICS", "AnyCondition", "Pattern", "Patterns"]

AnyCondition = Annotated[
    ActiveCells | Autocorrelation | CampShare | CiviliansKilled | ControlShare | DeathRatio | Deaths
    | DeathsPerEvent | DeathTail | EventCount | EventRatio | EventShare | FanoFactor | FightersGained | FirstEvent
    | Gini | GroundRatio | MedianGap | OddsAfterHarm | PactsHeld | PactsMade | PresenceShare | QuietMonths
    | RevengeEvents | SharedCells | SiegesEnded | WorstDays | ZeroMonths,
    Field(discriminator="statistic"),
]  # fmt: skip

STATISTICS: dict[str, type[Condition]] = {
    get_args(kind.model_fields["statistic"].annotation)[0]: kind for kind in get_args(get_args(AnyCondition)[0])
}
"""Every statistic by its name in the file."""


class Pattern(Strict):
    """Something that the record shows, as one or more conditions; all must hold in a replicate, or `needs` of them."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="short name, unique in the file")
    number: int | None = parameter("1", 1, None, "row of the brief's table of patterns", "brief", default=None)
    kind: Literal["pattern", "aggregate"] = Field(description="a happening on record, or a figure of the whole record")
    label: str = Field(min_length=1, max_length=28, description="two or three words for narrow tables")
    title: str = Field(description="what the record shows, in a line")
    seeds: tuple[str, ...] = Field(default=(), description="rows of seeds/events.csv")
    source: str = Field(description="where it stands, and what is doubtful about it")
    needs: int | None = parameter(
        "conditions", 1, None, "how many conditions must hold; all if null", "by hand", default=None
    )
    conditions: tuple[AnyCondition, ...] = Field(min_length=1, description="the first gives the record and the median")

    @model_validator(mode="after")
    def _needs_no_more_than_there_are(self) -> Pattern:
        if self.needs is not None and self.needs > len(self.conditions):
            raise ValueError(f"needs {self.needs} conditions and has {len(self.conditions)}")
        return self


class Patterns(Strict):
    """A file of patterns with the names that they use."""

    version: Literal[1]
    holds_from: float = parameter("1", 0, 1, "share of replicates inside from which a pattern holds", "by hand")
    names_of: str | None = Field(default=None, description="shipped region whose names regions must use; null: any")
    parties: dict[str, Party]
    regions: dict[str, Region] = Field(default_factory=dict)
    area: str | None = Field(default=None, description="region to which the events of a file of UCDP GED are cut")
    patterns: tuple[Pattern, ...] = Field(min_length=1)
