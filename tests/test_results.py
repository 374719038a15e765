"""Results: what is written is what is documented, adds up, and reads back."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up_runs import GROUND, RECORDS_OF, make_scenario, write
from observed_worlds import CALENDAR

from sahelsim.errors import BadInput
from sahelsim.grid import prio_gid
from sahelsim.observation.report import observe_scenario
from sahelsim.results import open_run
from sahelsim.results.build import build_part
from sahelsim.results.columns import TABLES
from sahelsim.results.describe import described
from sahelsim.results.manifest import inputs_of
from sahelsim.results.variables import PANEL, PANEL_COORDINATES
from sahelsim.results.writing import RunWriter
from sahelsim.scenario.load import load_scenario

DOCS = Path(__file__).parents[1] / "docs" / "results.md"


@pytest.fixture(scope="module")
def scenario():
    return make_scenario()


@pytest.fixture(scope="module")
def run(tmp_path_factory, scenario):
    return write(tmp_path_factory.mktemp("runs") / "one", scenario)


def test_docs_are_up_to_date():
    """docs/results.md lists every table and column with its meaning, as the registry has them."""
    page = DOCS.read_text(encoding="utf-8")
    assert described(page) == page, "run `python -m sahelsim.results.describe docs/results.md`"


def test_columns_written_are_those_of_the_registry(run):
    import pyarrow.parquet as pq

    types = {"int32": "int32", "int64": "int64", "float32": "float", "float64": "double", "date": "date32[day]"}
    for table in TABLES.values():
        written = pq.read_schema(run.path / table.file)
        expected = [(c.name, types.get(c.type, c.type)) for c in table.columns]
        assert [(field.name, str(field.type)) for field in written] == expected
    panel = run.panel()
    assert {*panel.variables, "date"} == {v.name for v in (*PANEL, *PANEL_COORDINATES)} | {"date"}
    for v in PANEL:
        assert panel[v.name].dims == v.dims
        assert panel[v.name].dtype == v.dtype
        assert panel[v.name].attrs["description"] == v.meaning


def test_files_are_those_of_the_page(run):
    page = DOCS.read_text(encoding="utf-8")
    names = sorted(path.name for path in run.path.iterdir())
    assert names == sorted(
        [*(t.file for t in TABLES.values()), "manifest.json", "panel.zarr", "scenario.yaml", "summary.json"]
    )
    assert all(f"`{name}`" in page for name in names)


@pytest.mark.parametrize("name", TABLES)
def test_rows_are_in_the_order_that_is_said(run, name):
    frame = getattr(run, name)()
    keys = [key for key in TABLES[name].order if key in frame and key != "dyad_name"]
    assert len(frame) > 0
    assert frame[keys].equals(frame.sort_values(keys, kind="stable")[keys].reset_index(drop=True))


def test_events_are_what_was_observed(run, scenario):
    """Each column of the record against the observation it was made from."""
    for record in RECORDS_OF:
        seen = observe_scenario(record, GROUND, scenario)
        frame = run.events(record.replicate)
        assert (frame.id == record.replicate * 100_000_000 + seen.row).all()
        assert (frame.type_of_violence == seen.sides.kind[seen.row]).all()
        assert frame.dyad_name.tolist() == [seen.sides.dyad(row) for row in seen.row]
        assert (frame.side_a + " - " + frame.side_b == frame.dyad_name).all()
        counts = frame[["deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "best", "low", "high"]]
        assert (counts.to_numpy() == seen.counts).all()
        start = np.datetime64(CALENDAR.start)
        assert (frame.date_start.to_numpy() == start + seen.window[:, 0].astype("timedelta64[D]")).all()
        assert (frame.date_end.to_numpy() == start + seen.window[:, 1].astype("timedelta64[D]")).all()
        assert (frame.date_prec == seen.window[:, 2]).all()
        assert (frame.where_prec == seen.places.where_prec).all()
        assert (frame.latitude == seen.places.latitude).all()
    events = run.events()
    assert (events.priogrid_gid == prio_gid(events.latitude, events.longitude)).all()
    assert (events.month_id == (events.date_start.dt.year - 1980) * 12 + events.date_start.dt.month).all()
    assert (events.year == events.date_start.dt.year).all()
    assert events.id.is_unique
    assert set(events.loc[events.type_of_violence == 3, "side_b"]) == {"Civilians"}
    assert set(events.loc[events.side_b == "Civilians", "side_b_new_id"]) == {1}
    assert (events.adm_1.isna() == (events.where_prec == 6)).mean() > 0.9
    ged = {  # the column names of issue part 6
        *[
            "date_start",
            "date_end",
            "date_prec",
            "type_of_violence",
            "side_a",
            "side_b",
            "dyad_name",
            "latitude",
            "longitude",
        ],
        *[
            "where_prec",
            "priogrid_gid",
            "country",
            "adm_1",
            "deaths_a",
            "deaths_b",
            "deaths_civilians",
            "deaths_unknown",
        ],
        *["best", "low", "high", "month_id", "replicate"],
    }
    assert ged <= set(events.columns)


def test_truth_is_the_log(run):
    for record in RECORDS_OF:
        frame, log = run.truth(record.replicate), record.violence
        assert (frame.step == log.step).all()
        assert frame.actor_a.tolist() == [GROUND.names.actors[a] for a in log.side_a]
        assert (frame.actor_b.isna() == (log.side_b < 0)).all()
        assert (frame[["deaths_a", "deaths_b", "deaths_civilians"]].sum(axis=1)
                == log.deaths_a + log.deaths_b + log.deaths_civilians).all()  # fmt: skip
        battle = frame.kind == "battle"
        assert (frame.term_enmity[battle] == log.terms[battle, 0]).all()
        assert frame.term_enmity[~battle].isna().all()
        assert (frame.term_revenge[frame.kind == "revenge"] == log.terms[log.kind == 3, 3]).all()
        first_day = pd.Timestamp(CALENDAR.start) + pd.to_timedelta(frame.step * 7, unit="D")
        assert (frame.date - first_day).dt.days.between(0, 6).all()
    truth, events = run.truth(), run.events()
    assert set(truth.id[truth.fate == "reported"]) == set(events.id)
    joined = events.merge(truth, on="id", suffixes=("", "_true"))
    assert (joined.dyad_name == joined.dyad_name_true).all()


def test_summary_adds_up(run):
    events, truth, summary = run.events(), run.truth(), run.summary()
    keys = ["replicate", "year", "type_of_violence", "dyad_name"]
    counted = events.groupby(keys).agg(
        events=("id", "size"), best=("best", "sum"), low=("low", "sum"), high=("high", "sum")
    )
    mine = summary[summary.events > 0].set_index(keys)[["events", "best", "low", "high"]]
    pd.testing.assert_frame_equal(mine.sort_index(), counted.sort_index(), check_dtype=False)
    deaths = truth[["deaths_a", "deaths_b", "deaths_civilians"]].sum(axis=1)
    assert summary.events_true.sum() == (deaths > 0).sum()
    assert summary.deaths_true.sum() == deaths.sum()
    for entry in run.totals["replicates"]:
        mine = summary[summary.replicate == entry["replicate"]]
        assert mine.events.sum() == entry["events"] == entry["fates"]["reported"]
        assert mine.best.sum() == entry["best"]
        assert sum(entry["fates"].values()) == (truth.replicate == entry["replicate"]).sum()
        assert entry["ledger"] == {"people": 0, "fighters": 0}


def test_overview_counts_replicates_without_events_as_zero(run):
    overview = run.overview().set_index(["type_of_violence", "dyad_name"])
    events = run.events()
    assert overview.events.sum() == pytest.approx(len(events) / 3)
    rare = events.groupby(["type_of_violence", "dyad_name"]).replicate.nunique().idxmin()
    here = (events.type_of_violence == rare[0]) & (events.dyad_name == rare[1])
    by_replicate = events[here].groupby("replicate").size().reindex(range(3), fill_value=0)
    assert overview.loc[rare, "events"] == pytest.approx(by_replicate.mean())
    assert overview.loc[rare, "events_95"] == pytest.approx(by_replicate.quantile(0.95))


def test_panel_counts_the_tables_and_keeps_the_state(run):
    panel, events, truth = run.panel(), run.events(), run.truth()
    assert panel.sizes == {"replicate": 3, "month": 14, "type": 3, "actor": 8, "cell": 32}
    for frame, count, deaths, weight in (
        (events, "events_reported", "deaths_reported", events.best),
        (truth, "events_true", "deaths_true", truth.deaths_a + truth.deaths_b + truth.deaths_civilians),
    ):
        some = weight > 0
        keys = ["replicate", "month_id", "type_of_violence", "cell"]
        by = frame[some].assign(deaths=weight[some]).groupby(keys).deaths.agg(["size", "sum"])
        assert int(panel[count].sum()) == some.sum()
        assert int(panel[deaths].sum()) == weight.sum()
        for (replicate, month, kind, cell), row in by.iterrows():
            at = {"replicate": replicate, "month": month, "type": kind, "cell": cell}
            assert (int(panel[count].sel(at)), int(panel[deaths].sel(at))) == (row["size"], row["sum"])
    for record in RECORDS_OF:
        one = panel.sel(replicate=record.replicate)
        assert (one.presence.to_numpy() == record.panel.presence).all()
        assert (one.control.to_numpy() == record.panel.control).all()
        assert (one.displaced.to_numpy() == record.panel.displaced).all()
        for month, besiegers in enumerate(record.panel.besieger):
            people = np.zeros(GROUND.cells)
            for m in np.flatnonzero(besiegers >= 0):
                people[GROUND.community_cell[m]] += record.panel.population[month, m]
            assert (one.besieged[month].to_numpy() == people).all()
    assert panel.actor.to_numpy().tolist() == list(GROUND.names.actors)
    assert set(panel.country.to_numpy()) == {"Aland", "Bland", ""}
    assert str(panel.date.to_numpy()[0])[:10] == "2017-01-01"
    assert (panel.priogrid_gid == GROUND.cells_gid).all()


def test_a_month_without_a_step_keeps_the_state_before_it(scenario):
    """The engine goes by the first day of steps; a calendar can run on into one more month."""
    record = RECORDS_OF[0]
    short = replace(record.panel, **{name: values[:-1] for name, values in vars(record.panel).items()})
    part = build_part(replace(record, panel=short), GROUND, scenario)
    assert part.panel["presence"].shape[0] == 14
    assert (part.panel["presence"][-1] == record.panel.presence[-2]).all()
    assert part.panel["events_true"].sum() == build_part(record, GROUND, scenario).panel["events_true"].sum()


def test_outputs_can_be_left_out(tmp_path):
    run = write(tmp_path / "lean", make_scenario(panel=False, communities=False, dyads=False, decisions=False))
    names = {path.name for path in run.path.iterdir()}
    assert names == {
        "events.parquet", "truth.parquet", "summary.parquet", "camps.parquet", "fighters.parquet",
        "accounts.parquet", "budgets.parquet", "katibas.parquet", "scenario.yaml", "summary.json", "manifest.json",
    }  # fmt: skip
    assert len(run.events()) > 0
    for method, switch in (("panel", "panel"), ("communities", "communities"), ("allegiance", "communities"),
                           ("flows", "communities"), ("dyads", "dyads"), ("decisions", "decisions")):  # fmt: skip
        with pytest.raises(BadInput, match=rf"outputs\.{switch}: false"):
            getattr(run, method)()


def test_manifest_says_what_was_run(run, scenario):
    from sahelsim.scenario.dump import scenario_hash

    manifest = json.loads((run.path / "manifest.json").read_text())
    assert (manifest["seed"], manifest["replicates"]) == (scenario.seed, 3) == (run.seed, run.replicates)
    assert manifest["scenario_sha256"] == scenario_hash(scenario)
    assert manifest["events"] == len(run.events())
    assert manifest["outputs"]["events.parquet"]["rows"] == len(run.events())
    assert {"sahelsim", "commit", "python", "numpy", "numba"} <= set(manifest["versions"])
    run.verify()


def test_the_tables_of_a_region_are_inputs(tmp_path):
    scenario = load_scenario("sahel_2017_2023")
    file = tmp_path / "mine.yaml"
    file.write_text("extends: sahel_2017_2023\n")
    inputs = inputs_of(scenario, [file])
    assert inputs[str(file)]["bytes"] == 25
    region = {name for name in inputs if name.startswith("region/central_sahel/")}
    assert "region/central_sahel/region.toml" in region
    assert len(region) == len(inputs) - 1
    assert len({entry["sha256"] for entry in inputs.values()}) == len(inputs)


def test_no_such_replicate(run):
    with pytest.raises(BadInput, match="there is no replicate 3; the run has 0 to 2"):
        run.events(3)


@pytest.mark.parametrize(("name", "read"), [("events.parquet", "events"), ("panel.zarr/zarr.json", "panel")])
def test_damage_of_the_same_size_is_found_by_reading(run, tmp_path, name, read):
    copy = tmp_path / "copy"
    shutil.copytree(run.path, copy)
    (copy / name).write_bytes(b"?" * (copy / name).stat().st_size)
    with pytest.raises(BadInput, match=f"{Path(name).parts[0]}: (is damaged|cannot be read): "):
        getattr(open_run(copy), read)()
    with pytest.raises(BadInput, match="its hash differs"):
        open_run(copy).verify()


def test_same_bytes_again(run, scenario, tmp_path):
    again = write(tmp_path / "again", scenario)
    assert again.manifest["outputs"] == run.manifest["outputs"]


def test_replicates_must_come_in_order(tmp_path, scenario):
    writer = RunWriter(tmp_path, scenario, GROUND)
    with pytest.raises(ValueError, match="replicate 1 came where 0 was due"):
        writer.add(build_part(RECORDS_OF[1], GROUND, scenario))
    writer.close_files()


def test_no_events_at_all(tmp_path, scenario):
    """Tables without a row have their columns, and everything can be read."""
    from observed_worlds import make_violence

    empty = [replace(r, violence=make_violence(GROUND, 0, 1)) for r in RECORDS_OF]
    run = write(tmp_path / "peace", scenario, empty)
    assert list(run.events().columns) == [c.name for c in TABLES["events"].columns]
    assert len(run.events()) == len(run.truth()) == len(run.summary()) == len(run.overview()) == 0
    assert int(run.panel().events_true.sum()) == 0
