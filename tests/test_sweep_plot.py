"""Figures of sweeps: what is drawn is what the store says, and no text covers another."""

from __future__ import annotations

import itertools

import matplotlib as mpl
import numpy as np
import pytest
from sweep_tables import SHARE, THREE, made_up

from sahelsim.analysis.names import output_axis
from sahelsim.analysis.pairs import paired, unpaired, what_if_differences
from sahelsim.analysis.response import read_responses
from sahelsim.analysis.sensitivity import analyse
from sahelsim.cli.main import main
from sahelsim.errors import BadInput
from sahelsim.plot.sensitivity import ranking
from sahelsim.plot.style import ink_on, relative_luminance
from sahelsim.plot.sweep_curves import response_curves
from sahelsim.plot.sweep_figures import plot_sweep
from sahelsim.plot.sweep_maps import heat_map
from sahelsim.plot.sweep_pairs import pair_differences
from sahelsim.plot.sweep_panels import levels_of_factor, short

LHS = "kind: lhs, size: 200"
GRID = """
name: crossed
scenario: two_actors
changes: { calendar.steps: 3, region.communities: 30 }
seed: 5
replicates: 4
factors:
  abuse_by_the_army: { path: actors.army.doctrine.harshness, values: [0.0, 1.0, 2.0, 4.0, 8.0] }
  grievance_half_life:
    { path: mechanisms.allegiance.grievance_half_life, range: [10, 160], transform: log, levels: 5 }
design: { kind: grid }
what_ifs:
  a_rather_long_name_of_a_what_if: { changes: { actors.army.skill: 0.5 } }
  meek: { title: the army is meek, changes: { actors.army.skill: 0.6 } }
"""


def crossing(draw, replicate, what_if):
    extra = {"meek": -1.0, "baseline": 0.0}.get(what_if, 0.5 + 0.01 * draw["abuse_by_the_army"])
    return 1000 * draw["abuse_by_the_army"] + draw["grievance_half_life"] + (replicate - 1.5) * 20 + extra


def ticks_of(axis):
    """Labels of the ticks that are drawn: those within the limits."""
    low, high = sorted(axis.get_view_interval())
    which = 0 if axis.axis_name == "x" else 1
    return [label for label in axis.get_ticklabels() if low <= label.get_position()[which] <= high]


def written(figure):
    """Everything that is written, and where."""
    figure.canvas.draw()
    texts = list(figure.texts) + list(figure.legends)
    for axes in figure.axes:
        texts += [axes.title, axes._left_title, axes.xaxis.label, axes.yaxis.label, *axes.texts]
        texts += [*ticks_of(axes.xaxis), *ticks_of(axes.yaxis)] + ([axes.get_legend()] if axes.get_legend() else [])
    return [text for text in texts if text.get_visible() and (not hasattr(text, "get_text") or text.get_text().strip())]


def responses_of(sweep):
    return read_responses(sweep, [SHARE])[SHARE]


def assert_readable(figure):
    """No text covers another or leaves the page."""
    boxes = [(text, text.get_window_extent().padded(-1)) for text in written(figure)]
    page = figure.bbox.padded(1)
    for text, box in boxes:
        assert page.x0 <= box.x0 <= box.x1 <= page.x1, text
        assert page.y0 <= box.y0 <= box.y1 <= page.y1, text
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        assert not a.overlaps(b), (one, other)


@pytest.fixture(scope="module")
def grid(tmp_path_factory):
    return made_up(tmp_path_factory.mktemp("grid"), crossing, text=GRID)


def test_curves_of_a_grid_have_a_line_for_each_level(grid):
    figure = response_curves(grid, read_responses(grid, [SHARE])[SHARE])
    assert_readable(figure)
    left, right = figure.axes
    assert left.get_xlabel() == "abuse by the army"
    assert right.get_xlabel() == "grievance half life [weeks]"
    assert right.get_xscale() == "log"
    assert len(left.containers) == len(right.containers) == 5
    line = left.containers[0].lines[0]
    assert line.get_ydata() == pytest.approx([10, 1010, 2010, 4010, 8010])
    bars = left.containers[0].lines[2][0].get_segments()
    assert np.ptp(bars[0][:, 1]) == pytest.approx(2 * np.std([-30, -10, 10, 30], ddof=1))


def test_curves_of_a_random_design_have_a_panel_for_each_factor(tmp_path):
    sweep = made_up(tmp_path, lambda draw, *_: draw["a"] * 100, missing=lambda draw, _: draw < 20)
    figure = response_curves(sweep, read_responses(sweep, [SHARE])[SHARE])
    assert_readable(figure)
    assert len(figure.axes) == 3
    means = figure.axes[0].containers[0].lines[0].get_ydata()
    assert means == pytest.approx(np.linspace(6.25, 93.75, 8), abs=3)
    flat = figure.axes[1].containers[0].lines[0].get_ydata()
    assert np.ptp(flat) < 40


def test_a_draw_alone_at_its_value_stands_there(tmp_path):
    """Draws of the same value stand beside each other, one that lacks its runs not among them."""
    draws = "[{ a: 0, b: 1, c: 10 }, { a: 0.5, b: 1, c: 30 }, { a: 1, b: 0, c: 30 }]"
    sweep = made_up(
        tmp_path, lambda draw, *_: draw["a"], (LHS, f"kind: list, draws: {draws}"), missing=lambda draw, _: draw == 1
    )
    a, b, c = ([*axes.lines[0].get_xdata()] for axes in response_curves(sweep, responses_of(sweep)).axes)
    assert (a[0], a[2]) == (0.0, 1.0)
    assert (b[0], b[2]) == (1.0, 0.0)
    assert c[0] == pytest.approx(10)
    assert c[2] == pytest.approx(30)
    whole = made_up(tmp_path / "whole", lambda draw, *_: draw["a"], (LHS, f"kind: list, draws: {draws}"))
    beside = response_curves(whole, responses_of(whole)).axes[1].lines[0].get_xdata()
    assert beside[0] != beside[1]
    assert np.mean(beside[:2]) == pytest.approx(1)
    assert beside[2] == 0


def test_the_legend_names_what_can_be_seen(tmp_path):
    """Where each draw is alone at its value the mean's dot is the draw's."""
    draws = "[{ a: 0, b: 1, c: 10 }, { a: 1, b: 0, c: 30 }]"
    alone = made_up(tmp_path / "alone", lambda draw, *_: draw["a"], (LHS, f"kind: list, draws: {draws}"))
    many = made_up(tmp_path / "many", lambda draw, *_: draw["a"], ("replicates: 1", "replicates: 2"))
    for sweep, said in (
        (alone, ["A draw"]),
        (many, ["A draw (mean of its replicates)", "Mean of the draws", "Spread between replicates"]),
    ):
        keys = response_curves(sweep, responses_of(sweep)).legends[0].get_texts()
        assert [text.get_text() for text in keys] == said


def test_heat_maps_hold_means_and_spreads(grid):
    figure = heat_map(grid, read_responses(grid, [SHARE])[SHARE], ("grievance_half_life", "abuse_by_the_army"))
    assert_readable(figure)
    mean, spread = (axes.collections[0].get_array() for axes in figure.axes)
    assert mean.shape == (5, 5)
    assert mean[1, 2] == pytest.approx(1040)
    assert spread.compressed() == pytest.approx(np.full(25, np.std([-30, -10, 10, 30], ddof=1)))
    assert "1,040" in [text.get_text() for text in figure.axes[0].texts]
    assert [axes.get_title("left") for axes in figure.axes] == [
        "Mean [0-1]", "Standard deviation between replicates [0-1]",
    ]  # fmt: skip


def test_maps_of_a_random_design_have_bins_and_empty_cells(tmp_path):
    sweep = made_up(tmp_path, lambda draw, *_: draw["a"], (LHS, "kind: lhs, size: 20"))
    figure = heat_map(sweep, read_responses(sweep, [SHARE])[SHARE], ("a", "c"))
    assert_readable(figure)
    assert len(figure.axes) == 1
    said = " ".join(text.get_text() for text in figure.texts)
    assert "A dash: no run in the cell. One replicate a draw: how far replicates differ is not known." in said
    cells = figure.axes[0].collections[0].get_array()
    assert cells.mask.any()
    columns = cells.mean(axis=0)
    assert (np.diff(columns) > 0).all()


@pytest.mark.parametrize("palette", ["viridis", "cividis"])
def test_numbers_can_be_read_on_any_colour_of_a_map(palette):
    """WCAG 2.2, 1.4.3: a contrast of at least 4.5."""
    for place in np.linspace(0, 1, 256):
        cell = mpl.colormaps[palette](place)[:3]
        light, dark = sorted((relative_luminance(cell), relative_luminance(ink_on(cell))), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5
    assert relative_luminance("white") == pytest.approx(1)
    assert relative_luminance("#808080") == pytest.approx(0.2159, abs=1e-4)


def test_pairs_differ_by_the_what_if_alone(grid):
    found = what_if_differences(grid, [SHARE, "deaths"])
    meek = found[SHARE]["meek"]
    assert meek.unit == "draw"
    assert meek.pairs == pytest.approx(np.full(25, -1.0))
    assert (meek.mean.value, meek.mean.low, meek.mean.high) == pytest.approx((-1, -1, -1))
    figure = pair_differences(grid, found)
    assert_readable(figure)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [
        "a rather long name of a what\nif", "the army is meek",
    ]  # fmt: skip
    assert [axes.get_xlabel().split(" (")[0] for axes in figure.axes] == ["Difference [0-1]", "Difference [people]"]
    many = pair_differences(grid, what_if_differences(grid, [SHARE, "civilians_killed", "deaths_high", "displaced"]))
    assert_readable(many)
    assert many.axes[1].get_xlabel() == "Difference [people]\n(baseline: 0)"


def test_intervals_of_differences():
    rng = np.random.default_rng(4)
    covered = [0, 0]
    for _ in range(400):
        shared = rng.normal(0, 5, 12)
        a, b = shared + rng.normal(0, 1, 12), shared + 2 + rng.normal(0, 1, 12)
        for i, mean in enumerate((paired(b - a), unpaired(a, rng.normal(2, 3, 20)))):
            covered[i] += mean.low < 2 < mean.high
    assert 0.92 < covered[0] / 400 < 0.98
    assert 0.92 < covered[1] / 400 < 0.98
    assert np.isnan(paired(np.array([1.0])).low)
    assert unpaired(np.ones(3), np.full(3, 2.0)).high == 1.0


def test_rankings_show_values_intervals_and_chance(tmp_path):
    sweep = made_up(
        tmp_path, lambda draw, replicate, _: 10 * draw["a"] + 4 * draw["b"] + (replicate * draw["c"]) % 3,
        (LHS, "kind: morris, trajectories: 12"), ("replicates: 1", "replicates: 2"),
    )  # fmt: skip
    found = analyse(sweep, [SHARE]).found[0]
    figure = ranking(sweep, found)
    assert_readable(figure)
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == [index.factor for index in found.indices]
    dots = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert dots == pytest.approx([index.value for index in found.indices])
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([index.floor for index in found.indices])
    assert axes.get_xlabel() == "Mean absolute effect across the factor's range (mu*) [0-1]"
    assert len(ranking(sweep, found, most=2).axes[0].get_yticklabels()) == 2


def test_an_index_below_zero_is_drawn_whole(tmp_path):
    sweep = made_up(tmp_path, lambda draw, *_: (draw["a"] - 0.5) * (draw["b"] - 0.5), (LHS, "kind: saltelli, size: 16"))
    found = analyse(sweep, [SHARE]).found[0]
    lowest = min(index.more["first"] for index in found.indices)
    assert lowest < 0
    figure = ranking(sweep, found)
    assert_readable(figure)
    axes = figure.axes[0]
    marks = [line for line in axes.lines if line.get_marker() in ("o", "D")]
    assert not any(mark.get_clip_on() for mark in marks)  # nor is a dot at zero cut
    edge = axes.get_window_extent().x0
    place = axes.transData.transform((lowest, 0))[0]
    assert place - edge > max(mark.get_markersize() for mark in marks) / 2 * figure.dpi / 72
    assert axes.get_xlabel() == "Share of the variance between draws [0-1]"


def test_levels_and_numbers(tmp_path):
    sweep = made_up(tmp_path, lambda *_: 1.0)
    levels = levels_of_factor(sweep, "a")
    assert np.bincount(levels.index).tolist() == [25] * 8
    assert [short(value, step) for value, step in ((1234.5, 20.0), (0.0512, 0.001), (3.14159, 1.0), (np.nan, 1.0))] == [
        "1,234", "0.0512", "3.1", "–",
    ]  # fmt: skip


def test_outputs_are_words_with_a_unit_on_an_axis(tmp_path):
    sweep = made_up(tmp_path, lambda *_: 1.0)
    words = {name: output_axis(name) for name in sweep.outputs}
    assert words[SHARE] == "share of the people: movement [0-1]"
    assert words["civilians_killed"] == "civilians killed [people]"
    assert words["events[state_based]"] == "events: state based [number]"
    assert all(word.endswith("]") and "_" not in word for word in words.values())
    assert output_axis("pattern[p07_x.1]") == "pattern[p07 x.1]"


def test_the_command_draws_what_the_experiment_allows(grid, tmp_path, capsys):
    out = tmp_path / "figures"
    asked = ["sweep", "plot", str(grid.path), "-o", SHARE, "--out", str(out), "--format", "png", "--format", "pdf"]
    assert main(asked) == 0
    names = [line.rpartition("/")[2] for line in capsys.readouterr().out.splitlines()]
    stems = ["curves_people_share_movement", "map_people_share_movement", "what_ifs"]
    assert names == [f"{stem}.{ending}" for stem in stems for ending in ("png", "pdf")]
    first = {path.name: path.read_bytes() for path in out.glob("*.png")}
    assert main(asked) == 0
    assert first == {path.name: path.read_bytes() for path in out.glob("*.png")}
    assert not list(out.glob(".*"))


FAULTS = {
    "factor": (["--by", "abuse", "--by", "grievance_half_life"], "no factor 'abuse'"),
    "one": (["--by", "grievance_half_life"], "two different factors"),
    "what-if": (["--what-if", "meeek"], "no what-if 'meeek'"),
    "output": (["-o", "deathz"], "did you mean 'deaths'"),
    "format": (["--format", "gif"], "--format: expected one of png, pdf, svg, got 'gif'"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_told(grid, capsys, fault):
    words, said = FAULTS[fault]
    assert main(["sweep", "plot", str(grid.path), *words]) == 2
    assert said in capsys.readouterr().err


def test_a_sweep_without_runs_or_variation_has_no_figures(tmp_path):
    none = made_up(tmp_path / "none", lambda *_: 1.0, missing=lambda *_: True)
    with pytest.raises(BadInput, match="no run has a value of 'deaths' yet"):
        plot_sweep(none, tmp_path / "out", ["deaths"])
    plain = THREE.partition("factors:")[0]
    with pytest.raises(BadInput, match="neither factors nor what-ifs"):
        plot_sweep(made_up(tmp_path / "plain", lambda *_: 1.0, text=plain), tmp_path / "out", ["deaths"])
    with pytest.raises(BadInput, match="no what-ifs, so there are no pairs"):
        what_if_differences(none, ["deaths"])
