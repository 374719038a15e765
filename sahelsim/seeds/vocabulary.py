"""The closed vocabularies of the seed tables; ``seeds/README.md`` says what each word means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType

__all__ = [
    "ACTORS",
    "EARLIEST",
    "LATEST",
    "Added",
    "Basis",
    "Certainty",
    "DatePrecision",
    "Document",
    "Kind",
    "PlacePrecision",
]

EARLIEST = date(2010, 1, 1)
"""No fact in either document is older: the oldest are of 2013."""
LATEST = date(2030, 12, 31)
"""Guards against mistyped years, with room for later documents."""


class Document(StrEnum):
    """Which source document."""

    LWJ = "LWJ"
    WAR = "WAR"


class DatePrecision(StrEnum):
    """How finely the two dates are known (not how long the happening lasted)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    MULTI_YEAR = "multi_year"


class Kind(StrEnum):
    """What kind of fact."""

    BATTLE = "battle"
    VIOLENCE_AGAINST_CIVILIANS = "violence_against_civilians"
    STRIKE = "strike"
    PLEDGE = "pledge"
    DEFECTION = "defection"
    TRUCE_ONSET = "truce_onset"
    TRUCE_BREAKDOWN = "truce_breakdown"
    LOCAL_PACT = "local_pact"
    SIEGE = "siege"
    DEPLOYMENT = "deployment"
    WITHDRAWAL = "withdrawal"
    COUP = "coup"
    LEADERSHIP_CHANGE = "leadership_change"
    CLAIM = "claim"
    GOVERNANCE = "governance"
    DISPLACEMENT = "displacement"
    OPERATION = "operation"
    COEXISTENCE = "coexistence"
    FORMATION = "formation"
    ALLEGIANCE = "allegiance"
    GRIEVANCE = "grievance"
    ECONOMY = "economy"
    KIDNAPPING = "kidnapping"
    TREND = "trend"


class PlacePrecision(StrEnum):
    """What the coordinates stand for; ``country`` and ``none`` have no coordinates."""

    POINT = "point"
    DISTRICT = "district"
    REGION = "region"
    COUNTRY = "country"
    NONE = "none"


class Basis(StrEnum):
    """Who says that it happened: the document, or background knowledge only."""

    DOCUMENT = "document"
    BACKGROUND = "background"


class Certainty(StrEnum):
    """How sure we are of the row as coded."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Added(StrEnum):
    """What background knowledge adds to a row."""

    FACT = "fact"
    DATE = "date"
    PLACE = "place"
    SIDES = "sides"
    DEATHS = "deaths"


ACTORS: Mapping[str, str] = MappingProxyType(
    {
        "JNIM": "coalition of al-Qaida's followers in the Sahel, from March 2017",
        "Katiba Macina": "constituent of JNIM in central Mali, led by Amadou Koufa",
        "Ansarul Islam": "constituent or close ally of JNIM in northern Burkina Faso",
        "Al-Mourabitoun": "constituent of JNIM, back with AQIM since 2015",
        "AQIM": "al-Qaida's branch in the Maghreb and Sahara",
        "Al-Qaida": "the central organisation",
        "ISGS": "Islamic State in the Greater Sahara, Islamic State Sahel Province from March 2022",
        "Katibat Salaheddin": "Sultan Ould Bady's band, with ISGS from 2017",
        "ISWAP": "Islamic State West Africa Province, ISGS's formal superior 2019-2022",
        "Islamic State": "the central organisation",
        "GATIA": "Imghad Tuareg self-defence group, pro-government",
        "MSA": "Movement for the Salvation of Azawad, mostly Dawsahak",
        "CMA": "Coordination of Azawad Movements",
        "Self-defence militias": "communal or pro-government militias not named by the document",
        "Dozo": "hunters' brotherhoods",
        "Dan na Ambassagou": "Dogon militia",
        "VDP": "volunteers auxiliary to Burkina Faso's army, from 2020",
        "Mali": "state and armed forces",
        "Burkina Faso": "state and armed forces",
        "Niger": "state and armed forces",
        "France": "Operation Barkhane and special forces",
        "United States": "special forces in Niger",
        "Wagner": "Russian mercenaries in Mali",
        "International forces": "other foreign or United Nations forces, not named by the document",
        "Tuareg": "people",
        "Dawsahak": "people of the Ménaka region",
        "Fulani": "people",
        "Zarma": "people of western Niger",
        "Civilians": "unarmed people, community not named",
    }
)
"""Names allowed in ``side_a`` and ``side_b``, with what they stand for."""
