"""What a row of the seed tables is once it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sahelsim.seeds.vocabulary import (
    Added,
    Basis,
    Certainty,
    DatePrecision,
    Document,
    Kind,
    PlacePrecision,
)

__all__ = ["Background", "Deaths", "SeedEvent", "SentenceCoverage"]


@dataclass(frozen=True, slots=True)
class Deaths:
    """Number of people killed: ``low <= best <= high``."""

    low: int
    best: int
    high: int


@dataclass(frozen=True, slots=True)
class Background:
    """One thing that the document does not say, and the public knowledge that supplies it."""

    what: Added
    source: str


@dataclass(frozen=True, slots=True)
class SeedEvent:
    """One coded fact; the columns are explained in ``seeds/README.md``.

    ``latitude`` and ``longitude`` are degrees (WGS 84) or both None. Deaths are None where no number is
    given, which is not zero. ``same_as`` names the row that stands for the same happening: leave such rows
    out of counts.
    """

    id: str
    document: Document
    sentence: int
    date_start: date
    date_end: date
    date_precision: DatePrecision
    kind: Kind
    side_a: tuple[str, ...]
    side_b: tuple[str, ...]
    place: str
    latitude: float | None
    longitude: float | None
    place_precision: PlacePrecision
    deaths_a: Deaths | None
    deaths_b: Deaths | None
    deaths_civilians: Deaths | None
    basis: Basis
    background: tuple[Background, ...]
    certainty: Certainty
    same_as: str | None
    note: str

    @property
    def added(self) -> frozenset[Added]:
        """What background knowledge adds: a date, a place, a number, a side, or the fact itself."""
        return frozenset(entry.what for entry in self.background)


@dataclass(frozen=True, slots=True)
class SentenceCoverage:
    """What became of one sentence: the rows that code it, or the reason why nothing (or not all) is coded.

    ``sha256`` is the hexadecimal digest of the normalised sentence, so that the numbering can be checked
    against the originals without carrying their text.
    """

    document: Document
    sentence: int
    sha256: str
    event_ids: tuple[str, ...]
    reason: str
