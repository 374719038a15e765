"""What one replicate leaves behind, in plain arrays: the hand-over from the engine to observation and results.

Index conventions: actors, camps, peoples and groups are numbered in the order of the scenario; cells as in
`Grid`; communities as in the region's table. -1 means "none".
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

__all__ = ["DECISION_TERMS", "DecisionLog", "Flows", "Names", "Panel", "ReplicateRecord", "ViolenceLog"]

I32 = npt.NDArray[np.int32]
F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

DECISION_TERMS: dict[int, tuple[str, ...]] = {
    1: ("coercion", "protection", "services", "kinship", "grievance", "clan", "standing", "pact"),
    2: ("coercion", "protection", "services", "kinship", "grievance", "clan", "standing", "pact"),
    3: ("balance", "pay", "ideology", "tide", "kin", "cohesion", "", ""),
    4: ("hostility", "exhaustion", "common_enemy", "overlap", "ideology", "hazard", "", ""),
    5: ("hostility", "exhaustion", "common_enemy", "overlap", "ideology", "hazard", "", ""),
    6: ("balance", "pay", "ideology", "tide", "kin", "cohesion", "command", "strain"),
    7: ("besiegers", "defenders", "enmity", "resistance", "hazard", "", "", ""),
    8: ("besiegers", "defenders", "tightness", "hunger", "weeks", "trust", "hazard", "relievers"),
    9: ("hunger", "fear", "trust", "grievance", "kinship", "state", "protection", "worth"),
    10: ("hunger", "fear", "trust", "grievance", "kinship", "state", "protection", "worth"),
    11: ("temptation", "state", "violence", "trust", "grievance", "weeks", "hazard", "absence"),
    12: ("harm", "fear", "unprotected", "kinship", "hazard", "", "", ""),
    13: ("exposure", "losses", "cohesion_before", "cohesion_after", "", "", "", ""),
    14: ("deaths", "weight", "hostility", "fame", "", "", "", ""),
    15: ("fighters", "remoteness", "strain", "ransom", "hazard", "", "", ""),
    16: ("threat", "protectors", "hazard", "", "", "", "", ""),
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
    Otherwise: coercion, punishment, reprisal against the community hit, and how roused the avengers are (revenge)."""


@dataclass(frozen=True)
class DecisionLog:
    """Decisions of communities, units, groups, actors and dyads. Shape (D,) each, terms (D, 8) by DECISION_TERMS."""

    step: I32
    kind: I32  # terms.Decision
    cell: I32  # -1 for dyads, groups without fighters and statements
    entity: I32
    """Community (pledge, lapse, siege, pact, militia), unit (defection), group (katiba, commander), actor (kidnapping),
    dyad a * A + b with a < b (truce), or author * A + addressee (statement; the author again for a sermon to all)."""
    before: I32
    """Camp (pledge, lapse), actor (defection, katiba, siege_end, pact_broken, militia_stood_down), truce state, number
    of the commander (commander_killed); -1 where there was none."""
    after: I32
    """Camp, actor (defection, katiba, siege_start, pact made or refused, militia_raised, kidnapping), truce state,
    terms.SiegeEnd (siege_end), actor that broke its word (pact_broken; -1: the community did), number of the next
    commander; -1 where there is none."""
    size: I32  # people of the community, fighters of the unit, group or band, thousands in a ransom, 0 for dyads
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
    besieger: npt.NDArray[np.int8]  # (T, M) actor that besieges the community, -1 none
    pact: npt.NDArray[np.int8]  # (T, M) actor with which the community has a pact, -1 none
    treasury: I64  # (T, A) money at the end of the month
    accounts: I64  # (T, accounts, A) income and spending of the month, terms.Account
    strain: F32  # (T, A) 0-1
    group_actor: npt.NDArray[np.int16]  # (T, G) actor of each group
    group_fighters: I32  # (T, G)
    group_cohesion: F32  # (T, G)
    group_commander: I32  # (T, G) how many commanders it has had, less one


@dataclass(frozen=True)
class Flows:
    """Who fled from where to where, by month; rows in which somebody moved, sorted by (month, origin, destination).

    From one home there are in a refuge: those who fled there, less who returned, plus who moved on, less who settled.
    """

    months: I32  # month_id
    origin: I32  # community that is the home
    destination: I32  # community that is the refuge
    fled: I64  # people who came straight from home
    returned: I64  # people who went home from there
    moved_on: I64  # people who came from another refuge, less those who left for another
    settled: I64  # people who stayed there for good, and belong there now


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
    flows: Flows
    ledger: dict[str, int] = field(default_factory=dict)  # people and fighters in, out, dead: closes to zero
    seconds: float = 0.0
