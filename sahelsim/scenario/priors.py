"""What is believed of a free number before any data: distributions over single values of the scenario."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sahelsim.parameters import Strict, parameter

__all__ = ["LogNormal", "LogUniform", "LogitNormal", "Normal", "Prior", "Uniform", "priors_by_distribution"]


class _Prior(Strict):
    """A distribution within bounds; its unit is that of the value at `path`."""

    path: str = Field(description="dotted path of the value in the scenario; a number that need not be whole")
    low: float = parameter("of the value", None, None, "nothing lies below", "see source")
    high: float = parameter("of the value", None, None, "nothing lies above", "see source")
    source: str = Field(min_length=1, description="why this distribution: evidence, or how sure one is by hand")

    @model_validator(mode="after")
    def _has_width(self) -> _Prior:
        if not self.low < self.high:
            raise ValueError(f"nothing lies between: low {self.low:g} is not below high {self.high:g}")
        return self


class Uniform(_Prior):
    """Every value alike."""

    distribution: Literal["uniform"]


class LogUniform(_Prior):
    """Every ratio alike."""

    distribution: Literal["log_uniform"]

    @model_validator(mode="after")
    def _positive(self) -> LogUniform:
        _above_zero(self.low)
        return self


class Normal(_Prior):
    """A normal distribution, cut off at low and high."""

    distribution: Literal["normal"]
    mean: float = parameter("of the value", None, None, "mean before the cut", "see source")
    sd: float = parameter("of the value", None, None, "standard deviation before the cut", "see source")

    @model_validator(mode="after")
    def _within(self) -> Normal:
        _inside("mean", self.mean, self.low, self.high)
        _more_than("sd", self.sd, 0)
        return self


class LogNormal(_Prior):
    """A normal distribution of the logarithm, cut off at low and high."""

    distribution: Literal["log_normal"]
    median: float = parameter("of the value", None, None, "median before the cut", "see source")
    factor: float = parameter("1", None, None, "one standard deviation multiplies or divides by this", "see source")

    @model_validator(mode="after")
    def _within(self) -> LogNormal:
        _above_zero(self.low)
        _inside("median", self.median, self.low, self.high)
        _more_than("factor", self.factor, 1)
        return self


class LogitNormal(_Prior):
    """A normal distribution of the log-odds of the place between low and high."""

    distribution: Literal["logit_normal"]
    median: float = parameter("of the value", None, None, "median", "see source")
    sd: float = parameter("1", None, None, "standard deviation of the log-odds", "see source")

    @model_validator(mode="after")
    def _within(self) -> LogitNormal:
        _inside("median", self.median, self.low, self.high)
        _more_than("sd", self.sd, 0)
        return self


def _above_zero(low: float) -> None:
    if low <= 0:
        raise ValueError(f"on a log scale low lies above 0, not at {low:g}")


def _more_than(name: str, value: float, limit: float) -> None:
    if value <= limit:
        raise ValueError(f"{name} must be more than {limit:g}, got {value:g}")


def _inside(name: str, value: float, low: float, high: float) -> None:
    if not low < value < high:
        raise ValueError(f"the {name}, {value:g}, does not lie between low {low:g} and high {high:g}")


_KINDS = (Uniform, LogUniform, Normal, LogNormal, LogitNormal)
Prior = Annotated[Uniform | LogUniform | Normal | LogNormal | LogitNormal, Field(discriminator="distribution")]


def priors_by_distribution() -> dict[str, type[Strict]]:
    """The models of priors by the word in their `distribution`."""
    return {str(k.model_fields["distribution"].annotation.__args__[0]): k for k in _KINDS}  # type: ignore[union-attr]
