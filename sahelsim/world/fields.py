"""The registry of state variables: name, dimensions, dtype, unit and meaning, declared once beside the array."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["DIMENSIONS", "Variable", "allocate", "registry_of", "variable"]

DIMENSIONS: dict[str, str] = {
    "cell": "cells of the grid",
    "edge": "cells of the grid and one more (offsets)",
    "actor": "armed actors",
    "other": "armed actors (second side of a dyad)",
    "camp": "camps that a community can side with; 0 is neutral",
    "group": "groups (katibas, constituents) of all actors",
    "unit": "places for armed units; strength 0 is an empty place",
    "community": "civilian communities",
    "feud": "directed feuds between peoples",
    "refuge": "towns that the people of a community consider when they flee",
    "trait": "traits of an actor (terms.Trait)",
    "account": "accounts of an actor's budget (terms.Account)",
    "country": "countries of the region, and one more for ground outside any",
    "across": "countries on the other side of a border",
}


@dataclass(frozen=True)
class Variable:
    """One row of the registry."""

    name: str
    dims: tuple[str, ...]
    dtype: str
    unit: str
    meaning: str


def variable(dims: str, dtype: str, unit: str, meaning: str) -> Any:
    """Declare a state array on a dataclass; `dims` are names from `DIMENSIONS` separated by spaces."""
    return field(metadata={"dims": tuple(dims.split()), "dtype": dtype, "unit": unit, "meaning": meaning})


def registry_of(state: type) -> tuple[Variable, ...]:
    """The registry rows of a state dataclass, in the order of declaration."""
    return tuple(
        Variable(f.name, f.metadata["dims"], f.metadata["dtype"], f.metadata["unit"], f.metadata["meaning"])
        for f in fields(state)
        if f.metadata
    )


def allocate(state: type, sizes: Mapping[str, int]) -> dict[str, npt.NDArray[Any]]:
    """Zeroed arrays for every variable of a state dataclass, in C order.

    Parameters
    ----------
    state : type
        A dataclass of `variable` fields.
    sizes : mapping of str to int
        Length of each dimension.
    """
    return {v.name: np.zeros(tuple(sizes[d] for d in v.dims), dtype=np.dtype(v.dtype)) for v in registry_of(state)}
