"""Which actor of the record a name of ACLED or GED stands for: `actors.csv`, read once."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

__all__ = ["EAST", "HOST", "ISWAP", "LAKE_CHAD", "ActorRule", "Meaning", "meaning_of", "read_rules"]

HOST, STATE = "*host", "*state"
"""In the table: the government of the country in which it happened, and that which the name tells."""

EAST = 10.0
"""Degrees east from which on "IS" is the war around Lake Chad."""

LAKE_CHAD, ISWAP = "IS", "ISWAP"
"""What GED calls both, and what it is called from there on."""

_FORCES = re.compile(r"(?:Military|Police) Forces of (?:the )?([^(]+?)\s*(?:\(|$)")


@dataclass(frozen=True)
class ActorRule:
    """One line of the table."""

    data: str  # acled or ged
    match: str  # is or starts
    name: str
    actor: str  # the record's name; empty where nobody can be named
    ged_id: int  # 0 where GED has none
    kind: str  # armed, state, civilians, unnamed or unorganised
    first: date
    last: date
    note: str

    def holds(self, data: str, name: str, day: date) -> bool:
        """Whether a name on a day is meant."""
        mine, other = self.name.casefold(), name.casefold()
        same = other == mine if self.match == "is" else other.startswith(mine)
        return self.data == data and same and self.first <= day <= self.last


@dataclass(frozen=True)
class Meaning:
    """What a name stands for."""

    actor: str | None
    ged_id: int
    kind: str
    note: str
    known: bool  # it is in the table


@cache
def read_rules() -> tuple[ActorRule, ...]:
    """The table, in its order: the first line that holds counts."""
    text = files("sahelsim.acled").joinpath("actors.csv").read_text(encoding="utf-8")
    return tuple(
        ActorRule(
            row["data"], row["match"], row["name"], row["actor"], int(row["ged_id"] or 0), row["kind"],
            date.fromisoformat(row["from"]) if row["from"] else date.min,
            date.fromisoformat(row["to"]) if row["to"] else date.max, row["note"],
        )
        for row in csv.DictReader(text.splitlines())
    )  # fmt: skip


def meaning_of(data: str, name: str, day: date, country: str = "") -> Meaning:
    """What a name stands for on a day, in a country; an unknown one for itself.

    Parameters
    ----------
    data : str
        ``acled`` or ``ged``.
    name : str
        As it stands in the file.
    day : date
        When: before JNIM was founded its parts were actors of their own.
    country : str
        Where: allies of a government are counted under it.
    """
    if " and/or " in name:
        return Meaning(None, 0, "either", "one of two groups, and nobody knows which", known=True)
    rule = next((rule for rule in read_rules() if rule.holds(data, name, day)), None)
    if rule is None:
        return Meaning(name, 0, "armed", "not in the table of actors: kept under its own name", known=False)
    actor: str | None = rule.actor or None
    if actor == HOST:
        actor = f"Government of {country}"
    elif actor == STATE:
        found = _FORCES.match(name)
        actor = f"Government of {found[1] if found else country}"
    return Meaning(actor, rule.ged_id or _GOVERNMENTS.get(actor or "", 0), rule.kind, rule.note, known=True)


_GOVERNMENTS = {
    "Government of Mali": 72, "Government of Senegal": 73, "Government of Mauritania": 74, "Government of Niger": 75,
    "Government of Ivory Coast": 76, "Government of Burkina Faso": 78, "Government of Togo": 82,
    "Government of Nigeria": 84, "Government of Benin": 1209,
}  # fmt: skip
"""Their UCDP actor ids: UCDP Actor Dataset."""
