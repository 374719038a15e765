"""Figures of money, flight, sieges and pacts: the numbers drawn are those of the tables."""

from __future__ import annotations

import numpy as np
import pytest
from made_up_runs import GROUND, RECORDS_OF, make_scenario, write
from matplotlib.collections import LineCollection, PathCollection

from sahelsim.plot import flight_between_areas, money_by_actor, pacts_and_sieges, plot_run
from sahelsim.plot.flows import area_flows, monthly_moves
from sahelsim.plot.money import monthly_accounts, monthly_means
from sahelsim.plot.pacts import people_under, yearly_decisions
from sahelsim.terms import Account

MONTHS = RECORDS_OF[0].panel.months


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write(tmp_path_factory.mktemp("runs") / "one", make_scenario())


def test_accounts_are_means_by_month(run):
    found = monthly_accounts(run)
    amounts = np.mean([record.panel.accounts for record in RECORDS_OF], axis=0)
    budgeted = np.flatnonzero(amounts.any(axis=(0, 1)))
    assert list(found) == [GROUND.names.actors[a] for a in budgeted]
    assert np.array(list(found.values())) == pytest.approx(amounts.transpose(2, 1, 0)[budgeted])
    treasury = monthly_means(run, "ALAND", "treasury")
    assert treasury.tolist() == [record.panel.treasury[:, 0].tolist() for record in RECORDS_OF]


def test_the_stack_of_an_actor_is_what_it_took_in_a_week(run):
    """The top of the stack in June 2017, four weeks of steps, is the income of that month over four."""
    actor, amounts = next(iter(monthly_accounts(run).items()))
    figure = money_by_actor(run)
    panel = figure.axes[0]
    month = int(np.flatnonzero(MONTHS == (2017 - 1980) * 12 + 6)[0])
    income = np.maximum(amounts[1:, month], 0.0).sum()
    top = max(path.vertices[:, 1].max() for c in panel.collections for path in c.get_paths())
    weekly = np.maximum(amounts[1:], 0.0).sum(axis=0) / np.array([5, 4, 4, 5, 4, 4, 5, 4, 4, 5, 4, 5, 4, 3])
    assert weekly[month] == income / 4
    assert top == pytest.approx(weekly.max() / 1e6)
    assert amounts[Account.OPENING].sum() > 0  # not in the stack
    assert panel.get_title(loc="left") == actor


def test_people_under_siege_and_in_pacts(run):
    camps = {name: entry.camp for name, entry in run.scenario.actors.items()}
    for state, codes in (("besieger", "besieger"), ("pact", "pact")):
        found = people_under(run, state)
        assert set(found) == set(camps.values())
        for record in RECORDS_OF:
            held = getattr(record.panel, codes) >= 0
            people = np.where(held, record.panel.population, 0).sum(axis=1)
            assert sum(values[record.replicate] for values in found.values()).tolist() == people.tolist()


def test_decisions_by_year(run):
    rows = run.decisions().query("kind == 'siege_end' and after == 'relief'")
    by_year = [int((rows.date.dt.year == year).sum()) / 3 for year in (2017, 2018)]
    assert yearly_decisions(run, "siege_end", "relief").tolist() == by_year
    assert sum(by_year) > 0
    made = yearly_decisions(run, "pact_made")
    assert made.sum() * 3 == (run.decisions().kind == "pact_made").sum()


def test_flight_by_area(run):
    found = area_flows(run)
    assert found.people.sum() * 3 == pytest.approx(sum(record.flows.fled.sum() for record in RECORDS_OF))
    flows = run.flows()
    a, b = found.names.index("South"), found.names.index("North")
    mine = flows[(flows.origin_adm_1 == "South") & (flows.destination_adm_1 == "North")]
    assert found.people[a, b] * 3 == pytest.approx(mine.fled.sum())
    fled = monthly_moves(run, "fled")
    for record in RECORDS_OF:
        months = np.searchsorted(MONTHS, record.flows.months)
        assert fled[record.replicate] == pytest.approx(np.bincount(months, record.flows.fled, MONTHS.size))


def test_the_map_draws_circles_by_area_and_lines_by_width(run):
    found = area_flows(run)
    axes = flight_between_areas(run).axes[0]
    circles = next(c for c in axes.collections if isinstance(c, PathCollection) and len(c.get_offsets()))
    within = np.diagonal(found.people)
    sizes = circles.get_sizes() / circles.get_sizes().max()
    assert sizes == pytest.approx(within[within >= 1] / within.max())
    lines = [c for c in axes.collections if isinstance(c, LineCollection) and len(c.get_linewidths()) > 2]
    widest = np.array([max(line.get_linewidths()) for line in lines])
    between = found.people[~np.eye(len(within), dtype=bool)]
    drawn = np.sort(between[between >= 1])
    assert np.sort(widest) ** 2 / widest.max() ** 2 == pytest.approx(drawn / drawn.max())


def test_without_decisions_the_bars_are_left_out(tmp_path):
    run = write(tmp_path / "run", make_scenario(decisions=False))
    assert len(pacts_and_sieges(run).axes) == 2
    lean = write(tmp_path / "lean", make_scenario(communities=False, panel=False))
    names = {path.stem for path in plot_run(lean, tmp_path / "figures")}
    assert "money" in names
    assert not {"flows", "pacts_sieges"} & names
