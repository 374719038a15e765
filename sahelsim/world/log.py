"""Growing logs that kernels write rows into: integers and terms in plain arrays, and a count."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelsim.record import DecisionLog, ViolenceLog

__all__ = ["DECISION_COLUMNS", "FLOW_COLUMNS", "VIOLENCE_COLUMNS", "DecisionBuffer", "FlowBuffer", "ViolenceBuffer"]

VIOLENCE_COLUMNS = (
    "step", "kind", "cell", "side_a", "side_b", "deaths_a", "deaths_b", "deaths_civilians",
    "community", "people", "victim_people", "winner",
)  # fmt: skip
FLOW_COLUMNS = ("step", "origin", "destination", "fled", "returned", "moved_on", "settled")
DECISION_COLUMNS = ("step", "kind", "cell", "entity", "before", "after", "size")


class _Buffer:
    """Rows of int32 and float32 terms. Kernels append at `count[0]`; `reserve` makes room beforehand."""

    columns: tuple[str, ...] = ()
    terms_width = 0

    def __init__(self, capacity: int = 1024) -> None:
        self.rows: npt.NDArray[np.int32] = np.zeros((capacity, len(self.columns)), np.int32)
        self.terms: npt.NDArray[np.float32] = np.zeros((capacity, self.terms_width), np.float32)
        self.count: npt.NDArray[np.int64] = np.zeros(1, np.int64)

    def reserve(self, more: int) -> None:
        """Make room for `more` rows."""
        need = int(self.count[0]) + more
        if need <= len(self.rows):
            return
        size, written = max(need, 2 * len(self.rows)), int(self.count[0])
        for name in ("rows", "terms"):
            old = getattr(self, name)
            new = np.zeros((size, old.shape[1]), old.dtype)
            new[:written] = old[:written]
            setattr(self, name, new)

    def _column(self, name: str) -> npt.NDArray[np.int32]:
        return np.ascontiguousarray(self.rows[: int(self.count[0]), self.columns.index(name)])


class ViolenceBuffer(_Buffer):
    """The log of violence (the truth)."""

    columns = VIOLENCE_COLUMNS
    terms_width = 4

    def finish(self) -> ViolenceLog:
        """The rows written so far, as columns."""
        return ViolenceLog(
            **{name: self._column(name) for name in VIOLENCE_COLUMNS},
            terms=self.terms[: int(self.count[0])].copy(),
        )


class DecisionBuffer(_Buffer):
    """The log of decisions: pledges, defections, truce changes."""

    columns = DECISION_COLUMNS
    terms_width = 8

    def finish(self) -> DecisionLog:
        """The rows written so far, as columns."""
        return DecisionLog(
            **{name: self._column(name) for name in DECISION_COLUMNS},
            terms=self.terms[: int(self.count[0])].copy(),
        )


class FlowBuffer(_Buffer):
    """The log of flight, return, moves onward and settling: home and refuge (communities), people."""

    columns = FLOW_COLUMNS
