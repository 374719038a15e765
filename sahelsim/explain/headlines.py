"""What happened, in one sentence for each kind of decision and violence."""

from __future__ import annotations

from sahelsim.terms import Decision, Harm, SiegeEnd

__all__ = ["HEADLINES", "SIEGE_ENDS", "VIOLENCE_HEADLINES", "short"]

HEADLINES: dict[Decision, str] = {
    Decision.PLEDGE: "{who} ({size} people) turned from {before} to {after}",
    Decision.LAPSE: "{who} ({size} people) turned away from {before} and became {after}",
    Decision.DEFECTION: "A band of {size} fighters went over from {a} to {b}",
    Decision.TRUCE_ONSET: "{a} and {b} came to a {after} truce",
    Decision.TRUCE_BREAKDOWN: "The {before} truce of {a} and {b} broke",
    Decision.KATIBA_DEFECTION: "{who} ({size} fighters) went over from {a} to {b}",
    Decision.SIEGE_START: "{a} laid siege to {who} ({size} people)",
    Decision.SIEGE_END: "The siege of {who} ({size} people) by {a} ended",
    Decision.PACT_MADE: "{who} ({size} people) made a pact with {a}",
    Decision.PACT_REFUSED: "{who} ({size} people) refused a pact with {a}",
    Decision.PACT_BROKEN: "{breaker} broke its pact with {partner}",
    Decision.MILITIA_RAISED: "{who} armed {size} of its people for {a}",
    Decision.COMMANDER_KILLED: "The commander of {who} ({size} fighters) was killed",
    Decision.STATEMENT: "{a} published a statement {against}",
    Decision.KIDNAPPING: "{a} took a hostage; the ransom was {ransom}",
    Decision.MILITIA_STOOD_DOWN: "{size} men of {a} stood down and went home to {who}",
}

SIEGE_ENDS: dict[SiegeEnd, str] = {
    SiegeEnd.LIFTED: "it was lifted: the besiegers had gone or were too few",
    SiegeEnd.RELIEF: "forces hostile to the besiegers relieved the place",
    SiegeEnd.PACT: "the people came to terms with the besiegers",
    SiegeEnd.SURRENDER: "the people went over to the side of the besiegers",
}

VIOLENCE_HEADLINES: dict[Harm, str] = {
    Harm.BATTLE: "{a} attacked {b}: {deaths_a} of {a} and {deaths_b} of {b} dead; {winner} held the ground",
    Harm.VIOLENCE_AGAINST_CIVILIANS: "{a} killed {deaths_civilians} civilians of {who}",
    Harm.REVENGE: "Avengers of the {people} people, under {a}, struck {who}: {deaths} dead",
}


def short(kind: Decision | Harm) -> str:
    """The kind as words: ``siege start``."""
    return kind.name.lower().replace("_", " ")
