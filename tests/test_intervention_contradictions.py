"""Interventions that contradict each other, or who is where, are refused: file, line, key and what is wrong."""

from __future__ import annotations

import pytest
from scenario_texts import PLAIN, marked

from sahelsim.cli.main import main
from sahelsim.errors import BadInput
from sahelsim.scenario.load import find_problems, load_scenario
from sahelsim.world.build import build_blueprint

FORCE = "type: deploy, actor: ARMY, group: garrisons, fighters: 100"
TRUCE = "type: truce, a: RED, b: BLUE, what_if: true"
FOURTH = """
actors:
  GREEN:
    {name: Greens, kind: insurgent, camp: red, record: {name: Greens}, ideology: 0.5, skill: 1, pay: 1, unit_size: 10,
     doctrine: {mobility: 0.5, initiative: 1, harshness: 1, reprisal: 1, governance: 1, hunts: 0.5, caution: 0.8,
                seeks_people: 0.5, seeks_own: 0.5, seeks_remote: 0.4, homing: 0.6, recruiting: 1},
     groups: {a: {name: A, fighters: FIGHTERS, homes: [{place: Midway}], source: x}}, source: x}
"""
THIRD_COUNTRY = """
grid: {lon_max: 7}
region:
  countries: {OST: {name: Far East, lon_max: 7, government: Government of the Far East, capital: Easton}}
"""

CONTRADICTIONS = {
    "two new values for one trait": (
        "x: {type: change, actor: RED, date: 2017-02-01, set: {pay: 2}}\n"
        "y: {type: change, actor: RED, date: 2017-05-01, set: {pay: @@3}}",
        "y.set.pay",
        "'x' sets pay of RED to 2 for good; end it before 2017-05-01, or scale",
    ),
    "a coup and an operation": (
        "x: {type: coup, actor: ARMY, date: 2017-02-01, until: 2017-08-01, disruption: 0.5, recovery: 4,"
        " set: {hunts: 1}}\n"
        "y: {type: operation, date: 2017-05-01, target: {place: Midway},"
        " actors: {ARMY: {weight: 1, set: {hunts: @@2}}}}",
        "y.actors.ARMY.set.hunts",
        "'x' sets hunts of ARMY to 1 until 2017-08-01",
    ),
    "factors that leave the bounds together": (
        "x: {type: change, actor: RED, date: 2017-02-01, scale: {mobility: 1.6}}\n"
        "y: {type: change, actor: RED, date: 2017-05-01, scale: {mobility: @@1.6}}",
        "y.scale.mobility",
        "together with 'x' it makes 1.28; expected a number from 0 to 1",
    ),
    "a factor that leaves the bounds when another ends": (
        "x: {type: change, actor: RED, date: 2017-02-01, until: 2017-03-01, scale: {mobility: 0.1}}\n"
        "y: {type: change, actor: RED, date: 2017-02-15, scale: {mobility: @@3}}",
        "y.scale.mobility",
        "3 times its value makes 1.5; expected a number from 0 to 1",
    ),
    "abuse out of bounds": (
        "x: {type: operation, date: 2017-05-01, target: {place: Midway}, actors: {ARMY: {weight: 1, abuse: @@50}}}\n"
        "y: {type: change, actor: ARMY, date: 2017-02-01, scale: {harshness: 50}}",
        "x.actors.ARMY.abuse",
        "together with 'y' it makes 1000; expected a number from 0 to 50",
    ),
    "tempo out of bounds": (
        "x: {type: operation, date: 2017-05-01, target: {place: Midway},"
        " actors: {ARMY: {weight: 1, set: {mobility: @@2}}}}",
        "x.actors.ARMY.set.mobility",
        "expected a number from 0 to 1 (1/week), got 2",
    ),
    "brokered and broken on one day": (
        f"x: {{{TRUCE}, action: break, date: 2017-05-01}}\ny: {{{TRUCE}, action: @@broker, date: 2017-05-01}}",
        "y.action",
        "'broker' contradicts 'break' of 'x' for the same dyad at the same time",
    ),
    "broken while it is held": (
        f"x: {{{TRUCE}, action: hold, date: 2017-05-01, until: 2017-06-01}}\n"
        "y: {type: truce, a: BLUE, b: RED, what_if: true, action: @@break, date: 2017-05-20}",
        "y.action",
        "'break' contradicts 'hold' of 'x'",
    ),
    "a claim between no rivals": (
        "x: {type: claim, a: RED, b: @@ARMY, shift: 0.2, date: 2017-05-01}",
        "x.b",
        "RED and ARMY are no rivals (relations.rivalries); the claim changes nothing",
    ),
    "a statement about no rival": (
        "x: {type: statement, author: RED, addressee: @@ARMY, medium: claim, weight: 2, date: 2017-05-01}",
        "x.addressee",
        "RED and ARMY are no rivals (relations.rivalries); leave out addressee",
    ),
    "a moment with a last day": (
        "x: {type: statement, author: RED, medium: claim, weight: 2, date: 2017-05-01, @@until: 2017-06-01}",
        "x.until",
        "it happens on one day; leave out until",
    ),
    "a coup among insurgents": (
        "x: {type: coup, actor: @@RED, date: 2017-05-01, disruption: 0.5, recovery: 4}",
        "x.actor",
        "RED is no government; known: ARMY",
    ),
    "services for nobody": (
        "x: {type: services, camp: @@neutral, area: {place: Midway}, amount: 1, date: 2017-05-01}",
        "x.camp",
        "'neutral' is the neutral camp",
    ),
    "a border with itself": (
        "x: {type: border, countries: @@[WST, WST], level: 1, date: 2017-05-01}",
        "x.countries",
        "expected two different countries, got WST twice",
    ),
    "an unknown country": (
        "x: {type: border, countries: [WST, @@EAST], level: 1, date: 2017-05-01}",
        "x.countries.1",
        "unknown country 'EAST'; did you mean 'EST'?",
    ),
    "an unknown country to leave": (
        "x: {type: withdraw, actor: ARMY, country: @@WEST, share: 1, date: 2017-05-01}",
        "x.country",
        "unknown country 'WEST'; did you mean 'WST'?",
    ),
    "an unknown side of an operation": (
        "x: {type: operation, date: 2017-05-01, target: {place: Midway}, actors: {@@ARMEE: {weight: 1}}}",
        "x.actors.ARMEE",
        "unknown actor 'ARMEE'; did you mean 'ARMY'?",
    ),
    "an unknown group in an operation": (
        "x: {type: operation, date: 2017-05-01, target: {place: Midway},"
        " actors: {RED: {weight: 1, groups: [nord, @@sud]}}}".replace("nord", "north"),
        "x.actors.RED.groups.1",
        "unknown group of RED 'sud'",
    ),
    "peacekeepers of nobody": (
        "@@x: {type: protect, area: {place: Midway}, level: 1, fighters: 10, date: 2017-05-01}",
        "x",
        "give fighters, actor and group together, or none of them",
    ),
    "more than all leave": (
        "x: {type: withdraw, actor: ARMY, share: 0.7, date: 2017-05-01, until: 2017-08-01}\n"
        "y: {type: withdraw, actor: ARMY, group: garrisons, country: WST, share: @@0.5, date: 2017-07-01}",
        "y.share",
        "together with 'x' it takes 1.2 of the same fighters; expected at most 1",
    ),
    "a group that is another's": (
        "x: {type: split, actor: RED, groups: [@@main], into: BLUE, what_if: true, date: 2017-05-01}",
        "x.groups.0",
        "unknown group of RED 'main'",
    ),
    "a split into itself": (
        "x: {type: split, actor: RED, groups: [north], into: @@RED, date: 2017-05-01}",
        "x.into",
        "RED cannot split off from itself",
    ),
    "a split between rivals as a fact": (
        "@@x: {type: split, actor: RED, groups: [north], into: BLUE, date: 2017-05-01}",
        "x",
        "RED and BLUE are rivals: to go over is an outcome of the model; say what_if: true",
    ),
    "two splits of one group": (
        "x: {type: split, actor: RED, groups: [north], into: ARMY, date: 2017-05-01}\n"
        "@@y: {type: split, actor: RED, groups: [north], into: ARMY, date: 2017-06-01}",
        "y",
        "the group north has left RED by 'x' of 2017-05-01",
    ),
    "an order to a group that has left": (
        "x: {type: split, actor: RED, groups: [north], into: ARMY, date: 2017-05-01}\n"
        "@@y: {type: order, actor: RED, groups: [north], target: {place: Midway}, weight: 1, date: 2017-06-01}",
        "y",
        "the group north has left RED by 'x' of 2017-05-01",
    ),
    "a group named twice": (
        "x: {type: split, actor: RED, groups: [north, @@north], into: ARMY, date: 2017-05-01}",
        "x.groups.1",
        "the group 'north' stands twice",
    ),
}

ENTRANCES = {
    "an actor that has come already": (
        "x: {type: deploy, actor: GREEN, group: a, fighters: 9, date: 2017-02-01}\n"
        "y: {type: enter, actor: GREEN, date: @@2017-05-01}",
        "y.date",
        "GREEN has fighters from 2017-02-01 on, by 'x'",
    ),
    "two entrances": (
        "x: {type: enter, actor: GREEN, date: 2017-02-01}\ny: {type: enter, actor: @@GREEN, date: 2017-05-01}",
        "y.actor",
        "GREEN has come on stage by 'x' already",
    ),
    "a strike on who is not there yet": (
        "x: {type: enter, actor: GREEN, date: 2017-05-01}\n"
        "y: {type: strike, actor: GREEN, group: a, cohesion_loss: 0.2, date: @@2017-04-01}",
        "y.date",
        "GREEN comes on stage only on 2017-05-01",
    ),
}

ON_THE_MAP = {
    "a force outside its countries": (f"x: {{{FORCE}, homes: [{{place: Easton}}], date: 2017-05-01}}", "x.homes",
                                      "ARMY may not be there; it operates in WST"),
    "peacekeepers outside their countries": (
        "x: {type: protect, area: {place: Easton}, level: 1, fighters: 9, actor: ARMY, group: garrisons,"
        " date: 2017-05-01}", "x.area", "ARMY may not be there; it operates in WST"),
    "a force to a country that it has left": (
        "x: {type: withdraw, actor: RED, country: WST, share: 1, date: 2017-02-01}\n"
        "y: {type: deploy, actor: RED, group: north, fighters: 9, date: 2017-05-01}", "y.group",
        "RED has left WST by 'x' of 2017-02-01, for good"),
    "an order to a country that it has left": (
        "x: {type: withdraw, actor: RED, country: WST, share: 1, date: 2017-02-01}\n"
        "y: {type: order, actor: RED, target: {place: Midway}, weight: 1, date: 2017-05-01}", "y.target",
        "RED has left WST by 'x' of 2017-02-01, for good"),
    "an operation in a country that one side has left": (
        "x: {type: withdraw, actor: RED, country: WST, share: 1, date: 2017-02-01}\n"
        "y: {type: operation, actors: {ARMY: {weight: 1}, RED: {weight: 1}}, target: {place: Midway},"
        " date: 2017-05-01}",
        "y.target", "RED has left WST by 'x' of 2017-02-01, for good"),
    "an area outside the grid": (
        "x: {type: protect, area: {latitude: 20, longitude: 2}, level: 1, date: 2017-05-01}", "x.area",
        "none of the homes lies on the grid"),
    "a target outside the grid": (
        "x: {type: operation, target: {latitude: 20, longitude: 2}, actors: {ARMY: {weight: 1}}, date: 2017-05-01}",
        "x.target", "none of the homes lies on the grid"),
}  # fmt: skip


def written(tmp_path, interventions: str, more: str = ""):
    """A scenario file over the plain one with interventions added; its path, and where the mark stood."""
    lines = "\n".join(f"  {line[:-1]}, source: test}}" for line in interventions.splitlines())
    text = f"extends: {PLAIN}\n{more}interventions:\n{lines}\n"
    text, line, column = marked(text) if "@@" in text else (text, 0, 0)
    path = tmp_path / "case.yaml"
    path.write_text(text, encoding="utf-8")
    return path, line, column


def refused(path, line, column, key, message):
    problems = find_problems(path)
    assert [(p.path, p.line, p.column, p.file) for p in problems] == [
        (f"interventions.{key}", line, column, str(path))
    ], problems
    assert message in problems[0].message


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_contradictions_are_refused_where_they_stand(case, tmp_path):
    text, key, message = CONTRADICTIONS[case]
    refused(*written(tmp_path, text), key, message)


@pytest.mark.parametrize("case", ENTRANCES)
def test_entrances_that_contradict_are_refused(case, tmp_path):
    text, key, message = ENTRANCES[case]
    refused(*written(tmp_path, text, FOURTH.replace("FIGHTERS", "90")), key, message)


def test_an_actor_without_fighters_cannot_enter(tmp_path):
    text = "x: {type: enter, actor: @@GREEN, date: 2017-02-01}"
    message = "no group of GREEN has any fighters to come with"
    refused(*written(tmp_path, text, FOURTH.replace("FIGHTERS", "0")), "x.actor", message)


@pytest.mark.parametrize("case", ON_THE_MAP)
def test_what_only_the_map_shows_is_refused(case, tmp_path):
    text, key, message = ON_THE_MAP[case]
    path, _, _ = written(tmp_path, text)
    with pytest.raises(BadInput) as fault:
        build_blueprint(load_scenario(path))
    assert fault.value.path == f"interventions.{key}"
    assert message in fault.value.message


def test_countries_that_do_not_touch_have_no_border(tmp_path):
    closed = "x: {type: border, countries: [WST, OST], level: 1, date: 2017-05-01}"
    path, _, _ = written(tmp_path, closed, THIRD_COUNTRY)
    with pytest.raises(BadInput, match="WST and OST have no border on the grid"):
        build_blueprint(load_scenario(path))
    path, _, _ = written(tmp_path, closed.replace("WST", "EST"), THIRD_COUNTRY)
    build_blueprint(load_scenario(path))


def test_the_program_says_where_it_stands(tmp_path, capsys):
    """Faults that only the map shows, too, come with file, line and key, exit code 2, and nothing is written."""
    text, key, message = ON_THE_MAP["a force outside its countries"]
    path, _, _ = written(tmp_path, text)
    assert main(["run", str(path), "--out", str(tmp_path / "run")]) == 2
    said = capsys.readouterr().err
    assert f"{path}:3:" in said
    assert f"interventions.{key}: {message}" in said
    assert not (tmp_path / "run").exists()


FINE = {
    "the same new value twice": (
        "x: {type: change, actor: RED, date: 2017-02-01, set: {pay: 2}}\n"
        "y: {type: change, actor: RED, date: 2017-05-01, set: {pay: 2}}"),
    "new values one after the other": (
        "x: {type: change, actor: RED, date: 2017-02-01, until: 2017-04-30, set: {pay: 2}}\n"
        "y: {type: change, actor: RED, date: 2017-05-01, set: {pay: 3}}"),
    "a truce that is broken after it was held": (
        f"x: {{{TRUCE}, action: hold, date: 2017-05-01, until: 2017-06-01}}\n"
        f"y: {{{TRUCE}, action: break, date: 2017-06-02}}"),
    "withdrawals of different fighters": (
        "x: {type: withdraw, actor: RED, group: north, share: 1, date: 2017-05-01, until: 2017-08-01}\n"
        "y: {type: withdraw, actor: RED, group: west, share: 1, date: 2017-05-01}"),
    "a strike on a group that has left": (
        "x: {type: split, actor: RED, groups: [north], into: ARMY, date: 2017-05-01}\n"
        "y: {type: strike, actor: RED, group: north, cohesion_loss: 0.2, date: 2017-06-01}"),
    "an order to a country before it is left": (
        "x: {type: withdraw, actor: RED, country: WST, share: 1, date: 2017-06-01}\n"
        "y: {type: order, actor: RED, target: {place: Midway}, weight: 1, date: 2017-05-01}"),
    "dates outside the calendar": (
        "x: {type: coup, actor: ARMY, date: 1990-02-01, disruption: 0.5, recovery: 4}\n"
        "y: {type: services, camp: state, area: {place: Midway}, amount: 1, date: 2100-05-01}"),
}  # fmt: skip


@pytest.mark.parametrize("case", FINE)
def test_what_does_not_contradict_is_allowed(case, tmp_path):
    path, _, _ = written(tmp_path, FINE[case])
    assert set(build_blueprint(load_scenario(path)).scenario.interventions) >= {"x"}
