"""Explanations: every term has words, numbers are found, and what is said is what the tables hold."""

from __future__ import annotations

import json
import math
import re
import string
from dataclasses import replace

import numpy as np
import pytest
from made_up_runs import GROUND, RECORDS_OF, make_scenario, write

from sahelsim.cli.main import main
from sahelsim.errors import BadInput
from sahelsim.explain import Reference, explain
from sahelsim.explain.before import Before
from sahelsim.explain.candidates import KINDS, Filter, candidates
from sahelsim.explain.headlines import HEADLINES, SIEGE_ENDS, VIOLENCE_HEADLINES
from sahelsim.explain.names import Naming
from sahelsim.explain.surrender import OWN_CHOICE, SURRENDERED
from sahelsim.explain.text import explanation_text
from sahelsim.explain.words import DECISION_WORDS, VIOLENCE_WORDS
from sahelsim.record import DECISION_TERMS, DecisionLog
from sahelsim.results import open_run
from sahelsim.results.registry import VIOLENCE_TERMS
from sahelsim.terms import Decision, Harm, SiegeEnd


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write(tmp_path_factory.mktemp("runs") / "one", make_scenario())


def fields_of(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_every_term_of_every_kind_has_words():
    """No term without a sentence, and no sentence without a term."""
    assert {kind: set(words) for kind, words in DECISION_WORDS.items()} == {
        Decision(kind): {name for name in names if name} for kind, names in DECISION_TERMS.items()
    }
    assert {kind: set(words) for kind, words in VIOLENCE_WORDS.items()} == {
        Harm(kind): {name for name in names if name} for kind, names in VIOLENCE_TERMS.items()
    }
    assert (set(HEADLINES), set(VIOLENCE_HEADLINES), set(SIEGE_ENDS)) == (set(Decision), set(Harm), set(SiegeEnd))


def test_sentences_name_only_what_is_filled_in():
    known = {"a", "b", "who", "before", "after"}
    for table in (DECISION_WORDS, VIOLENCE_WORDS):
        for phrases in table.values():
            for phrase in phrases.values():
                for sentence in (phrase.words, phrase.against, phrase.nothing):
                    assert fields_of(sentence) <= known
                    assert not sentence.endswith(".")


def test_weights_are_parameters_of_the_scenario(run):
    """A weight that is renamed in the schema would fail here."""
    weights = [p.weight for table in DECISION_WORDS.values() for p in table.values() if p.weight]
    assert len(weights) == 7
    for weight in weights:
        mechanism, name = weight.removeprefix("-").split(".")
        assert getattr(getattr(run.scenario.mechanisms, mechanism), name) >= 0.0


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "massacre"])
def test_every_kind_is_told(run, kind):
    """The largest of each kind: all terms are there, in order, and no brace or code is left."""
    (found,) = candidates(run, Filter(kind=kind, largest=1))
    e = explain(run, Reference.parse(found.id))
    assert (e.what, e.date, e.replicate) == (found.what, found.date, found.replicate)
    is_violence = found.id.startswith("e")
    names = (VIOLENCE_TERMS if is_violence else DECISION_TERMS)[(Harm if is_violence else Decision)[kind.upper()]]
    words = (VIOLENCE_WORDS if is_violence else DECISION_WORDS)[(Harm if is_violence else Decision)[kind.upper()]]
    summed = {name for name in names if name and words[name].form.sums_up}
    assert {r.term for r in e.reasons} | set(e.silent) | summed == {name for name in names if name}
    sizes = [abs(r.contribution) for r in e.reasons if r.contribution is not None]
    assert sizes == sorted(sizes, reverse=True)
    text = explanation_text(e)
    assert not re.search(r"[{}]|nan|None|np\.", text)
    assert all(len(line) <= 100 for line in text.splitlines())
    assert text.startswith(f"{found.id}: {kind.replace('_', ' ')}, {found.date}")


def test_a_defection_word_for_word(run):
    """The log's row, its terms in order, and the chance that they come to."""
    log = RECORDS_OF[0].decisions
    row = int(np.flatnonzero(log.kind == Decision.DEFECTION)[0])
    terms = dict(zip(DECISION_TERMS[Decision.DEFECTION], log.terms[row].tolist(), strict=True))
    terms.pop("")
    e = explain(run, Reference("d", row))
    naming = Naming(run)
    a, b = (naming.actor(GROUND.names.actors[code]) for code in (log.before[row], log.after[row]))
    assert e.what == f"A band of 30 fighters went over from {a} to {b}"
    assert [r.term for r in e.reasons] == sorted(terms, key=lambda name: -abs(terms[name]))
    total = sum(terms.values())
    assert e.chance == (
        f"All in all {total:+.2g}: once it weighed the change, a chance of {1 / (1 + math.exp(-total)):.1%}"
    )
    balance = next(r.words for r in e.reasons if r.term == "balance")
    side = "stronger" if terms["balance"] > 0 else "weaker"
    assert balance == f"{b} was the {side} of the two where they stood ({terms['balance']:+.2g})"


def surrendered(own_choice):
    """A record of two decisions: a siege that ends in surrender, and the pledge that comes of it or another one."""
    names, m = GROUND.names, 5
    camp = names.camps.index(make_scenario().actors[names.actors[1]].camp)
    other = next(k for k in range(1, len(names.camps)) if k != camp)
    before, after = (camp, other) if own_choice else (other, camp)
    columns = {
        "step": [20, 20], "kind": [Decision.SIEGE_END, Decision.PLEDGE], "cell": [GROUND.community_cell[m]] * 2,
        "entity": [m, m], "before": [1, before], "after": [SiegeEnd.SURRENDER, after], "size": [900, 900],
    }  # fmt: skip
    terms = np.zeros((2, 8), np.float32)
    terms[0] = [50.0, 30.0, 0.5, 0.75, 12.0, 0.25, 0.125, 10.0]
    log = DecisionLog(**{name: np.array(values, np.int32) for name, values in columns.items()}, terms=terms)
    return replace(RECORDS_OF[0], decisions=log)


@pytest.mark.parametrize("own_choice", [False, True])
def test_a_surrender_is_told_as_such(tmp_path, own_choice):
    """The pledge of those who surrender has the reasons of the siege's end; who had gone over before did not."""
    run = write(tmp_path / "run", make_scenario(), [surrendered(own_choice), *RECORDS_OF[1:]])
    end, pledge = (explain(run, Reference("d", row)) for row in range(2))
    assert (end.chance == OWN_CHOICE) == own_choice
    assert ("surrendered under siege" in pledge.chance) != own_choice
    if own_choice:
        assert pledge.reasons == ()
    else:
        assert pledge.reasons == end.reasons
        assert pledge.chance == f"{SURRENDERED}. {end.chance}"
        assert [r.value for r in pledge.reasons if r.term == "hunger"] == [0.75]
        assert "Coercion" not in explanation_text(pledge)


def test_a_truce_is_weighed_as_the_mechanism_weighs_it(run):
    """onset_rate times the exponential of the contributions is the hazard, by the mechanism's own equation."""
    log, p = RECORDS_OF[0].decisions, run.scenario.mechanisms.truce
    row = int(np.flatnonzero(log.kind == Decision.TRUCE_ONSET)[0])
    hostility, exhaustion, enemy = (float(x) for x in log.terms[row, :3])
    e = explain(run, Reference("d", row))
    exponent = -p.onset_hostility * hostility + p.exhaustion * exhaustion + p.common_enemy * enemy
    assert sum(r.contribution for r in e.reasons if r.contribution is not None) == pytest.approx(exponent)


def test_the_months_before(run):
    """Deaths in the cell before an attack, counted from the log by hand."""
    truth = run.truth(1)
    struck = truth[(truth.kind == "violence_against_civilians") & (truth.community >= 0) & (truth.step > 30)]
    row = struck.iloc[-1]
    e = explain(run, Reference("e", int(row.id)))
    window = truth[(truth.id < row.id) & (truth.cell == row.cell) & (truth.deaths_civilians > 0)]
    window = window[window.date >= row.date - np.timedelta64(184, "D")]
    assert len(window) > 0
    for actor, deaths in window.groupby("actor_a").deaths_civilians.sum().items():
        name = Naming(run).actor(actor)
        assert any(re.match(rf"{re.escape(name)} killed {deaths:,} civilian", note.words) for note in e.before)
    record = RECORDS_OF[1].panel
    month = int(np.flatnonzero(record.months == row.month_id - 1)[0])
    (was,) = (note.words for note in e.before if note.about == "community")
    assert f"{record.population[month, row.community]:,} people" in was
    besieger = record.besieger[month, row.community]
    assert ("not besieged" in was) == (besieger < 0)
    standing = next(note.words for note in e.before if note.about == "fighters")
    assert all(f" {n}" in standing for n in record.presence[month, :, row.cell] if n)


def test_nothing_is_known_of_the_months_before_the_first(run):
    first = run.truth(0).iloc[0]
    before = Before(run, Naming(run), 0, first.date, run.truth(0).iloc[:0])
    assert [note.about for note in before.of_cell(int(first.cell))] == ["violence"]


@pytest.mark.parametrize("kind", ["pledge", "massacre", "siege_end", ""])
def test_candidates_are_those_that_fit(run, kind):
    found = candidates(run, Filter(kind=kind, replicate=1, largest=5))
    assert [c.size for c in found] == sorted((c.size for c in found), reverse=True)
    assert {c.replicate for c in found} == {1}
    if kind == "massacre":
        struck = run.truth(1).query("kind != 'battle' and deaths_civilians > 0")
        assert found[0].size == struck[["deaths_a", "deaths_b", "deaths_civilians"]].sum(axis=1).max()


def test_candidates_by_place_month_and_actor(run):
    truth = run.truth()
    here = truth[(truth.adm_1 == "North") & (truth.month_id == 450) & (truth.kind == "battle")]
    found = candidates(run, Filter(kind="battle", place="NORTH", month="2017-06", largest=10_000))
    cells = set(run.communities().query("adm_1 == 'North'").cell)
    assert {c.id for c in found} == {f"e{number}" for number in here.id[here.cell.isin(cells)]}
    assert len(found) > 1
    mine = candidates(run, Filter(kind="kidnapping", actor="ISX", largest=10_000))
    assert len(mine) == (run.decisions().query("kind == 'kidnapping'").after == "ISX").sum()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "say which: an event like d12 or e12, or a filter"),
        (["12"], "did you mean d12 or e12?"),
        (["x1"], "'x1' is no number of a decision or an event"),
        (["d99999"], "there is no d99999; replicate 0 has 120 decisions"),
        (["e300000000"], "e300000000 is of replicate 3; the run has 0 to 2"),
        (["d1", "--kind", "pledge"], "give an event or a filter, not both"),
        (["--kind", "plege"], "did you mean 'pledge'?"),
        (["--place", "Atlantis"], "no settlement, area or country is called 'Atlantis'"),
        (["--month", "May 2022"], "'May 2022' is no month; expected one like 2022-05"),
        (["--actor", "ISZ"], "the run has no actor 'ISZ'; did you mean 'ISY'?"),
        (["--replicate", "3"], "there is no replicate 3; the run has 0 to 2"),
    ],
)
def test_what_cannot_be_explained_is_said(run, capsys, arguments, message):
    assert main(["explain", str(run.path), *arguments]) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_the_command_prints_text_or_one_object(run, capsys):
    assert main(["explain", str(run.path), "d3"]) == 0
    assert capsys.readouterr().out == explanation_text(explain(run, Reference("d", 3)))
    assert main(["explain", str(run.path), "E3", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["id"], said["replicate"]) == ("e3", 0)
    assert main(["explain", str(run.path), "--kind", "pledge", "--largest", "2", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["candidates"]) == 2
    assert main(["explain", str(run.path), "--kind", "pledge", "--month", "1999-01"]) == 0
    assert capsys.readouterr().out == "Nothing fits.\n"


def test_a_lean_run_explains_what_it_kept(tmp_path):
    run = write(tmp_path / "lean", make_scenario(panel=False, communities=False, dyads=False, decisions=False))
    struck = run.truth(0).query("community >= 0").iloc[-1]
    e = explain(run, Reference("e", int(struck.id)))
    assert f"community {struck.community}" in e.what
    assert "°" in e.place.words
    with pytest.raises(BadInput, match=r"outputs\.decisions: false"):
        explain(run, Reference("d", 0))
    with pytest.raises(BadInput, match=r"outputs\.communities"):
        candidates(run, Filter(kind="battle", place="North"))


def test_a_run_of_an_older_format_is_refused(tmp_path, capsys):
    run = write(tmp_path / "old", make_scenario())
    manifest = json.loads((run.path / "manifest.json").read_text())
    (run.path / "accounts.parquet").unlink()
    del manifest["outputs"]["accounts.parquet"]
    (run.path / "manifest.json").write_text(json.dumps(manifest | {"format_version": 1}))
    for arguments in (["d1"], ["--kind", "pledge"]):
        assert main(["explain", str(run.path), *arguments]) == 2
        assert "older sahelsim, which did not number decisions" in capsys.readouterr().err
    with pytest.raises(BadInput, match="written by an older sahelsim"):
        open_run(run.path).accounts()
