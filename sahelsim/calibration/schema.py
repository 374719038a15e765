"""The calibration file: frozen and strict, like a scenario."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from sahelsim.calibration.posterior_settings import AbcPosterior, AnyPosterior
from sahelsim.parameters import Strict, parameter
from sahelsim.sweep.engine_settings import EngineSettings

__all__ = ["Calibration"]

_MOST = 1_000_000


class Calibration(Strict):
    """A calibration as data: how many runs of which scenario, what they are held against, how the posterior is made."""

    name: str = Field(pattern=r"^[a-z0-9_]+$", description="short name, used for the directory of results")
    title: str = ""
    description: str = ""
    scenario: str = Field(description="a shipped scenario with priors, or a file relative to this one")
    overrides: tuple[str, ...] = Field(default=(), description="named overrides of the scenario, in this order")
    changes: dict[str, Any] = Field(default_factory=dict, description="dotted path to new value; null removes")
    seed: int | None = parameter(
        "1", 0, 2**63 - 1, "seed of draws and runs; the scenario's if not given", "user", default=None
    )
    draws: int = parameter("draws", 20, _MOST, "draws of the priors that are simulated, once each", "user")
    waves: tuple[int, ...] = Field(
        default=(), description="draws of each further wave, from what history matching has not ruled out by then"
    )
    until: str | None = Field(
        default=None,
        pattern=r"^\d{4}-(0[1-9]|1[0-2])$",
        description="end of the data: rows of the record and patterns that go beyond this month are not used",
    )
    without: tuple[str, ...] = Field(
        default=(), description="patterns that are not held against the runs, by id, or single conditions as ID.NUMBER"
    )
    implausibility: float = parameter(
        "1",
        1,
        20,
        "history matching rules out what lies further from a target than so many standard deviations",
        "Pukelsheim 1994, three sigma; Vernon et al. 2010",
        default=3.0,
    )
    ignored: int = parameter(
        "targets", 0, 100, "how many of the worst targets of a draw are forgiven by history matching",
        "Vernon et al. 2010: the second or third largest implausibility", default=2,
    )  # fmt: skip
    accept: float = parameter(
        "1", 0.01, 1, "share of the runs, those nearest to the record, from which regression ABC makes the posterior",
        "by hand", default=0.8,
    )  # fmt: skip
    posterior: AnyPosterior = Field(
        default=AbcPosterior(method="abc"), description="how the posterior is made from the runs"
    )
    predictive: int = parameter(
        "runs",
        0,
        _MOST,
        "draws of the posterior that are run again, for what it says of the patterns",
        "user",
        default=60,
    )
    recovery: int = parameter(
        "runs", 10, _MOST, "runs whose parameters are recovered from their own results", "user", default=200
    )
    engine: EngineSettings = EngineSettings()
