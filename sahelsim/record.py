"""What one replicate leaves behind, in plain arrays: the hand-over from the engine to observation and results.

Index conventions: actors, camps, peoples and groups are numbered in the order of the scenario; cells as in
`Grid`; communities as in the region's table. -1 means "none".
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

__all__ = ["DECISION_TERMS", "DecisionLog", "Names", "Panel", "ReplicateRecord", "ViolenceLog"]

I32 = npt.NDArray[np.int32]
F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

DECISION_TERMS: dict[int, tuple[str, ...]] = {
    1: ("coercion", "protection", "services", "kinship", "grievance", "clan", "standing", "fear"),
    2: ("coercion", "protection", "services", "kinship", "grievance", "clan", "standing", "fear"),
    3: ("balance", "pay", "ideology", "momentum", "kin", "cohesion", "", ""),
    4: ("hostility", "exhaustion", "common_enemy", "overlap", "ideology", "hazard", "", ""),
    5: ("hostility", "exhaustion", "common_enemy", "overlap", "ideology", "hazard", "", ""),
}
"""Names of the eight terms of a decision, by `terms.Decision`."""


@dataclass(frozen=True)
class Names:
    """Everything needed to read the indices of a record."""

    actors: tuple[str, ...]
    camps: tuple[str, ...]
    peoples: tuple[str, ...]
    groups: tuple[str, ...]  # "ACTOR/group"
    countries: tuple[str, ...]  # iso3
    country_names: tuple[str, ...]  # as the record writes them
    governments: tuple[str, ...]  # "Government of Mali"
    admin1: tuple[str, ...]


@dataclass(frozen=True)
class ViolenceLog:
    """The truth: one row per violent event, in order of (step, kind, cell, sides). Shape (E,) each."""

    step: I32
    kind: I32  # terms.Harm
    cell: I32
    side_a: I32  # actor
    side_b: I32  # actor; -1: civilians
    deaths_a: I32
    deaths_b: I32
    deaths_civilians: I32
    community: I32  # the community hit; -1 in battles
    people: I32  # people of the perpetrators (one-sided, revenge); -1 in battles
    victim_people: I32  # people of the community hit; -1 in battles
    winner: I32  # actor that held the ground; -1 when one-sided
    terms: F32
    """(E, 4) terms of the hazard. Battle: enmity, contact, hazard a week, log-odds of strength for the attacker.
    Otherwise: coercion, punishment, reprisal, and how roused the avengers are (revenge)."""


@dataclass(frozen=True)
class DecisionLog:
    """Pledges, defections and truce changes. Shape (D,) each, terms (D, 8) named by DECISION_TERMS."""

    step: I32
    kind: I32  # terms.Decision
    cell: I32  # -1 for dyads
    entity: I32  # community, unit, or dyad index a * A + b with a < b
    before: I32  # camp, actor or truce state before
    after: I32  # camp, actor or truce state after
    size: I32  # people of the community, fighters of the unit, 0 for dyads
    terms: F32


@dataclass(frozen=True)
class Panel:
    """Monthly cell panel and community allegiance; state at the end of the month's last step."""

    months: I32  # (T,) month_id
    presence: I32  # (T, A, C) fighters
    control: I32  # (T, C) camp that holds the cell's people and ground; -1 nobody
    displaced: I32  # (T, C) people who have taken refuge in the cell
    allegiance: npt.NDArray[np.int8]  # (T, M) camp of each community
    population: I32  # (T, M) people present


@dataclass(frozen=True)
class ReplicateRecord:
    """All that one replicate leaves behind."""

    replicate: int
    seed: int
    violence: ViolenceLog
    decisions: DecisionLog
    panel: Panel
    hostility: F32  # (S, A, A) by step
    truce: npt.NDArray[np.int8]  # (S, A, A) terms.TruceState by step
    fighters: I64  # (S, A) fighters by actor and step
    ledger: dict[str, int] = field(default_factory=dict)  # people and fighters in, out, dead: closes to zero
    seconds: float = 0.0
