"""Numbers of decisions and events as one writes them: ``d12`` and ``e12``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sahelsim.errors import BadInput
from sahelsim.results.event_tables import IDS_PER_REPLICATE

if TYPE_CHECKING:
    import pandas as pd

    from sahelsim.results import Run

__all__ = ["Reference", "check_numbered", "row_of", "without_nulls"]

_WITH_NUMBERS = 2  # format of runs
_PATTERN = re.compile(r"([de])\s*([0-9]{1,18})")


@dataclass(frozen=True)
class Reference:
    """A row of decisions.parquet ("d") or truth.parquet ("e", as in events.parquet)."""

    table: Literal["d", "e"]
    number: int

    def __str__(self) -> str:
        return f"{self.table}{self.number}"

    @property
    def replicate(self) -> int:
        """The replicate that the row is of."""
        return self.number // IDS_PER_REPLICATE

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Read ``d12`` or ``e12``.

        Raises
        ------
        BadInput
            It is neither.
        """
        found = _PATTERN.fullmatch(text.strip().lower())
        if found is None:
            hint = f"; did you mean d{text} or e{text}?" if text.isdecimal() else ""
            raise BadInput(
                f"{text!r} is no number of a decision or an event; expected d and the id of decisions.parquet, "
                f"or e and that of truth.parquet or events.parquet, as in d12{hint}",
                path="EVENT",
            )
        return cls("d" if found[1] == "d" else "e", int(found[2]))


def check_numbered(run: Run) -> None:
    """Refuse runs from before decisions had numbers.

    Raises
    ------
    BadInput
        The run is that old.
    """
    if run.format_version < _WITH_NUMBERS:
        raise BadInput("was written by an older sahelsim, which did not number decisions; run it again", file=run.path)


def row_of(run: Run, reference: Reference) -> pd.Series:
    """The row that a reference names.

    Raises
    ------
    BadInput
        The run has no such replicate or row, or did not keep its decisions.
    """
    check_numbered(run)
    if reference.replicate >= run.replicates:
        raise BadInput(
            f"{reference} is of replicate {reference.replicate}; the run has 0 to {run.replicates - 1}", file=run.path
        )
    table = run.decisions if reference.table == "d" else run.truth
    frame = table(reference.replicate)
    at = reference.number % IDS_PER_REPLICATE
    if at >= len(frame):
        what = "decisions" if reference.table == "d" else "violent events"
        raise BadInput(
            f"there is no {reference}; replicate {reference.replicate} has {len(frame):,} {what}", file=run.path
        )
    return without_nulls(frame.iloc[at])


def without_nulls(row: pd.Series) -> pd.Series:
    """The row with None where a value is null, whatever its type."""
    return row.astype(object).where(row.notna(), None)
