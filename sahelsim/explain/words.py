"""Every term of every decision and act of violence as a sentence. The one place where these words stand."""

from __future__ import annotations

from sahelsim.explain.phrases import Form, Phrase
from sahelsim.terms import Decision, Harm

__all__ = ["DECISION_WORDS", "VIOLENCE_WORDS"]

_ALLEGIANCE = {
    "coercion": Phrase("Coercion by armed presence pulled towards {after}"),
    "protection": Phrase("Fear made it look for protection, and {after} offered more than the side it resents most"),
    "services": Phrase("Courts, relief and other services spoke for {after}"),
    "kinship": Phrase(
        "The ties of its people spoke for {after}", against="The ties of its people spoke against {after}"
    ),
    "grievance": Phrase("Grievance spoke for {after}", against="Grievance over what {after} did spoke against it"),
    "clan": Phrase("Others of its clan were with {after} already"),
    "standing": Phrase(
        "The standing of {after} there spoke for it", against="That {after} was thin on the ground spoke against it"
    ),
    "pact": Phrase("Its pact with an actor of {after} tied it to them"),
}

_LAPSE = _ALLEGIANCE | {
    "standing": Phrase(
        "Siding with nobody had an appeal of its own",
        against="Fear made it hard to side with nobody: who does is exposed",
    ),
}

_DEFECTION = {
    "balance": Phrase(
        "{b} was the stronger of the two where they stood", against="{b} was the weaker of the two where they stood"
    ),
    "pay": Phrase("{b} paid better", against="{b} paid worse"),
    "ideology": Phrase("{b} was near in ideology", against="The distance in ideology to {b} held them back"),
    "tide": Phrase(
        "The tide ran for {b}, by victories and growth", against="The tide ran for {a}, by victories and growth"
    ),
    "kin": Phrase("{b} has fighters of their own people"),
    "cohesion": Phrase("Little held the group together", against="The cohesion of their group held them back"),
}

_TRUCE_ONSET = {
    "hostility": Phrase(
        "Hostility between the two delayed it", Form.SHARE, weight="-truce.onset_hostility",
        nothing="There was no hostility between the two",
    ),
    "exhaustion": Phrase("Both had bled each other: exhaustion hastened it", Form.SHARE, weight="truce.exhaustion"),
    "common_enemy": Phrase("Both were fighting common enemies", Form.SHARE, weight="truce.common_enemy"),
    "overlap": Phrase("Share of the weaker side on shared ground, which matters for how a truce ends", Form.SHARE),
    "ideology": Phrase("Distance in ideology, which matters for how a truce ends", Form.SHARE),
    "hazard": Phrase("The hazard of a truce", Form.HAZARD),
}  # fmt: skip

_TRUCE_BREAKDOWN = {
    "hostility": Phrase("Hostility between the two wore it down", Form.SHARE, weight="truce.breakdown_hostility"),
    "exhaustion": Phrase("Both had bled each other, which counts for truces but does not keep them", Form.SHARE),
    "common_enemy": Phrase("Common enemies steadied it", Form.SHARE, weight="-truce.common_enemy"),
    "overlap": Phrase(
        "Their fighters got in each other's way: share of the weaker side on shared ground", Form.SHARE,
        weight="truce.breakdown_overlap",
    ),
    "ideology": Phrase("Distance in ideology pulled them apart", Form.SHARE, weight="truce.breakdown_ideology"),
    "hazard": Phrase("The hazard of its breakdown", Form.HAZARD),
}  # fmt: skip

_PACT_ANSWER = {
    "hunger": Phrase("Hunger under siege spoke for terms"),
    "fear": Phrase("Fear of an actor superior on the ground spoke for terms"),
    "trust": Phrase("The word of {a} was trusted", against="The word of {a} was not trusted"),
    "grievance": Phrase("Grievance spoke for terms", against="Grievance against the camp of {a} spoke against terms"),
    "kinship": Phrase("Ties of its people spoke for terms", against="Ties of its people spoke against terms"),
    "state": Phrase(
        "Troops hostile to {a} spoke for terms", against="Troops nearby, who punish such terms, spoke against them"
    ),
    "protection": Phrase("Order and courts that {a} could give spoke for terms"),
    "worth": Phrase("The worth of the terms", Form.LOG_ODDS),
}

DECISION_WORDS: dict[Decision, dict[str, Phrase]] = {
    Decision.PLEDGE: _ALLEGIANCE,
    Decision.LAPSE: _LAPSE,
    Decision.DEFECTION: _DEFECTION,
    Decision.KATIBA_DEFECTION: _DEFECTION
    | {
        "command": Phrase("Its commander had no authority", against="The authority of its commander held it back"),
        "strain": Phrase("{a} was harder up for money than {b}", against="{b} was harder up for money than {a}"),
    },
    Decision.TRUCE_ONSET: _TRUCE_ONSET,
    Decision.TRUCE_BREAKDOWN: _TRUCE_BREAKDOWN,
    Decision.SIEGE_START: {
        "besiegers": Phrase("Fighters of {a} in and around the place", Form.COUNT),
        "defenders": Phrase(
            "Fighters hostile to {a} in the place", Form.COUNT, nothing="Nobody hostile to {a} stood there"
        ),
        "enmity": Phrase("Enmity of {a} towards the side that {who} was on", Form.SHARE),
        "resistance": Phrase("Resistance by village militias raised the hazard", Form.SHARE),
        "hazard": Phrase("The hazard of a siege", Form.HAZARD),
    },
    Decision.SIEGE_END: {
        "besiegers": Phrase(
            "Fighters of {a} in and around the place", Form.COUNT, nothing="No fighter of {a} was left there"
        ),
        "defenders": Phrase(
            "Fighters hostile to {a} in the place, village militias included",
            Form.COUNT,
            nothing="Nobody hostile to {a} stood there",
        ),
        "tightness": Phrase("The siege was so tight, of 1", Form.SHARE),
        "hunger": Phrase("Hunger, of 1", Form.SHARE, nothing="Nobody was hungry"),
        "weeks": Phrase("Weeks that the siege had lasted", Form.COUNT),
        "trust": Phrase("What the word of {a} was worth there, from -1 to 1", Form.SHARE),
        "hazard": Phrase("The hazard that it ends", Form.HAZARD),
        "relievers": Phrase("Troops among those hostile to {a}, who can relieve it", Form.COUNT),
    },
    Decision.PACT_MADE: _PACT_ANSWER,
    Decision.PACT_REFUSED: _PACT_ANSWER,
    Decision.PACT_BROKEN: {
        "temptation": Phrase("Losses there tempted {a} to break its word", Form.HAZARD_PART),
        "state": Phrase("Troops hostile to {a} pressed {who} to break it", Form.HAZARD_PART),
        "violence": Phrase("{a} had killed there since the pact", Form.HAZARD_PART),
        "trust": Phrase("What the word of {a} was worth there, from -1 to 1", Form.SHARE),
        "grievance": Phrase("Grievance against the camp of {a} set {who} against it", Form.HAZARD_PART),
        "weeks": Phrase("Weeks that the pact had lasted", Form.COUNT),
        "hazard": Phrase("The hazard that it breaks", Form.HAZARD),
        "absence": Phrase("{a} was hardly there any more", Form.HAZARD_PART),
    },
    Decision.MILITIA_RAISED: {
        "harm": Phrase("Deaths there that are not forgotten, of 1", Form.SHARE),
        "fear": Phrase("Fear, of 1", Form.SHARE),
        "unprotected": Phrase("Nobody protected it, of 1", Form.SHARE, nothing="Others protected it"),
        "kinship": Phrase(
            "Ties of its people to the militia's side hastened it",
            Form.SHARE,
            against="Ties of its people to the militia's side delayed it",
        ),
        "hazard": Phrase("The hazard of a militia", Form.HAZARD),
    },
    Decision.COMMANDER_KILLED: {
        "exposure": Phrase(
            "In such losses the commander falls with",
            Form.RISK,
            nothing="He did not fall in battle: he was struck",
        ),
        "losses": Phrase(
            "Share of the group's fighters lost in the battles of the step",
            Form.SHARE,
            nothing="The group lost nobody in battle",
        ),
        "cohesion_before": Phrase("Cohesion of the group before", Form.SHARE),
        "cohesion_after": Phrase("Cohesion of the group after", Form.SHARE),
    },
    Decision.STATEMENT: {
        "deaths": Phrase("Deaths that it was about", Form.PEOPLE),
        "weight": Phrase("Weight of the news", Form.SHARE),
        "hostility": Phrase("Hostility of the two, of 1", Form.SHARE, nothing="There was no hostility between the two"),
        "fame": Phrase("Renown of {a} among recruits afterwards, of 1", Form.SHARE),
    },
    Decision.KIDNAPPING: {
        "fighters": Phrase("Fighters of {a} there", Form.PEOPLE),
        "remoteness": Phrase("Remoteness of the place, of 1", Form.SHARE),
        "strain": Phrase("{a} was so hard up for money, of 1", Form.SHARE, nothing="{a} was not hard up for money"),
        "ransom": Phrase("Ransom", Form.MONEY),
        "hazard": Phrase("The hazard of a kidnapping", Form.HAZARD),
    },
    Decision.MILITIA_STOOD_DOWN: {
        "threat": Phrase("Enemies of {a} in and around the place, weighted by enmity", Form.COUNT),
        "protectors": Phrase("Fighters who protect {who}, these men among them", Form.COUNT),
        "hazard": Phrase("The hazard that a watch stands down", Form.HAZARD),
    },
}
"""Sentences by kind of decision and name of the term, see `record.DECISION_TERMS`."""

VIOLENCE_WORDS: dict[Harm, dict[str, Phrase]] = {
    Harm.BATTLE: {
        "enmity": Phrase("Enmity of the two, of 1: their hostility, dampened by a truce if one held", Form.SHARE),
        "contact": Phrase("Contact, of 1: how many of both stood in one cell", Form.SHARE),
        "hazard": Phrase("The hazard of a fight", Form.HAZARD),
        "odds": Phrase("The balance of strength, for the attacker", Form.LOG_ODDS),
    },
    Harm.VIOLENCE_AGAINST_CIVILIANS: {
        "coercion": Phrase("Coercion: {who} did not side with {a}"),
        "punishment": Phrase("Punishment: {who} sided with enemies of {a}"),
        "reprisal": Phrase("Reprisal: {a} had lost fighters there"),
    },
    Harm.REVENGE: {
        "revenge": Phrase(
            "Avengers were roused, of 1, by deaths that they blame on the victims' people",
            Form.SHARE,
            nothing="No deaths within memory roused the avengers: the quarrel of the two peoples is a standing one",
        ),
    },
}
"""Sentences by kind of violence and name of the term, see `results.registry.VIOLENCE_TERMS`."""
