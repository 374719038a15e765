"""The log of decisions as a table: who each row is about, and its codes as words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sahelsim.record import DECISION_TERMS, DecisionLog
from sahelsim.results.arrow import calendar_days, labelled, make_table, month_ids
from sahelsim.results.event_tables import IDS_PER_REPLICATE
from sahelsim.results.term_values import term_values
from sahelsim.scenario.schema import Calendar
from sahelsim.terms import Decision, SiegeEnd, TruceState
from sahelsim.world.ground import Ground

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["decisions_table"]

Codes = npt.NDArray[np.int64]

_OF_COMMUNITY = (
    Decision.PLEDGE,
    Decision.LAPSE,
    Decision.SIEGE_START,
    Decision.SIEGE_END,
    Decision.PACT_MADE,
    Decision.PACT_REFUSED,
    Decision.PACT_BROKEN,
    Decision.MILITIA_RAISED,
    Decision.MILITIA_STOOD_DOWN,
)
_OF_GROUP = (Decision.KATIBA_DEFECTION, Decision.COMMANDER_KILLED)
_OF_DYAD = (Decision.TRUCE_ONSET, Decision.TRUCE_BREAKDOWN, Decision.STATEMENT)
_CHANGES_OF_ACTOR = (Decision.DEFECTION, Decision.KATIBA_DEFECTION)

_BEFORE: dict[Decision, str] = {
    Decision.PLEDGE: "camp",
    Decision.LAPSE: "camp",
    Decision.DEFECTION: "actor",
    Decision.TRUCE_ONSET: "truce",
    Decision.TRUCE_BREAKDOWN: "truce",
    Decision.KATIBA_DEFECTION: "actor",
    Decision.SIEGE_END: "actor",
    Decision.PACT_BROKEN: "actor",
    Decision.COMMANDER_KILLED: "number",
    Decision.MILITIA_STOOD_DOWN: "actor",
}
_AFTER: dict[Decision, str] = {
    Decision.PLEDGE: "camp",
    Decision.LAPSE: "camp",
    Decision.DEFECTION: "actor",
    Decision.TRUCE_ONSET: "truce",
    Decision.TRUCE_BREAKDOWN: "truce",
    Decision.KATIBA_DEFECTION: "actor",
    Decision.SIEGE_START: "actor",
    Decision.SIEGE_END: "siege end",
    Decision.PACT_MADE: "actor",
    Decision.PACT_REFUSED: "actor",
    Decision.PACT_BROKEN: "actor",
    Decision.MILITIA_RAISED: "actor",
    Decision.COMMANDER_KILLED: "number",
    Decision.KIDNAPPING: "actor",
}
"""What the codes of `before` and `after` stand for, see `record.DecisionLog`; kinds without an entry have none."""


def decisions_table(replicate: int, log: DecisionLog, ground: Ground, calendar: Calendar) -> pa.Table:
    """Every decision of one replicate as `columns.DECISIONS`."""
    names, kind = ground.names, log.kind
    day = calendar_days(calendar.start, log.step.astype(np.int64) * calendar.step_days)
    actor_a, actor_b = _actors_of(log, len(names.actors))
    vocabularies = {
        "camp": names.camps,
        "actor": names.actors,
        "truce": [state.name.lower() for state in TruceState],
        "siege end": ["", *(end.name.lower() for end in SiegeEnd)],
        "number": [str(n) for n in range(1 + int(log.after.max(initial=0, where=kind == Decision.COMMANDER_KILLED)))],
    }
    columns: dict[str, Any] = {
        "id": replicate * IDS_PER_REPLICATE + np.arange(kind.size, dtype=np.int64),
        "replicate": np.full(kind.size, replicate),
        "step": log.step,
        "date": day,
        "month_id": month_ids(day),
        "kind": labelled(kind - 1, [decision.name.lower() for decision in Decision]),
        "cell": log.cell,
        "priogrid_gid": np.where(log.cell >= 0, ground.cells_gid[log.cell], -1),
        "community": np.where(np.isin(kind, _OF_COMMUNITY), log.entity, -1),
        "unit": np.where(kind == Decision.DEFECTION, log.entity, -1),
        "group": labelled(np.where(np.isin(kind, _OF_GROUP), log.entity, -1), names.groups),
        "actor_a": labelled(actor_a, names.actors),
        "actor_b": labelled(actor_b, names.actors),
        "before": _words(log.before, kind, _BEFORE, vocabularies),
        "after": _words(log.after, kind, _AFTER, vocabularies),
        "size": log.size,
    }
    return make_table("decisions", columns | term_values(DECISION_TERMS, kind, log.terms))


def _actors_of(log: DecisionLog, actors: int) -> tuple[Codes, Codes]:
    """The one or two actors that a decision is about, -1 none, (D,) each."""
    kind = log.kind
    first, second = (part.astype(np.int64) for part in np.divmod(log.entity, actors))
    of_dyad, changes = np.isin(kind, _OF_DYAD), np.isin(kind, _CHANGES_OF_ACTOR)
    ended = np.isin(kind, (Decision.SIEGE_END, Decision.PACT_BROKEN, Decision.MILITIA_STOOD_DOWN))
    begun = np.isin(kind, [k for k, word in _AFTER.items() if word == "actor"]) & ~changes
    alone = (kind == Decision.STATEMENT) & (first == second)
    actor_a = np.select([of_dyad, changes | ended, begun], [first, log.before, log.after], -1)
    actor_b = np.select([of_dyad & ~alone, changes], [second, log.after], -1)
    return actor_a, actor_b


def _words(
    codes: npt.NDArray[np.int32],
    kind: npt.NDArray[np.int32],
    meaning: dict[Decision, str],
    vocabularies: dict[str, Any],
) -> pa.Array[Any]:
    """Codes as words of the vocabulary of their kind; null where they are negative or mean nothing."""
    start: dict[str, int] = {}
    labels: list[str] = []
    for name, words in vocabularies.items():
        start[name] = len(labels)
        labels += list(words)
    offset = np.full(len(Decision) + 1, -1)
    for decision, name in meaning.items():
        offset[decision] = start[name]
    at = offset[kind]
    return labelled(np.where((codes >= 0) & (at >= 0), codes + at, -1), labels)
