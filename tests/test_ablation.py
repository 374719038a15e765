"""The ablation: what is switched off, one pool with a memory of finished runs, and when a pattern counts as lost."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scenario_texts import PLAIN, plain_text

from sahelsim import run_several
from sahelsim.cli.main import main
from sahelsim.errors import BadInput
from sahelsim.patterns.ablation import Effect, effect_of, mcnemar, wilson
from sahelsim.patterns.load import load_patterns
from sahelsim.patterns.score import ConditionScore, PatternScore
from sahelsim.patterns.variants import BASELINE, plan_variants, switchable
from sahelsim.results import open_run
from sahelsim.run import run_scenario
from sahelsim.run_several import PlannedRun, code_state
from sahelsim.scenario.load import load_scenario
from sahelsim.workers import calls_in_order

SHORT = {"calendar.steps": 20, "replicates": 3, "region.communities": 60}

PATTERNS = """
version: 1
holds_from: 0.5
parties:
  red: { actors: [RED], record: [Reds], camp: red }
  army: { actors: [ARMY], record: [Government of Westland], camp: state }
patterns:
  - id: p01_war
    number: 1
    kind: pattern
    label: war of the Reds
    title: The Reds fight the army
    source: invented
    conditions:
      - name: fights of Reds and army
        statistic: event_count
        between: [red, army]
        window: [2017-01, 2017-04]
        inside: [1, null]
        record: 5
        tolerance: at least one
        source: invented
  - id: a01_peace
    kind: aggregate
    label: little violence
    title: Hardly anything happens
    source: invented
    conditions:
      - name: all events
        statistic: event_count
        window: [2017-01, 2017-04]
        inside: [null, 0]
        record: 0
        tolerance: none
        source: invented
"""


@pytest.fixture(autouse=True)
def unchanging_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody may be editing the package while the tests run."""
    monkeypatch.setattr(run_several, "code_state", lambda: {"files": 1, "sha256": "same"})


@pytest.fixture
def patterns(tmp_path: Path) -> Path:
    path = tmp_path / "patterns.yaml"
    path.write_text(PATTERNS, encoding="utf-8")
    return path


def score(patterns: Path, *inside: int) -> PatternScore:
    """The first pattern, with replicates that show it (1) or do not."""
    first = load_patterns(patterns).patterns[0]
    return PatternScore(first, (ConditionScore(first.conditions[0], 5.0, np.array(inside, float)),), 0.5)


# ---------------------------------------------------------------------------------------------- what is switched off


def test_every_mechanism_that_is_on_is_switched_off_once() -> None:
    _, variants = plan_variants(str(PLAIN), changes=SHORT)
    assert [variant.name for variant in variants] == [BASELINE, *switchable()]
    assert "observation" not in switchable()
    for variant in variants[1:]:
        off = [name for name in switchable() if not getattr(variant.scenario.mechanisms, name).enabled]
        assert off == [variant.name]
    assert {variant.scenario.seed for variant in variants} == {variants[0].scenario.seed}


def test_finer_switches_take_part_and_others_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "finer.yaml"
    more = "  without_tax: {actors.RED.pay: 0.5}\n  other: {actors.RED.pay: 2.0}\n"
    path.write_text(plain_text(("  truce_holds:\n    interv", more + "  truce_holds:\n    interv")), encoding="utf-8")
    _, variants = plan_variants(str(path), changes={**SHORT, "mechanisms.truce.enabled": False})
    assert [v.name for v in variants] == [BASELINE, *(n for n in switchable() if n != "truce"), "tax"]
    assert variants[-1].scenario.actors["RED"].pay == 0.5
    named = ["tax", "without_tax", "other", "mechanisms.allegiance.enabled=false"]
    _, variants = plan_variants(str(path), without=[named[0], *named[2:]])
    assert [v.name for v in variants] == [BASELINE, "tax", "other", "allegiance.enabled=false"]
    assert [v.off for v in variants] == ["", "without_tax", "other", "mechanisms.allegiance.enabled=false"]
    assert len({v.folder for v in variants}) == 4
    with pytest.raises(BadInput, match="'without_tax' gives the same scenario as 'tax'"):
        plan_variants(str(path), without=named[:2])


@pytest.mark.parametrize(
    ("without", "message"),
    [
        ("truces", "nothing called 'truces' can be switched off; did you mean 'truce'"),
        ("observation", "nothing called 'observation' can be switched off"),
        ("seed=20170301", "gives the same scenario as 'as it is'"),
        ("mechanisms.truce.on=false", "on"),
    ],
)
def test_what_cannot_be_switched_off(without: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        plan_variants(str(PLAIN), without=[without])


# ---------------------------------------------------------------------------------------------- one pool, with memory


@pytest.mark.jit_only
def test_runs_over_one_pool_are_those_of_single_runs_and_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenarios = [load_scenario(PLAIN, changes={**SHORT, "seed": seed, "replicates": n}) for seed, n in ((1, 3), (2, 1))]
    planned = [PlannedRun(s, tmp_path / f"run{i}", (PLAIN,)) for i, s in enumerate(scenarios)]
    heard: list[tuple[int, int]] = []
    assert run_several.run_several(planned, workers=2, progress=lambda *done: heard.append(done)) == [False, False]
    assert heard[-1] == (80, 80)
    for i, scenario in enumerate(scenarios):
        alone = run_scenario(scenario, tmp_path / f"alone{i}")
        for name in ("events.parquet", "truth.parquet", "fighters.parquet"):
            assert (alone.out / name).read_bytes() == (planned[i].out / name).read_bytes()
    marks = [(run.out / "manifest.json").stat().st_mtime_ns for run in planned]
    assert run_several.run_several(planned) == [True, True]
    assert [(run.out / "manifest.json").stat().st_mtime_ns for run in planned] == marks
    (planned[0].out / "events.parquet").write_bytes(b"damaged")
    assert run_several.run_several(planned) == [False, True]
    other = [PlannedRun(load_scenario(PLAIN, changes={**SHORT, "seed": 3}), planned[0].out), planned[1]]
    assert run_several.run_several(other) == [False, True]
    monkeypatch.setattr(run_several, "code_state", lambda: {"files": 1, "sha256": "edited"})
    assert run_several.run_several(planned[1:]) == [False]


@pytest.mark.jit_only
@pytest.mark.parametrize("workers", [1, 2])
def test_interrupted_it_takes_up_where_it_was(tmp_path: Path, workers: int) -> None:
    scenarios = [load_scenario(PLAIN, changes={**SHORT, "seed": seed, "replicates": 2}) for seed in (1, 2, 3)]
    planned = [PlannedRun(s, tmp_path / f"run{i}") for i, s in enumerate(scenarios)]

    def stop(done: int, total: int) -> None:
        if planned[0].out.exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_several.run_several(planned, workers=workers, progress=stop)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [run.out.name for run in planned][: len(left)] != []  # nothing half-written
    assert workers > 1 or len(left) == 1
    assert run_several.run_several(planned) == [run.out.name in left for run in planned]
    assert [open_run(run.out).seed for run in planned] == [1, 2, 3]


def test_calls_come_back_in_order() -> None:
    assert list(calls_in_order(math.factorial, [5, 3, 0, 1], 2)) == [120, 6, 1, 1]
    assert list(calls_in_order(math.factorial, [4], 2)) == [24]
    with pytest.raises(ValueError, match="factorial"):
        list(calls_in_order(math.factorial, [1, -1], 2))


def test_code_state_tells_of_edits_that_matter() -> None:
    state = code_state()
    assert state == code_state()
    assert 50 < state["files"] < len(list(Path(run_several.__file__).parent.rglob("*.py")))


# ---------------------------------------------------------------------------------------------- when a pattern is lost


def test_uncertainty_by_hand() -> None:
    before, after = np.array([True] * 6 + [False] * 4), np.array([False] * 6 + [False] * 3 + [True])
    assert mcnemar(before, after) == pytest.approx(2 * (1 + 7) / 2**7)  # 6 lost, 1 gained
    assert mcnemar(before, before) == 1.0
    z, p, n = 1.6448536, 0.5, 20
    middle, half = (
        (p + z**2 / (2 * n)) / (1 + z**2 / n),
        z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n),
    )
    assert wilson(10, 20) == pytest.approx((middle - half, middle + half), abs=1e-6)
    assert wilson(0, 20)[0] == 0.0


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        ([1] * 8, [0] * 8, Effect.LOST),
        ([1] * 4 + [0] * 4, [0] * 8, Effect.PERHAPS),  # 4 against 0: chance 1/8
        ([1] * 4 + [0] * 4, [1] * 3 + [0] * 5, Effect.KEPT),  # below half, but by one replicate
        ([1] * 16, [1] * 10 + [0] * 6, Effect.LOST),  # still holds, but falls by more than 30 points
        ([1] * 20, [1] * 15 + [0] * 5, Effect.KEPT),
        ([0] * 8, [0] * 8, Effect.KEPT),
        ([0] * 8, [1] * 8, Effect.GAINED),
        ([0] * 8, [1] * 4 + [0] * 4, Effect.KEPT),  # a gain that chance may make is none
    ],
)
def test_effects_by_hand(patterns: Path, before: list[int], after: list[int], effect: Effect) -> None:
    one, other = score(patterns, *before), score(patterns, *after)
    assert effect_of(one, other, 0.3, mcnemar(one.inside, other.inside)) == effect


# ---------------------------------------------------------------------------------------------- the command


def test_command_writes_matrix_and_figure(tmp_path: Path, patterns: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = [word for path, value in SHORT.items() if path != "replicates" for word in ("-S", f"{path}={value}")]
    settings += ["-S", "mechanisms.battle.rate=3", "-S", "mechanisms.battle.death_scale=8"]  # war in every replicate
    words = ["ablate", str(PLAIN), "--replicates", "6", "--without", "battle,truce", "--patterns", str(patterns)]
    words += ["--out", str(tmp_path / "out"), "--workers", "1", *settings]
    assert main([*words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == json.loads((tmp_path / "out" / "ablation.json").read_text(encoding="utf-8"))
    war, peace = said["patterns"]
    assert [variant["name"] for variant in said["variants"]] == [BASELINE, "battle", "truce"]
    assert (war["share_inside"], war["lost_without"]) == (1.0, ["battle"])  # without battle nobody fights
    assert war["variants"][1]["inside"] == 0
    assert war["variants"][1]["high"] == pytest.approx(wilson(0, 6)[1])
    assert peace["lost_without"] == []
    frame = pd.read_parquet(tmp_path / "out" / "ablation.parquet")
    assert frame[["pattern", "variant"]].to_numpy().tolist()[:3] == [
        ["p01_war", v] for v in (BASELINE, "battle", "truce")
    ]
    shares = [variant["share_inside"] for pattern in said["patterns"] for variant in pattern["variants"]]
    assert frame["share_inside"].tolist() == shares
    page = (tmp_path / "out" / "ablation.md").read_text(encoding="utf-8")
    assert "| p01 war of the Reds | 100 | **0** ▼ |" in page
    assert "--without battle,truce" in page
    assert (tmp_path / "out" / "ablation.png").read_bytes().startswith(b"\x89PNG")
    marks = {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "runs").glob("*/manifest.json")}
    assert main(words) == 0
    captured = capsys.readouterr()
    assert "3 of 3 variants were finished before" in captured.err
    assert "war of the Reds" in captured.out
    assert marks == {path: path.stat().st_mtime_ns for path in marks}
    assert len(marks) == 3


def test_command_refuses_before_it_runs(tmp_path: Path, patterns: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["ablate", str(PLAIN), "--without", "peace", "--out", str(out), "--patterns", str(patterns)]) == 2
    assert "--without: nothing called 'peace' can be switched off" in capsys.readouterr().err
    assert main(["ablate", str(PLAIN), "--out", str(out), "--patterns", str(tmp_path / "none.yaml")]) == 2
    assert "none.yaml" in capsys.readouterr().err
    assert main(["ablate", str(PLAIN), "--without", "truce", "--out", str(patterns)]) == 2
    assert "is a file; an ablation needs a directory" in capsys.readouterr().err
    assert not out.exists()
