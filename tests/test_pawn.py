"""PAWN: what it ranks, its slides, and that its indices are SALib's."""

from __future__ import annotations

import numpy as np
import pytest
from SALib.analyze import pawn
from sweep_tables import SHARE, THREE, made_up

from sahelsim.analysis.pawn import distances, median_distance, slides_for
from sahelsim.analysis.sensitivity import analyse

LHS = "kind: lhs, size: 200"


def slope(draw, replicate=0, what_if=""):
    return 10 * draw["a"] - 4 * draw["b"]


def only(sweep, **options):
    return analyse(sweep, [SHARE], **options).found[0]


def test_pawn_ranks(tmp_path):
    sweep = made_up(tmp_path, slope)
    found = only(sweep)
    assert found.method == "pawn"
    assert [index.factor for index in found.indices] == ["a", "b", "c"]
    assert found.indices[0].stands_out
    assert {index.factor: index.stands_out for index in found.indices}["c"] is False
    assert median_distance(np.array([0, 0, 1, 1]), np.array([1.0, 1.0, 2.0, 2.0]), 2) == 0.5
    assert [slides_for(n) for n in (40, 75, 1000)] == [4, 7, 10]


@pytest.mark.parametrize("draws", [64, 100, 257])
def test_pawn_is_salibs_with_any_number_of_slides(draws):
    """SALib cannot take some numbers: its edges between slides then reach above 1."""
    rng = np.random.default_rng(draws)
    points = rng.permutation(draws)[:, None].astype(float)
    means = np.round(points[:, 0] / draws + rng.normal(size=draws), 1)  # with ties
    problem = {"num_vars": 1, "names": ["a"], "bounds": [[0.0, 1.0]]}
    refused = []
    for slides in range(2, min(draws, 100) + 1):
        index = distances(["a"], points, means, slides=slides, seed=1, resamples=2, confidence=0.9)[0]
        assert 0 < index.value <= index.more["largest"] < 1
        assert index.more["slides"] == slides
        try:
            known = pawn.analyze(problem, points, means, S=slides)
        except ValueError:
            refused.append(slides)
            continue
        assert (index.value, index.more["largest"]) == pytest.approx((known["median"][0], known["maximum"][0]))
    assert refused[:3] == [6, 9, 21]


@pytest.mark.parametrize(("draws", "slides"), [(64, 6), (99, 9), (240, 24)])
def test_pawn_with_numbers_of_slides_that_salib_refuses(tmp_path, draws, slides):
    found = only(made_up(tmp_path, slope, (LHS, f"kind: lhs, size: {draws}")), slides=slides if draws > 99 else None)
    assert [index.more["slides"] for index in found.indices] == [slides] * 3
    assert found.indices[0].factor == "a"
    assert found.indices[0].low < found.indices[0].value < found.indices[0].high


def test_pawn_of_a_grid_and_of_saltellis_independent_draws(tmp_path):
    grid = THREE.replace("range: [0.0, 1.0] }", "range: [0.0, 1.0], levels: 5 }").replace(
        "transform: log }", "transform: log, levels: 4 }"
    )
    found = only(made_up(tmp_path, slope, (LHS, "kind: grid"), text=grid))
    assert found.indices[0].factor == "a"
    assert {index.more["slides"] for index in found.indices} == {5.0, 4.0}
    assert any("its own floor" in remark for remark in found.remarks)
    cross = made_up(tmp_path / "cross", slope, (LHS, "kind: saltelli, size: 64"))
    found = only(cross, method="pawn")
    assert found.used == 128
    assert found.indices[0].factor == "a"
