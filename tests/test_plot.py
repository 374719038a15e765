"""Figures of a small synthetic run: they build, say what they show, and the numbers drawn are those of the tables."""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D

from sahelsim import plot
from sahelsim.errors import BadInput
from sahelsim.plot.allegiance import camp_people
from sahelsim.plot.control import control_at, year_ends
from sahelsim.plot.displaced import displaced_by_country
from sahelsim.plot.events import cell_deaths
from sahelsim.plot.geography import geography_of, map_grid, scenario_grid
from sahelsim.plot.save import save_figure
from sahelsim.plot.style import DISCLAIMER, TYPE_COLOURS, provenance
from sahelsim.plot.timeline import months_of_run
from sahelsim.results import Run, open_run
from sahelsim.run import run_scenario
from sahelsim.scenario.load import load_scenario

REPLICATES = 3
LEGENDS = {
    "events_map": {"State-based", "Non-state", "One-sided", "Border", "Capital", "Town"},
    "monthly_dyads": {"Median of replicates", "Central 50 %", "Central 90 %"},
    "deaths_by_type": {"State-based", "Non-state", "One-sided"},
    "control_by_year": {"state", "movement"},  # written as a table of colours
    "allegiance_map": {"state", "movement", "neutral"},
    "fighters": {"camp: state", "camp: movement"},
    "displaced": {"All"},
    "flows": set(),
    "pacts_sieges": {"lifted", "relief", "pact", "surrender", "pact made", "pact refused", "pact broken"},
    "money": {"Support", "Tax", "Trade", "Gold", "Ransom", "Pay", "Recruitment"},
}
AXIS_LABELS = {
    "events_map": {"Longitude", "Latitude"},
    "monthly_dyads": {"Month", "per month"},
    "deaths_by_type": {"Year", "Deaths per year"},
    "control_by_year": {"Longitude", "Latitude", "Month", "Cells of the scenario"},
    "allegiance_map": {"Longitude", "Latitude", "Share of the cell's people", "Change (percentage points)"},
    "fighters": {"Week", "Fighters"},
    "displaced": {"Month", "Displaced people", "Longitude", "Latitude", "Displaced people in the cell"},
    "flows": {"Month", "People a month", "Longitude", "Latitude"},
    "pacts_sieges": {"Month", "People", "Year", "Sieges a year", "Decisions a year"},
    "money": set(),  # nobody in this world has a budget
}


def simulate(folder: Path, **changes: object) -> Run:
    """A run of the synthetic world with some changes."""
    scenario = load_scenario("two_actors", changes={key.replace("__", "."): value for key, value in changes.items()})
    run_scenario(scenario, folder)
    return open_run(folder)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return simulate(tmp_path_factory.mktemp("plot") / "run", calendar__steps=60, replicates=REPLICATES)


@pytest.fixture(scope="module")
def figures(run: Run) -> dict[str, Figure]:
    return {name: kind.make(run) for name, kind in plot.FIGURES.items()}


def texts_of(figure: Figure) -> set[str]:
    """Everything that is written in a figure."""
    found = {text.get_text() for text in figure.texts}
    for axes in figure.axes:
        found |= {text.get_text() for text in axes.texts}
        for legend in [child for child in axes.get_children() if hasattr(child, "get_texts")]:
            found |= {text.get_text() for text in legend.get_texts()}
    for legend in figure.legends:
        found |= {text.get_text() for text in legend.get_texts()}
    return found


def panel_named(figure: Figure, title: str) -> matplotlib.axes.Axes:
    """The panel with that title at its left."""
    (found,) = [axes for axes in figure.axes if axes.get_title(loc="left") == title]
    return found


@pytest.mark.parametrize("name", list(plot.FIGURES))
def test_a_figure_says_what_it_is(name: str, figures: dict[str, Figure], run: Run) -> None:
    figure = figures[name]
    written = texts_of(figure)
    assert provenance(run) in written
    assert DISCLAIMER in written
    for part in ("two_actors", f"seed {run.seed}", f"{REPLICATES} replicates", run.manifest["versions"]["sahelsim"]):
        assert part in provenance(run)
    assert written >= LEGENDS[name]
    labels = {axes.get_xlabel() for axes in figure.axes} | {axes.get_ylabel() for axes in figure.axes}
    assert labels >= AXIS_LABELS[name]


@pytest.mark.parametrize("name", list(plot.FIGURES))
def test_nothing_is_cut_off_and_keys_cover_no_panel(name: str, figures: dict[str, Figure]) -> None:
    figure = figures[name]
    figure.draw_without_rendering()
    for axes in figure.axes:
        box = axes.get_tightbbox()
        assert box is None or (figure.bbox.padded(1.0).containsx(box.x0) and figure.bbox.padded(1.0).containsx(box.x1))
        assert box is None or (figure.bbox.padded(1.0).containsy(box.y0) and figure.bbox.padded(1.0).containsy(box.y1))
    notes = [text.get_window_extent() for text in figure.texts] + [key.get_window_extent() for key in figure.legends]
    panels = [axes.get_window_extent() for axes in figure.axes if axes.axison]
    assert not any(note.overlaps(panel) for note in notes for panel in panels)
    assert not any(a.overlaps(b) for i, a in enumerate(panels) for b in panels[i + 1 :])


def test_nothing_global_is_touched(run: Run) -> None:
    before = dict(matplotlib.rcParams)
    loaded = "matplotlib.pyplot" in sys.modules
    plot.fighters_over_time(run)
    plot.events_map(run)
    assert dict(matplotlib.rcParams) == before
    assert ("matplotlib.pyplot" in sys.modules) == loaded


def test_bars_are_the_means_of_the_summary(run: Run, figures: dict[str, Figure]) -> None:
    axes = panel_named(figures["deaths_by_type"], "All countries")
    table = run.summary()
    years = sorted(table["year"].unique())
    for kind, bars in zip(TYPE_COLOURS, axes.containers, strict=True):
        deaths = table[table["type_of_violence"] == kind].groupby("year")["best"].sum().reindex(years, fill_value=0)
        assert [bar.get_height() for bar in bars] == pytest.approx(deaths.to_numpy() / REPLICATES)
    totals = table.groupby(["year", "replicate"])["best"].sum().unstack(fill_value=0)
    (whiskers,) = [item for item in axes.collections if isinstance(item, LineCollection)]
    ends = np.array([segment[:, 1] for segment in whiskers.get_segments()])
    assert ends == pytest.approx(np.quantile(totals.to_numpy(), (0.05, 0.95), axis=1).T)


def test_bars_of_countries_add_up(figures: dict[str, Figure]) -> None:
    def height(axes: matplotlib.axes.Axes) -> float:
        return sum(bar.get_height() for bars in axes.containers for bar in bars)

    whole, _, *parts = figures["deaths_by_type"].axes
    assert height(whole) > 0
    assert sum(height(axes) for axes in parts) == pytest.approx(height(whole))


def test_monthly_lines_are_medians_of_the_record(run: Run, figures: dict[str, Figure]) -> None:
    events = run.events()
    months = months_of_run(run.scenario.calendar)
    for label, kind, side in (
        ("Movement – Government of Westland", 1, "Government of Westland"),
        ("Movement against civilians", 3, "Movement"),
        ("Government of Westland against civilians", 3, "Government of Westland"),
    ):
        mine = events[(events["type_of_violence"] == kind) & (events["side_a"] == side)]
        for what, values in (("events", np.ones(len(mine))), ("deaths", mine["best"])):
            table = mine.assign(value=values).pivot_table(
                index="replicate", columns="month_id", values="value", aggfunc="sum", fill_value=0
            )
            table = table.reindex(index=range(REPLICATES), columns=months, fill_value=0)
            (line,) = panel_named(figures["monthly_dyads"], f"{label}: {what}").lines
            assert line.get_ydata() == pytest.approx(np.median(table.to_numpy(), axis=0))


def test_circles_have_the_deaths_as_area(run: Run, figures: dict[str, Figure]) -> None:
    axes = figures["events_map"].axes[0]
    (circles,) = [item for item in axes.collections if isinstance(item, PathCollection)]
    grid = scenario_grid(run.scenario)
    events = run.events()
    placed = events[events["where_prec"] <= 3]
    deaths = placed.groupby("cell")["best"].sum() / REPLICATES
    deaths = deaths[deaths > 0]
    keys = [
        (float(handle.get_sizes()[0]), float(text.get_text()))
        for legend in figures["events_map"].axes[-1].get_children()
        if hasattr(legend, "legend_handles")
        for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True)
        if isinstance(handle, PathCollection)
    ]
    scale = keys[0][0] / keys[0][1]
    assert [size / value for size, value in keys] == pytest.approx([scale] * len(keys))
    centres = np.asarray(circles.get_offsets())
    drawn = dict(zip(grid.cell_of(centres[:, 1], centres[:, 0]).tolist(), circles.get_sizes() / scale, strict=True))
    assert set(drawn) == set(deaths.index)
    seen = deaths[deaths * scale > 2.0]  # smaller ones are drawn larger than they are, so that they can be seen
    assert len(seen) > 3
    assert [drawn[cell] for cell in seen.index] == pytest.approx(seen.to_numpy())


def test_sectors_are_the_types(run: Run, figures: dict[str, Figure]) -> None:
    (circles,) = [item for item in figures["events_map"].axes[0].collections if isinstance(item, PathCollection)]
    deaths, unplaced = cell_deaths(run, scenario_grid(run.scenario))
    assert len(circles.get_paths()) == (deaths > 0).sum()
    cell = int(np.argmax(deaths.sum(axis=1)))
    share = deaths[cell] / deaths[cell].sum()
    first = circles.get_paths()[: int((deaths[cell] > 0).sum())]  # the largest circle is drawn first
    turns = []
    for path in first:
        (outline,) = path.transformed(Affine2D().scale(1000)).to_polygons()  # arcs as many short lines
        x, y = outline[:, 0] / 1000, outline[:, 1] / 1000
        turns.append(0.5 * abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / (np.pi / 4))
    assert turns == pytest.approx(share[share > 0], abs=0.01)
    events = run.events()
    vague = events.loc[events["where_prec"] > 3, "best"].sum() / events["best"].sum()
    assert unplaced == pytest.approx(vague)


def test_truces_and_the_frame_of_a_zoomed_map(tmp_path: Path) -> None:
    pair = {"a": "army", "b": "movement", "source": "invented"}
    run = simulate(
        tmp_path / "run",
        seed=1,  # with which the violence is in a part of the grid
        calendar__steps=40,
        replicates=2,
        grid__lon_min=-6.0,
        grid__lat_max=6.0,
        relations__rivalries={"war": {**pair, "base": 0.1, "ideology": 0.1}},
        relations__truces={"start": {**pair, "state": "tacit"}},
        mechanisms__truce__breakdown_rate=0.0,  # so it holds to the end
        mechanisms__battle__tacit_factor=1.0,  # and they fight all the same
    )
    share = (run.dyads()["truce"] == "tacit").sum() / 2  # steps, mean of the two replicates
    assert share == 40
    figure = plot.monthly_dyads(run)
    bars = [axes for axes in figure.axes if axes.get_ylabel() == "truce"]
    assert len(bars) == 2  # below events and below deaths
    for axes in bars:
        tacit, negotiated = axes.collections
        assert (tacit.get_label(), negotiated.get_label()) == ("tacit", "negotiated")
        x, y = tacit.get_paths()[0].vertices.T
        area = 0.5 * abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))
        assert area == pytest.approx(7 * share)
        assert axes.get_xlim() == figure.axes[0].get_xlim()
    assert {"Tacit truce", "Negotiated truce"} <= texts_of(figure)
    large, locator, _ = plot.events_map(run).axes
    (frame,) = locator.patches
    assert (frame.get_x(), frame.get_x() + frame.get_width()) == pytest.approx(large.get_xlim())
    assert (frame.get_y(), frame.get_y() + frame.get_height()) == pytest.approx(large.get_ylim())
    assert locator.get_xlim() == (-6.0, 14.0)
    assert large.get_xlim() != locator.get_xlim()


def test_one_replicate_can_be_drawn(run: Run) -> None:
    events = run.events(1)
    deaths, _ = cell_deaths(run, scenario_grid(run.scenario), replicate=1)
    assert deaths.sum() == events.loc[events["where_prec"] <= 3, "best"].sum()
    assert any("replicate 1" in text for text in texts_of(plot.events_map(run, replicate=1)))
    with pytest.raises(BadInput, match="no replicate 3"):
        plot.events_map(run, replicate=3)


def test_allegiance_images_are_the_tables(run: Run, figures: dict[str, Figure]) -> None:
    grid = map_grid(scenario_grid(run.scenario))
    found = camp_people(run, grid)
    full = run.allegiance(every_month=True).merge(run.communities()[["community", "cell"]], on="community")
    camps = run.camps()
    for moment, month in enumerate((found.first, found.last)):
        now = full[full["month_id"] == month]
        for k, camp in enumerate(found.camps):
            people = now[now["camp"] == camp].groupby("cell")["population"].sum() / REPLICATES
            assert found.people[moment, k] == pytest.approx(people.reindex(range(grid.size), fill_value=0).to_numpy())
            rows = camps[(camps["month_id"] == month) & (camps["camp"] == camp)]
            assert found.people[moment, k].sum() == pytest.approx(rows["people"].mean())
    inhabited = found.people[0].sum(axis=0) > 0
    assert np.nansum(found.shares[0], axis=0)[inhabited] == pytest.approx(1.0)
    start, end, moved = [axes for axes in figures["allegiance_map"].axes if axes.get_label() == "movement"]
    assert start.get_title(loc="left") == f"Jan 2020: {100 * found.totals[0, 2]:.1f} %"
    assert end.get_title(loc="left") == f"Feb 2021: {100 * found.totals[1, 2]:.1f} %"
    assert moved.get_title(loc="left") == f"Change: {_signed(found.totals)}"
    drawn = end.images[0].get_array()
    assert np.ma.filled(drawn, -1.0).ravel() == pytest.approx(np.nan_to_num(found.shares[1, 2], nan=-1.0))
    change = moved.images[0].get_array()
    expected = np.nan_to_num(found.shares[1, 2] - found.shares[0, 2], nan=-1.0)
    assert np.ma.filled(change, -1.0).ravel() == pytest.approx(expected)


def _signed(totals: np.ndarray) -> str:
    return f"{100 * (totals[1, 2] - totals[0, 2]):+.1f}".replace("-", "−")


def test_control_is_the_most_frequent_camp(run: Run, figures: dict[str, Figure]) -> None:
    month = year_ends(run)[0]
    held = run.panel()["control"].sel(month=month).to_numpy()
    found = control_at(run, month, scenario_grid(run.scenario))
    for cell in range(held.shape[1]):
        camps = [camp for camp in held[:, cell] if camp >= 0]
        share = max((camps.count(camp) for camp in camps), default=0) / REPLICATES
        assert found.share[cell] == pytest.approx(share)
        assert found.camp[cell] == (min(camps, key=lambda camp: (-camps.count(camp), camp)) if camps else -1)
    image = panel_named(figures["control_by_year"], "Dec 2020").images[0].get_array()
    assert (np.asarray(image)[..., 3].ravel() > 0).tolist() == (found.camp >= 0).tolist()
    curve = panel_named(figures["control_by_year"], "Cells held by each camp")
    table = run.camps()
    cells = table[table["camp"] == "state"].pivot(index="month_id", columns="replicate", values="cells")
    assert curve.lines[0].get_ydata() == pytest.approx(cells.median(axis=1).to_numpy())


def test_fighters_and_displaced_are_the_tables(run: Run, figures: dict[str, Figure]) -> None:
    table = run.fighters()
    army = table[table["actor"] == "army"].pivot(index="step", columns="replicate", values="fighters")
    assert panel_named(figures["fighters"], "Army").lines[0].get_ydata() == pytest.approx(
        army.median(axis=1).to_numpy()
    )
    people = run.panel()["displaced"].sum("cell").median("replicate").to_numpy()
    assert people.max() > 0
    assert panel_named(figures["displaced"], "In all").lines[0].get_ydata() == pytest.approx(people)
    found = displaced_by_country(run)
    assert sum(values for name, values in found.items() if name != "All") == pytest.approx(found["All"])


def test_plot_run_writes_one_file_for_each_figure(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "figures"
    paths = plot.plot_run(run, out)
    assert paths == [out / f"{name}.png" for name in plot.FIGURES]
    assert sorted(out.iterdir()) == sorted(paths)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)


def test_the_same_figure_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    files = [save_figure(plot.fighters_over_time(run), tmp_path / f"{n}.png", "fighters") for n in range(2)]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert sorted(tmp_path.iterdir()) == files


def test_a_run_without_events_and_tables(tmp_path: Path) -> None:
    quiet = {f"mechanisms__{name}__enabled": False for name in ("battle", "civilian_harm", "revenge")}
    off = {f"outputs__{name}": False for name in ("panel", "communities", "dyads", "decisions")}
    run = simulate(tmp_path / "run", calendar__steps=3, replicates=1, **quiet, **off)
    assert len(run.events()) == 0
    paths = plot.plot_run(run, tmp_path / "figures", ("svg",))
    names = ["events_map", "monthly_dyads", "deaths_by_type", "fighters", "money"]
    assert [path.name for path in paths] == [f"{name}.svg" for name in names]
    with pytest.raises(BadInput, match=r"outputs\.panel"):
        plot.control_by_year(run)
    with pytest.raises(BadInput, match=r"outputs\.communities"):
        plot.allegiance_map(run)
    assert "No event was reported." in texts_of(plot.monthly_dyads(run))


def test_what_cannot_be_written_is_said(run: Run, tmp_path: Path) -> None:
    for formats in (("jpeg",), (), "png"):
        with pytest.raises(BadInput, match="png, pdf, svg"):
            plot.plot_run(run, tmp_path / "out", formats)
    assert not (tmp_path / "out").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot hold the figures"):
        plot.plot_run(run, tmp_path / "file")


def test_ground_of_a_synthetic_world(run: Run) -> None:
    ground = geography_of(run)
    assert ground.rivers == []
    assert {float(x) for line in ground.borders for x in line[:, 0]} == {12.5}
    assert len(ground.borders) == 8
    assert [town.name for town in ground.towns] == ["Crossing", "Port", "Hills"]
