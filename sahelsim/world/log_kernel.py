"""Writing one row into a log. Room is reserved before the kernel runs (see `world.log`)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.accelerate import kernel

__all__ = ["write_decision", "write_violence"]

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]


@kernel
def write_violence(
    rows: I32, terms: F32, count: I64, step: int, kind: int, cell: int, side_a: int, side_b: int,
    deaths_a: int, deaths_b: int, deaths_civilians: int, community: int, people: int, victim_people: int, winner: int,
    t0: float, t1: float, t2: float, t3: float,
) -> None:  # fmt: skip
    """Append a violent event; columns as `world.log.VIOLENCE_COLUMNS`."""
    n = count[0]
    rows[n, 0] = step
    rows[n, 1] = kind
    rows[n, 2] = cell
    rows[n, 3] = side_a
    rows[n, 4] = side_b
    rows[n, 5] = deaths_a
    rows[n, 6] = deaths_b
    rows[n, 7] = deaths_civilians
    rows[n, 8] = community
    rows[n, 9] = people
    rows[n, 10] = victim_people
    rows[n, 11] = winner
    terms[n, 0] = t0
    terms[n, 1] = t1
    terms[n, 2] = t2
    terms[n, 3] = t3
    count[0] = n + 1


@kernel
def write_decision(
    rows: I32, terms: F32, count: I64, step: int, kind: int, cell: int, entity: int, before: int, after: int, size: int,
    t0: float, t1: float, t2: float, t3: float, t4: float, t5: float, t6: float, t7: float,
) -> None:  # fmt: skip
    """Append a decision; columns as `world.log.DECISION_COLUMNS`, terms as `record.DECISION_TERMS`."""
    n = count[0]
    rows[n, 0] = step
    rows[n, 1] = kind
    rows[n, 2] = cell
    rows[n, 3] = entity
    rows[n, 4] = before
    rows[n, 5] = after
    rows[n, 6] = size
    terms[n, 0] = t0
    terms[n, 1] = t1
    terms[n, 2] = t2
    terms[n, 3] = t3
    terms[n, 4] = t4
    terms[n, 5] = t5
    terms[n, 6] = t6
    terms[n, 7] = t7
    count[0] = n + 1
