"""Names of nothing, and entries that contradict each other, are refused with their place and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest
from bad_scenarios import Fault, check_fault

from sahelsim.scenario.load import find_problems

FAULTS: dict[str, Fault] = {
    "unknown actor": (
        "    actor: BLUE\n",
        "    actor: @@BLEU\n",
        "interventions.money_for_blue.actor",
        "unknown actor 'BLEU'; did you mean 'BLUE'?",
    ),
    "unknown actor in a rivalry": (
        "a: RED, b: BLUE, base",
        "a: @@RAD, b: BLUE, base",
        "relations.rivalries.red_blue.a",
        "unknown actor 'RAD'; did you mean 'RED'?",
    ),
    "unknown avenger": (
        "avenger: ARMY",
        "avenger: @@ARMYS",
        "relations.feuds.farmers_herders.avenger",
        "did you mean 'ARMY'?",
    ),
    "unknown camp": (
        "    camp: state\n",
        "    camp: @@stat\n",
        "actors.ARMY.camp",
        "unknown camp 'stat'; did you mean 'state'?",
    ),
    "unknown camp of a tie": ("{state: 0.3}", "{@@stat: 0.3}", "peoples.farmers.kinship.stat", "unknown camp 'stat'"),
    "unknown people": (
        "- {people: herders, country",
        "- {people: @@herder, country",
        "actors.RED.groups.west.homes.0.people",
        "unknown people 'herder'; did you mean 'herders'?",
    ),
    "unknown people of a group": (
        "        name: Main body\n        people: herders",
        "        name: Main body\n        people: @@hunters",
        "actors.BLUE.groups.main.people",
        "unknown people 'hunters'",
    ),
    "unknown place": (
        "homes: [{place: Midway,",
        "homes: [{place: @@Midwy,",
        "actors.BLUE.groups.main.homes.0.place",
        "unknown place 'Midwy'; did you mean 'Midway'?",
    ),
    "unknown place of an order": (
        "target: {place: Midway,",
        "target: {place: @@Middle,",
        "interventions.drive_to_midway.target.place",
        "unknown place 'Middle'",
    ),
    "unknown capital": (
        "capital: Easton}",
        "capital: @@Eston}",
        "region.countries.EST.capital",
        "did you mean 'Easton'?",
    ),
    "unknown country": (
        "towns_of: WST",
        "towns_of: @@WSTT",
        "actors.ARMY.groups.garrisons.homes.0.towns_of",
        "unknown country 'WSTT'; did you mean 'WST'?",
    ),
    "unknown country to operate in": (
        "operates_in: [WST]",
        "operates_in: [WST, @@EAST]",
        "actors.ARMY.operates_in.1",
        "unknown country 'EAST'; did you mean 'EST'?",
    ),
    "unknown area": (
        "{towns_of: WST, min",
        "{towns_of: WST, admin1: [@@Hills], min",
        "actors.ARMY.groups.garrisons.homes.0.admin1.0",
        "unknown first-level area 'Hills'",
    ),
    "unknown group": (
        "    actor: ARMY\n    target",
        "    actor: ARMY\n    groups: [@@garrison]\n    target",
        "interventions.drive_to_midway.groups.0",
        "unknown group of ARMY 'garrison'; did you mean 'garrisons'?",
    ),
    "two kinds of home": (
        "homes: [{place: Midway,",
        "homes: [@@{place: Midway, people: herders,",
        "actors.BLUE.groups.main.homes.0",
        "give exactly one of",
    ),
    "shares": (
        "farmers: 0.6}\n  countries",
        "farmers: 0.7}\n  countries",
        "region.people_share",
        "the shares must sum to 1; they sum to 1.1",
    ),
    "camp twice": (
        "camps: [neutral, state, red, blue]",
        "camps: [neutral, state, red, blue, @@red]",
        "camps.4",
        "the camp 'red' stands twice",
    ),
    "hostility in conflict": (
        "blue: 0.8}\n",
        "blue: 0.8}\n    red: {state: @@0.4}\n",
        "relations.camp_hostility.red.state",
        "hostility is symmetric, but red to state is 0.4 and state to red is 0.8",
    ),
    "hostile to itself": (
        "  rivalries:",
        "  hostility: {RED: {@@RED: 1}}\n  rivalries:",
        "relations.hostility.RED.RED",
        "cannot be hostile to itself",
    ),
    "rival of itself": (
        "b: BLUE, base",
        "b: @@RED, base",
        "relations.rivalries.red_blue.b",
        "expected two different actors, got RED twice",
    ),
    "pair twice": (
        "  truces:",
        "    @@again: {a: BLUE, b: RED, base: 0.1, ideology: 0, source: x}\n  truces:",
        "relations.rivalries.again",
        "BLUE and RED are already given in 'red_blue'",
    ),
    "countries not from west to east": (
        "lon_max: 5, gov",
        "lon_max: @@3, gov",
        "region.countries.EST.lon_max",
        "from west to east",
    ),
    "place outside the grid": (
        "    Old Well: {latitude: 13.3",
        "    @@Old Well: {latitude: 23.3",
        "region.places.Old Well",
        "lies outside the grid",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_named_with_its_place(name: str, tmp_path: Path) -> None:
    check_fault(name, FAULTS[name], tmp_path)


def test_names_of_a_real_region() -> None:
    path = "interventions.x"
    order = "{type: order, date: 2020-01-01, actor: JNIM, weight: 1, source: x, target: "
    for target, message in (
        ("{place: Menakka}", "nearest: Ménaka"),
        ("{towns_of: MLX}", "unknown country 'MLX'; did you mean 'MLI'?"),
        ("{towns_of: MLI, admin1: [Gaoo]}", "unknown first-level area 'Gaoo'"),
    ):
        problems = find_problems("sahel_2017_2023", settings=[f"{path}={order}{target}}}"])
        fitting = [p for p in problems if p.file == "-S"]
        assert fitting, [str(p) for p in problems]
        assert message in fitting[0].message
        assert fitting[0].path.startswith("interventions.x.target.")
        assert fitting[0].column > len(path) + len(order)
