"""A number in a scenario: a strict, frozen model whose every field carries unit, bounds, meaning and source."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["MechanismParameters", "Strict", "parameter"]


class Strict(BaseModel):
    """A frozen model that refuses keys it does not know and numbers that are not finite."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True, use_attribute_docstrings=True
    )


class MechanismParameters(Strict):
    """What every mechanism has: a switch."""

    enabled: bool = Field(description="false switches the mechanism off altogether")


def parameter(unit: str, low: float | None, high: float | None, meaning: str, source: str, **more: Any) -> Any:
    """A required field with its bounds, unit, meaning and source.

    Parameters
    ----------
    unit : str
        Unit of the number, "1" for a pure number.
    low, high : float or None
        Closed bounds; None leaves that side open.
    meaning, source : str
        What the number does, and where it comes from ("by hand" where nothing better is known).
    """
    return Field(ge=low, le=high, description=meaning, json_schema_extra={"unit": unit, "source": source}, **more)
