"""Sensitivity of made-up stores whose answers are known, and every way in which a method does not apply."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sweep_experiments import hash_of
from sweep_tables import SHARE, THREE, made_up

from sahelsim.analysis.indices import as_frame
from sahelsim.analysis.names import choose_outputs, factor_label
from sahelsim.analysis.response import noise_of
from sahelsim.analysis.sensitivity import analyse
from sahelsim.cli.main import main
from sahelsim.errors import BadInput

LHS = "kind: lhs, size: 200"


def ishigami(draw, replicate=0, what_if=""):
    """Ishigami & Homma 1990 with 7 and 0.1, on the units of the three factors."""
    c = math.log(draw["c"] / 10) / math.log(10)
    x, y, z = ((2 * u - 1) * math.pi for u in (draw["a"], draw["b"], c))
    return math.sin(x) + 7 * math.sin(y) ** 2 + 0.1 * z**4 * math.sin(x)


def slope(draw, replicate=0, what_if=""):
    return 10 * draw["a"] - 4 * draw["b"]


def only(sweep, **options):
    return analyse(sweep, [SHARE], **options).found[0]


def by_factor(found):
    return {index.factor: index for index in found.indices}


def test_sobol_indices_of_ishigami(tmp_path):
    found = only(made_up(tmp_path, ishigami, (LHS, "kind: saltelli, size: 1024")))
    assert found.method == "sobol"
    assert found.used == found.draws == 1024 * 5
    got = by_factor(found)
    for name, first, total in (("a", 0.3139, 0.5576), ("b", 0.4424, 0.4424), ("c", 0.0, 0.2437)):
        assert got[name].more["first"] == pytest.approx(first, abs=0.04)
        assert got[name].value == pytest.approx(total, abs=0.04)
        assert got[name].low < total < got[name].high
    assert [index.factor for index in found.indices] == ["a", "b", "c"]
    assert any("One replicate" in remark for remark in found.remarks)


def test_second_order_indices_of_a_product(tmp_path):
    product = made_up(
        tmp_path, lambda draw, *_: (draw["a"] - 0.5) * (draw["b"] - 0.5),
        (LHS, "kind: saltelli, size: 512, second_order: true"),
    )  # fmt: skip
    found = only(product)
    best = found.interactions[0]
    assert best.factors == ("a", "b")
    assert best.value == pytest.approx(1.0, abs=0.1)
    assert by_factor(found)["c"].value == 0.0
    assert all(abs(pair.value) < 0.1 for pair in found.interactions[1:])


def test_sobol_leaves_out_whole_base_points(tmp_path):
    gone = made_up(
        tmp_path, ishigami, (LHS, "kind: saltelli, size: 64"), missing=lambda draw, _: draw in (3, 4, 101),
        failed=lambda draw, _: draw == 7,
    )  # fmt: skip
    found = only(gone)
    assert found.used == (64 - 3) * 5
    said = " ".join(found.remarks)
    assert "Of 320 runs 1 failed, 3 not run yet: 4 of 320 draws have no value (numbers 3, 4, 7, 101)" in said
    assert "3 of 64 base points lack a draw" in said
    few = made_up(tmp_path / "few", ishigami, (LHS, "kind: saltelli, size: 64"), missing=lambda draw, _: draw >= 35)
    with pytest.raises(BadInput, match=r"fewer than 8 whole base points \(of 64\): of 320 runs 285 not run yet"):
        only(few)


def test_morris_ranks_and_measures_a_straight_line(tmp_path):
    found = only(made_up(tmp_path, slope, (LHS, "kind: morris, trajectories: 12, levels: 4")))
    assert [index.factor for index in found.indices] == ["a", "b", "c"]
    got = by_factor(found)
    assert got["a"].value == pytest.approx(10)
    assert got["b"].value == pytest.approx(4)
    assert got["b"].more["mu"] == pytest.approx(-4)
    assert got["a"].more["sigma"] == pytest.approx(0, abs=1e-9)
    assert got["c"].value == pytest.approx(0, abs=1e-12)
    assert not any("Only" in remark for remark in found.remarks)


def test_morris_of_choices_and_whole_numbers(tmp_path):
    text = THREE.replace("{ path: actors.army.doctrine.harshness, range: [0.0, 1.0] }",
                         "{ path: actors.army.unit_size, range: [1, 2], transform: integer }")  # fmt: skip
    text = text.replace("initiative, range: [0.0, 1.0] }", "initiative, values: [0.5, 1.0, 2.0] }")
    sweep = made_up(
        tmp_path, lambda draw, *_: 6.0 * draw["b"] + draw["a"], (LHS, "kind: morris, trajectories: 20"), text=text
    )
    got = by_factor(only(sweep))
    assert got["b"].value == pytest.approx(9)  # a step of two thirds of the range always changes the number by one
    assert 0 < got["a"].value < got["b"].value
    assert got["c"].value == 0


def test_morris_leaves_out_whole_trajectories(tmp_path):
    morris = (LHS, "kind: morris, trajectories: 5")
    found = only(made_up(tmp_path, slope, morris, missing=lambda draw, _: draw in (0, 6)))
    assert found.used == 3 * 4
    assert any("2 of 5 trajectories lack a draw" in remark for remark in found.remarks)
    assert any("Only 3 trajectories" in remark for remark in found.remarks)
    with pytest.raises(BadInput, match="fewer than 2 whole trajectories"):
        only(made_up(tmp_path / "most", slope, morris, missing=lambda draw, _: draw % 4 == 1 and draw > 3))


def test_chance_stays_below_the_floor_of_each_method(tmp_path):
    """A factor that does nothing but let chance differ is not above it; one with an effect is."""
    noise = np.random.default_rng(3).normal(size=(2000, 3))

    def noisy(draw, replicate, _):
        place = hash((draw["a"], draw["b"], draw["c"])) % 2000
        return 30 * draw["a"] + noise[place, replicate] + 100 * replicate

    for kind in ("morris, trajectories: 40", "saltelli, size: 128", "lhs, size: 200"):
        folder = tmp_path / kind[:3]
        sweep = made_up(folder, noisy, (LHS, f"kind: {kind}"), ("replicates: 1", "replicates: 3"))
        found = only(sweep)
        got = by_factor(found)
        assert got["a"].stands_out
        assert got["a"].value > 3 * got["a"].floor
        assert max(got["b"].value, got["c"].value) < 1.5 * got["b"].floor
        assert found.noise_share < 0.05  # what all draws share in a replicate is no noise between them


def test_noise_is_that_of_a_mean():
    rng = np.random.default_rng(1)
    draws, shared = rng.normal(0, 2, (4000, 1)), rng.normal(0, 10, (1, 3))
    values = draws + shared + rng.normal(0, 1, (4000, 3))
    assert noise_of(values) == pytest.approx(1 / 3, rel=0.05)
    values[::2, 2] = np.nan
    assert noise_of(values) == pytest.approx((1 / 3 + 1 / 2) / 2, rel=0.05)
    assert math.isnan(noise_of(values[:, :1]))
    assert noise_of(np.array([[1.0, 2.0, 3.0]])) == pytest.approx(1 / 3)


REFUSED = {
    "sobol": (LHS, "sobol", r"need Saltelli's .* This store has a Latin hypercube; what it allows: --method pawn"),
    "morris": ("kind: sobol, size: 64", "morris", "needs trajectories.*This store has a Sobol sequence"),
    "pawn": ("kind: morris, trajectories: 4", "pawn", "vary independently.*Morris trajectories.*--method morris"),
    "unknown": (LHS, "fast", "'fast': expected one of morris, sobol, pawn"),
    "list": ("kind: list, draws: [{ a: 0, b: 0, c: 10 }, { a: 1, b: 0, c: 10 }]", None, "no method reads a list"),
    "few": ("kind: lhs, size: 30", None, "values in 30 draws; PAWN needs at least 40"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_design_that_does_not_allow_a_method_is_told(tmp_path, case):
    design, method, said = REFUSED[case]
    with pytest.raises(BadInput, match=said):
        only(made_up(tmp_path, slope, (LHS, design)), method=method)


def test_what_cannot_be_analysed_is_told(tmp_path):
    sweep = made_up(tmp_path, slope)
    done = analyse(sweep, [SHARE, "deaths"])
    assert list(done.refused) == ["deaths"]
    assert "does not vary: it is 0 in every draw" in done.refused["deaths"]
    with pytest.raises(BadInput, match="'deaths' does not vary"):
        analyse(sweep, ["deaths"])
    with pytest.raises(BadInput, match="no what-if 'meek'"):
        analyse(sweep, [SHARE], what_if="meek")
    with pytest.raises(BadInput, match="too few for 30 slides of 10; choose at most --slides 20"):
        only(sweep, slides=30)
    text = THREE.partition("factors:")[0] + "what_ifs: { meek: { changes: { actors.army.skill: 0.5 } } }\n"
    with pytest.raises(BadInput, match="varies no factors"):
        only(made_up(tmp_path / "none", lambda *_: 1.0, text=text))
    nothing = made_up(tmp_path / "undefined", lambda *_: None)
    with pytest.raises(BadInput, match="no value in any run: of 200 runs 200 without a value of this output"):
        only(nothing)


def test_a_store_of_another_design_is_refused(tmp_path):
    sweep = made_up(tmp_path, slope, (LHS, "kind: morris, trajectories: 4"))
    draws = sweep.path / "draws.parquet"
    pl.read_parquet(draws).with_columns(pl.col("a") * 0.5).write_parquet(draws)
    with pytest.raises(BadInput, match="the design cannot be made again: 'a'"):
        only(sweep)


def test_what_ifs_are_analysed_apart(tmp_path):
    pair = THREE + "what_ifs: { meek: { changes: { actors.army.skill: 0.5 } } }\n"
    sweep = made_up(tmp_path, lambda draw, _, what_if: draw["b" if what_if == "meek" else "a"], text=pair)
    assert only(sweep).indices[0].factor == "a"
    assert only(sweep, what_if="meek").indices[0].factor == "b"


def test_outputs_by_name_and_pattern(tmp_path):
    sweep = made_up(tmp_path, slope)
    assert choose_outputs(sweep, []) == ["deaths"]
    with pytest.raises(BadInput, match=r"no output 'death'; did you mean 'deaths'\?"):
        choose_outputs(sweep, ["death"])
    with pytest.raises(BadInput, match=r"keep: \{ patterns: true \}"):
        choose_outputs(sweep, ["xyzzy"])
    assert factor_label(sweep, "c") == "c [weeks]"
    assert factor_label(sweep, "a") == "a"
    kept = made_up(tmp_path / "kept", slope, text=THREE + "keep: { patterns: true }\n")
    one = next(name for name in kept.outputs if name.startswith("holds["))[6:-1]
    chosen = choose_outputs(kept, [one])
    assert f"holds[{one}]" in chosen
    assert f"pattern[{one}.0]" in chosen
    assert choose_outputs(kept, [one.partition("_")[0]]) == chosen


def test_the_command_writes_the_same_bytes_twice(tmp_path, capsys):
    sweep = made_up(tmp_path, ishigami, ("replicates: 1", "replicates: 2"), (LHS, "kind: saltelli, size: 16"))
    for folder in ("one", "two"):
        asked = ["sensitivity", str(sweep.path), "-o", SHARE, "--out", str(tmp_path / folder), "--json"]
        assert main([*asked, "--resamples", "100"]) == 0
        said = json.loads(capsys.readouterr().out)
    files = [Path(file) for file in said["files"]]
    assert [file.name for file in files] == ["sobol.csv", "sobol.parquet", "sobol_people_share_movement.png"]
    assert [hash_of(file) for file in files] == [hash_of(tmp_path / "one" / file.name) for file in files]
    table = pd.read_csv(files[0])
    assert table["factor"].tolist() == [factor["factor"] for factor in said["outputs"][0]["factors"]]
    assert table.equals(pd.read_parquet(files[1]).astype(table.dtypes.to_dict()))
    found = only(sweep, resamples=100)
    assert as_frame([found])["value"].tolist() == pytest.approx(table["value"].tolist())


def test_the_command_prints_a_ranking_and_faults(tmp_path, capsys):
    sweep = made_up(tmp_path, slope, (LHS, "kind: morris, trajectories: 4"))
    assert main(["sensitivity", str(sweep.path), "-o", SHARE, "--format", "svg"]) == 0
    out = capsys.readouterr().out
    assert out.index(" a ") < out.index(" b ") < out.index(" c ")
    assert "Only 4 trajectories" in out
    assert (sweep.path / "sensitivity" / "morris_people_share_movement.svg").is_file()
    assert main(["sensitivity", str(sweep.path), "--list"]) == 0
    assert "people_share[movement]" in capsys.readouterr().out
    assert main(["sensitivity", str(tmp_path / "nowhere")]) == 2
    assert "no such file or directory" in capsys.readouterr().err
    assert main(["sensitivity", str(tmp_path / "experiment.yaml")]) == 2
    assert "holds no sweep" in capsys.readouterr().err
    assert main(["sensitivity", str(sweep.path), "--format", "gif"]) == 2
    assert "--format: expected one of png, pdf, svg" in capsys.readouterr().err
