"""From a row of the tables to an explanation: what happened, the terms of the decision, and what went before."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from sahelsim.explain.before import Before, Note
from sahelsim.explain.headlines import HEADLINES, SIEGE_ENDS, VIOLENCE_HEADLINES, short
from sahelsim.explain.names import Naming, Place
from sahelsim.explain.phrases import Form, Phrase
from sahelsim.explain.reference import Reference, row_of
from sahelsim.explain.surrender import OWN_CHOICE, SURRENDERED, by_own_choice, siege_end_of
from sahelsim.explain.words import DECISION_WORDS, VIOLENCE_WORDS
from sahelsim.record import DECISION_TERMS
from sahelsim.results.registry import VIOLENCE_TERMS
from sahelsim.terms import Decision, Harm, SiegeEnd

if TYPE_CHECKING:
    from sahelsim.results import Run
    from sahelsim.scenario.schema import Scenario

__all__ = ["Explanation", "Reason", "explain", "headline", "place_of_row"]

_WEEK = 7.0  # days
_THOUSAND = 1000
_CHOICES_BY_SUM = (Decision.DEFECTION, Decision.KATIBA_DEFECTION)  # all terms of the log-odds are in the log
_BEFORE_VIOLENCE = (Decision.TRUCE_ONSET, Decision.TRUCE_BREAKDOWN)  # in the order of a step
_ONE_OF_MANY = (Decision.PLEDGE, Decision.LAPSE)  # one of several camps, by its terms against theirs


@dataclass(frozen=True)
class Reason:
    """One term of a decision.

    Attributes
    ----------
    term : str
        Name of the column without "term_".
    value : float
        As it was logged.
    contribution : float or None
        What it added to the sum that decided; None where there is no sum, or the term is no part of it.
    words : str
    """

    term: str
    value: float
    contribution: float | None
    words: str


@dataclass(frozen=True)
class Explanation:
    """Why something happened."""

    id: str
    kind: str
    replicate: int
    date: str
    place: Place
    what: str
    reasons: tuple[Reason, ...]  # largest contribution first, then those that are not addends
    silent: tuple[str, ...]  # terms that were exactly 0
    chance: str  # what the terms come to; "" where they do not say
    before: tuple[Note, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def explain(run: Run, reference: Reference) -> Explanation:
    """Explain a decision or a violent event of a run.

    Raises
    ------
    BadInput
        The run has no such row, or did not keep its decisions.
    """
    row, naming = row_of(run, reference), Naming(run)
    kind: Decision | Harm = Decision[row["kind"].upper()] if reference.table == "d" else Harm[row["kind"].upper()]
    end = siege_end_of(run, row) if kind is Decision.PLEDGE else None
    rule, decisive = (kind, row) if end is None else (Decision.SIEGE_END, end)
    phrases, names = _terms_of(rule)
    values: dict[Any, Any] = decisive.to_dict()
    terms = {name: float(values[f"term_{name}"]) for name in names if name}
    reasons, silent = _reasons(terms, phrases, _fields(rule, decisive, naming), run.scenario)
    chance = _chance(rule, terms, phrases, run.scenario)
    if end is not None:
        chance = f"{SURRENDERED}. {chance}"
    elif kind is Decision.SIEGE_END and by_own_choice(run, row):
        chance = OWN_CHOICE
    return Explanation(
        id=str(reference),
        kind=short(kind),
        replicate=reference.replicate,
        date=f"{row['date']:%Y-%m-%d}",
        place=place_of_row(row, naming),
        what=headline(kind, row, naming),
        reasons=reasons,
        silent=silent,
        chance=chance,
        before=tuple(_before(kind, row, run, naming)),
    )


def _terms_of(kind: Decision | Harm) -> tuple[dict[str, Phrase], tuple[str, ...]]:
    """Words and names of the terms of a kind."""
    if isinstance(kind, Harm):
        return VIOLENCE_WORDS[kind], VIOLENCE_TERMS[kind]
    return DECISION_WORDS[kind], DECISION_TERMS[kind]


def headline(kind: Decision | Harm, row: pd.Series, naming: Naming) -> str:
    """What happened, in one sentence without its full stop."""
    fields = _fields(kind, row, naming)
    if isinstance(kind, Harm):
        return VIOLENCE_HEADLINES[kind].format_map(fields)
    said = HEADLINES[kind].format_map(fields)
    return f"{said}: {SIEGE_ENDS[SiegeEnd[row['after'].upper()]]}" if kind is Decision.SIEGE_END else said


def _fields(kind: Decision | Harm, row: pd.Series, naming: Naming) -> dict[str, str]:
    """What the braces of the sentences stand for."""
    fields: dict[str, str] = defaultdict(str)
    fields["a"], fields["b"] = naming.actor(row["actor_a"]), naming.actor(row["actor_b"])
    if isinstance(kind, Harm):
        fields["who"] = naming.community(int(row["community"]))
        fields["people"], fields["winner"] = naming.people(row["people"]), naming.actor(row["winner"])
        for name in ("deaths_a", "deaths_b", "deaths_civilians"):
            fields[name] = f"{row[name]:,}"
        fields["deaths"] = f"{row['deaths_a'] + row['deaths_b'] + row['deaths_civilians']:,}"
        return fields
    fields["who"] = naming.group(row["group"]) if row["group"] else naming.community(int(row["community"]))
    fields["size"], fields["ransom"] = f"{row['size']:,}", f"${int(row['size']) * _THOUSAND:,}"
    sides = fields["who"], fields["a"]
    fields["breaker"], fields["partner"] = reversed(sides) if row["after"] else sides
    fields["against"] = f"against {fields['b']}" if row["actor_b"] else "to all"
    say = naming.camp if kind in _ONE_OF_MANY else str
    fields["before"], fields["after"] = say(row["before"]), say(row["after"])
    return fields


def _reasons(
    terms: dict[str, float], phrases: dict[str, Phrase], fields: dict[str, str], scenario: Scenario
) -> tuple[tuple[Reason, ...], tuple[str, ...]]:
    """The terms in words, those that decided most first, and the names of those that were 0."""
    reasons, silent = [], []
    for name, value in terms.items():
        phrase = phrases[name]
        if phrase.form.sums_up:
            continue
        if value == 0.0 and not phrase.nothing:
            silent.append(name)
            continue
        words = phrase.nothing if value == 0.0 else phrase.against if value < 0.0 and phrase.against else phrase.words
        contribution = value if phrase.form.adds_up else None
        shown = phrase.form.value.format(value)
        if phrase.weight:
            contribution = value * _weight(phrase.weight, scenario)
            shown = f"{shown}, which adds {contribution:+.2g}"
        reasons.append(Reason(name, value, contribution, f"{words.format_map(fields)} ({shown})"))
    reasons.sort(key=lambda r: -1.0 if r.contribution is None else abs(r.contribution), reverse=True)
    return tuple(reasons), tuple(silent)


def _weight(path: str, scenario: Scenario) -> float:
    """The parameter that a phrase names."""
    found: Any = scenario.mechanisms
    for name in path.removeprefix("-").split("."):
        found = getattr(found, name)
    return -float(found) if path.startswith("-") else float(found)


def _chance(kind: Decision | Harm, terms: dict[str, float], phrases: dict[str, Phrase], scenario: Scenario) -> str:
    """What the terms come to: a probability, where they say one."""
    total = sum(terms.values())
    if isinstance(kind, Decision) and kind in _CHOICES_BY_SUM:
        return f"All in all {total:+.2g}: once it weighed the change, a chance of {_logistic(total):.1%}"
    if isinstance(kind, Decision) and kind in _ONE_OF_MANY:
        return f"All in all {total:+.2g} for this choice; how the other camps stood is not kept"
    if kind is Harm.VIOLENCE_AGAINST_CIVILIANS:
        return f"All in all a motive of {total:.2g} against those who were struck"
    said = []
    for name, value in terms.items():
        phrase, days = phrases[name], scenario.calendar.step_days
        if phrase.form is Form.HAZARD:
            chance = -math.expm1(-value * days / _WEEK)
            said.append(f"{phrase.words} was {value:.3g} a week: a chance of {chance:.2%} in a step of {days} days")
        elif phrase.form is Form.RISK and value > 0.0:
            said.append(f"{phrase.words} a chance of {-math.expm1(-value):.2%}")
        elif phrase.form is Form.LOG_ODDS:
            said.append(f"{phrase.words} came to {value:+.2g}: a chance of {_logistic(value):.1%}")
    return ". ".join(said)


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


def place_of_row(row: pd.Series, naming: Naming) -> Place:
    """Where a decision or event was: the community's place, or the event's, or the middle of the cell."""
    community = int(row["community"])
    if "latitude" in row:
        return naming.place_of(int(row["cell"]), float(row["latitude"]), float(row["longitude"]))
    if community >= 0 and naming.communities is not None:
        at: dict[Any, Any] = naming.communities.loc[community].to_dict()
        return naming.place_of(int(row["cell"]), at["latitude"], at["longitude"])
    return naming.place_of(int(row["cell"]))


def _before(kind: Decision | Harm, row: pd.Series, run: Run, naming: Naming) -> list[Note]:
    """What the tables say about the time before."""
    truth, step = run.truth(int(row["replicate"])), int(row["step"])
    decided = isinstance(kind, Decision)
    last = step - 1 if decided and kind in _BEFORE_VIOLENCE else step
    community, cell = int(row["community"]), int(row["cell"])
    past = truth[truth["step"] <= last] if decided else truth[truth["id"] < row["id"]]
    before = Before(run, naming, int(row["replicate"]), row["date"], past)
    notes = before.of_cell(cell, community) if cell >= 0 else []
    notes += before.of_community(community, int(row["id"]) if decided else -1)
    if decided and row["group"]:
        notes += before.of_group(row["group"])
    if row["actor_a"] and row["actor_b"]:
        notes += before.of_dyad(row["actor_a"], row["actor_b"], step)
    for actor in (row["actor_a"], row["actor_b"]):
        notes += before.of_actor(actor, step) if actor else []
    return notes
