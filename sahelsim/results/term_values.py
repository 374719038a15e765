"""Terms of the decision rules as one column for each name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["term_values"]


def term_values(
    names: dict[int, tuple[str, ...]],
    kind: npt.NDArray[np.integer[Any]],
    terms: npt.NDArray[np.float32],
) -> dict[str, pa.Array[Any]]:
    """Columns "term_NAME" with the value where rows of that kind have the term, null elsewhere.

    Parameters
    ----------
    names : dict
        Names of the terms by kind, "" for an unused place.
    kind : (N,)
        Kind of each row.
    terms : (N, W)
        Values in the order of `names`.
    """
    import pyarrow as pa

    out: dict[str, pa.Array[Any]] = {}
    for term in dict.fromkeys(term for row in names.values() for term in row if term):
        value = np.zeros(kind.size, dtype=np.float32)
        missing = np.ones(kind.size, dtype=bool)
        for k, row in names.items():
            if term in row:
                mine = kind == k
                value[mine] = terms[mine, row.index(term)]
                missing[mine] = False
        out[f"term_{term}"] = pa.array(value, mask=missing)
    return out
