"""One replicate's results, ready to be written: tables and the arrays of the panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.profile import ReplicateProfile

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Part"]


@dataclass(frozen=True)
class Part:
    """What one replicate adds to a run directory; small enough to be sent between processes."""

    replicate: int
    tables: dict[str, pa.Table]  # by name, see `columns.TABLES`
    panel: dict[str, npt.NDArray[np.integer[Any]]]  # by name, without the replicate axis; empty when switched off
    totals: dict[str, Any]  # this replicate's entry of summary.json
    seconds: float  # that the simulation took
    cold: bool = False  # first of its process: the time includes loading or compiling of kernels
    profile: ReplicateProfile | None = None  # where the time went, if asked for
