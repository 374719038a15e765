"""Which decisions and events there are to explain."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from sahelsim.errors import BadInput
from sahelsim.explain.explanation import headline, place_of_row
from sahelsim.explain.names import Naming
from sahelsim.explain.reference import Reference, check_numbered, without_nulls
from sahelsim.terms import Decision, Harm, month_id

if TYPE_CHECKING:
    from sahelsim.results import Run

__all__ = ["KINDS", "Candidate", "Filter", "candidates"]

MASSACRE = "massacre"
KINDS = (*(kind.name.lower() for kind in Decision), *(kind.name.lower() for kind in Harm), MASSACRE)
"""What one can ask for; a massacre is any killing of civilians, and the deadliest are listed first."""

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Filter:
    """What is asked for; None or "" where it does not matter."""

    kind: str = ""
    place: str = ""
    month: str = ""
    actor: str = ""
    replicate: int | None = None
    largest: int = 10


@dataclass(frozen=True)
class Candidate:
    """A row that fits."""

    id: str
    kind: str
    replicate: int
    date: str
    place: str
    size: int
    what: str


def candidates(run: Run, wanted: Filter) -> list[Candidate]:
    """Decisions and events that fit, largest first: by deaths, or by people, fighters or ransom of a decision.

    Raises
    ------
    BadInput
        An unknown kind, month, actor or place.
    """
    check_numbered(run)
    kinds = _kinds(wanted.kind)
    month = _month(wanted.month)
    if wanted.actor and wanted.actor not in run.scenario.actors:
        from sahelsim.scenario.problems import did_you_mean

        hint = did_you_mean(wanted.actor, list(run.scenario.actors))
        raise BadInput(f"the run has no actor '{wanted.actor}'{hint}", path="--actor")
    naming = Naming(run)
    cells = _cells(naming, wanted.place) if wanted.place else None
    found: list[tuple[int, Reference, Decision | Harm, pd.Series]] = []
    table: Literal["d", "e"]
    for table in ("d", "e"):
        chosen = kinds[table]
        if not chosen:
            continue
        frame = run.decisions(wanted.replicate) if table == "d" else run.truth(wanted.replicate)
        size = frame["size"] if table == "d" else frame[["deaths_a", "deaths_b", "deaths_civilians"]].sum(axis=1)
        fits = frame["kind"].isin([kind.name.lower() for kind in chosen])
        if wanted.kind == MASSACRE:
            fits &= frame["deaths_civilians"] > 0
        if month is not None:
            fits &= frame["month_id"] == month
        if wanted.actor:
            fits &= (frame[["actor_a", "actor_b"]] == wanted.actor).any(axis=1)
        if cells is not None:
            fits &= frame["cell"].isin(cells)
        some = frame[fits].assign(magnitude=size[fits]).nlargest(wanted.largest, "magnitude")
        for _, row in some.iterrows():
            kind = Decision[row["kind"].upper()] if table == "d" else Harm[row["kind"].upper()]
            found.append(
                (
                    int(row["magnitude"]),
                    Reference("d" if table == "d" else "e", int(row["id"])),
                    kind,
                    without_nulls(row),
                )
            )
    found.sort(key=lambda entry: (-entry[0], entry[1].table, entry[1].number))
    return [_candidate(*entry, naming) for entry in found[: wanted.largest]]


def _candidate(size: int, reference: Reference, kind: Decision | Harm, row: pd.Series, naming: Naming) -> Candidate:
    return Candidate(
        id=str(reference),
        kind=row["kind"],
        replicate=int(row["replicate"]),
        date=f"{row['date']:%Y-%m-%d}",
        place=place_of_row(row, naming).words,
        size=size,
        what=headline(kind, row, naming),
    )


def _kinds(word: str) -> dict[str, list[Decision] | list[Harm]]:
    """Kinds of decisions ("d") and of violence ("e") that a word asks for; all of them when there is none."""
    name = word.strip().lower().replace("-", "_").replace(" ", "_")
    if not name:
        return {"d": list(Decision), "e": list(Harm)}
    if name == MASSACRE:
        return {"d": [], "e": [Harm.VIOLENCE_AGAINST_CIVILIANS, Harm.REVENGE]}
    if name not in KINDS:
        from sahelsim.scenario.problems import did_you_mean

        raise BadInput(f"no kind '{word}' (of {', '.join(KINDS)}){did_you_mean(name, KINDS)}", path="--kind")
    return {"d": [d for d in Decision if d.name.lower() == name], "e": [h for h in Harm if h.name.lower() == name]}


def _month(text: str) -> int | None:
    if not text:
        return None
    found = _MONTH.fullmatch(text)
    if found is None:
        raise BadInput(f"'{text}' is no month; expected one like 2022-05", path="--month")
    return month_id(int(found[1]), int(found[2]))


def _plain(text: str) -> str:
    """Without accents and capitals: ``Ménaka`` as ``menaka``."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)).casefold().strip()


def _cells(naming: Naming, place: str) -> list[int]:
    """Cells of the settlement, first-level area or country of that name; of an area rather than of a settlement.

    Raises
    ------
    BadInput
        Nothing has that name, or the run did not keep its communities.
    """
    table = naming.communities
    if table is None:
        raise BadInput("places are known only to runs with `outputs.communities`", path="--place")
    wanted = _plain(place)
    for column in ("country", "adm_1", "name"):
        names = table[column].fillna("").map(_plain)
        mine = (names == wanted) | (names == f"{wanted} region") if column == "adm_1" else names == wanted
        if mine.any():
            return sorted(set(table.loc[mine, "cell"].tolist()))
    from sahelsim.scenario.problems import did_you_mean

    known = [name for column in ("country", "adm_1", "name") for name in table[column].dropna().unique()]
    raise BadInput(f"no settlement, area or country is called '{place}'{did_you_mean(place, known)}", path="--place")
