"""Decisions and states as tables: what the record says, in words."""

from __future__ import annotations

import numpy as np
import pytest
from made_up_runs import GROUND, RECORDS_OF, make_scenario, write
from observed_worlds import CALENDAR

from sahelsim.record import DECISION_TERMS
from sahelsim.terms import Account, Decision


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write(tmp_path_factory.mktemp("runs") / "one", make_scenario())


def test_allegiance_is_kept_as_changes_and_filled_on_demand(run):
    for record in RECORDS_OF:
        full = run.allegiance(record.replicate, every_month=True)
        camps = np.array(GROUND.names.camps)[record.panel.allegiance]
        assert full.camp.to_numpy().reshape(GROUND.communities, -1).T.tolist() == camps.tolist()
        assert (record.panel.population == full.population.to_numpy().reshape(GROUND.communities, -1).T).all()
        changes = run.allegiance(record.replicate)
        assert len(changes) < len(full)
        again = changes.merge(full, on=["replicate", "community", "month_id"], suffixes=("", "_full"))
        assert (again.camp == again.camp_full).all()
        for column, codes in (("pact", record.panel.pact), ("besieger", record.panel.besieger)):
            actors = np.array([*GROUND.names.actors, ""])[codes]
            assert full[column].fillna("").to_numpy().reshape(GROUND.communities, -1).T.tolist() == actors.tolist()
        known = changes.fillna({"pact": "", "besieger": ""})
        states = known.groupby("community")[["camp", "population", "pact", "besieger"]]
        assert not (known[["camp", "population", "pact", "besieger"]] == states.shift()).all(axis=1).any()
        held = run.camps(record.replicate)
        people = full.groupby(["month_id", "camp"]).population.agg(["size", "sum"])
        held = held[held.communities > 0].set_index(["month_id", "camp"])
        assert (held.communities.sort_index() == people["size"].sort_index()).all()
        assert (held.people.sort_index() == people["sum"].sort_index()).all()
        assert run.camps(record.replicate).cells.sum() == (record.panel.control >= 0).sum()


def test_dyads_and_fighters_are_the_record(run):
    names = list(GROUND.names.actors)
    for record in RECORDS_OF:
        dyads = run.dyads(record.replicate)
        a, b = dyads.actor_a.map(names.index), dyads.actor_b.map(names.index)
        assert (a < b).all()
        assert (dyads.hostility == record.hostility[dyads.step, a, b]).all()
        assert (dyads.truce.map(["none", "tacit", "negotiated"].index) == record.truce[dyads.step, a, b]).all()
        ever = ((record.hostility > 0) | (record.truce > 0)).any(axis=0)
        assert len(dyads) == np.triu(ever, 1).sum() * CALENDAR.steps
        fighters = run.fighters(record.replicate)
        assert (fighters.fighters.to_numpy().reshape(CALENDAR.steps, -1) == record.fighters).all()


def test_decisions_say_who_and_why(run):
    """Each row against the conventions of `record.DecisionLog`, read one by one."""
    names, truces = GROUND.names, ["none", "tacit", "negotiated"]
    ends = ["", "lifted", "relief", "pact", "surrender"]
    for record in RECORDS_OF:
        frame, log = run.decisions(record.replicate), record.decisions
        assert (frame.id == record.replicate * 100_000_000 + np.arange(len(frame))).all()
        for i, row in enumerate(frame.astype(object).where(frame.notna(), None).itertuples(index=False)):
            kind, entity, before, after = (int(a[i]) for a in (log.kind, log.entity, log.before, log.after))
            who = row.community, row.unit, row.group, row.actor_a, row.actor_b
            if row.kind in ("pledge", "lapse"):
                assert who == (entity, -1, None, None, None)
                assert (row.before, row.after) == (names.camps[before], names.camps[after])
            elif row.kind == "defection":
                assert who == (-1, entity, None, names.actors[before], names.actors[after])
                assert (row.before, row.after) == who[3:]
            elif row.kind == "katiba_defection":
                assert who == (-1, -1, names.groups[entity], names.actors[before], names.actors[after])
            elif row.kind in ("truce_onset", "truce_breakdown"):
                assert who == (-1, -1, None, names.actors[2], names.actors[5])
                assert (row.before, row.after) == (truces[before], truces[after])
            elif row.kind in ("siege_start", "pact_made", "pact_refused", "militia_raised"):
                assert who == (entity, -1, None, names.actors[after], None)
                assert (row.before, row.after) == (None, names.actors[after])
            elif row.kind == "siege_end":
                assert who == (entity, -1, None, names.actors[before], None)
                assert (row.before, row.after) == (names.actors[before], ends[after])
            elif row.kind in ("pact_broken", "militia_stood_down"):
                assert who == (entity, -1, None, names.actors[before], None)
                assert (row.before, row.after) == (names.actors[before], None)
            elif row.kind == "commander_killed":
                assert who == (-1, -1, names.groups[entity], None, None)
                assert (row.before, row.after) == (str(before), str(after))
            elif row.kind == "statement":
                author, addressee = (names.actors[k] for k in divmod(entity, len(names.actors)))
                assert who == (-1, -1, None, author, None if author == addressee else addressee)
                assert (row.before, row.after) == (None, None)
            else:
                assert row.kind == "kidnapping"
                assert who == (-1, -1, None, names.actors[entity], None)
            given = {f"term_{name}": log.terms[i, n] for n, name in enumerate(DECISION_TERMS[kind]) if name}
            assert {name: getattr(row, name) for name in frame if name.startswith("term_")} == {
                name: given.get(name) for name in frame if name.startswith("term_")
            }
        nowhere = frame.kind.isin(["truce_onset", "truce_breakdown", "statement"])
        assert ((frame.priogrid_gid == -1) == nowhere).all()
        assert set(frame.kind) == {kind.name.lower() for kind in Decision}


def test_budgets_close(run):
    """Accounts add up to the treasury, month by month; nothing is left out but zeros."""
    for record in RECORDS_OF:
        accounts, budgets = run.accounts(record.replicate), run.budgets(record.replicate)
        assert len(accounts) == (record.panel.accounts != 0).sum()
        months = record.panel.months
        by = accounts.groupby(["actor", "month_id"]).amount.sum()
        for i, actor in enumerate(GROUND.names.actors):
            mine = budgets[budgets.actor == actor]
            sums = [by.get((actor, month), 0) for month in months]
            assert mine.treasury.tolist() == np.cumsum(sums).tolist()
            assert mine.strain.tolist() == record.panel.strain[:, i].tolist()
        pay = accounts[accounts.account == "pay"]
        assert pay.amount.sum() == record.panel.accounts[:, Account.PAY].sum()


def test_katibas_are_the_record(run):
    for record in RECORDS_OF:
        frame, panel = run.katibas(record.replicate), record.panel
        for i, group in enumerate(GROUND.names.groups):
            mine = frame[frame.group == group]
            assert mine.month_id.tolist() == panel.months.tolist()
            assert mine.actor.tolist() == [GROUND.names.actors[a] for a in panel.group_actor[:, i]]
            assert mine.fighters.tolist() == panel.group_fighters[:, i].tolist()
            assert mine.cohesion.tolist() == panel.group_cohesion[:, i].tolist()
            assert mine.commander.tolist() == panel.group_commander[:, i].tolist()


def test_flows_say_from_where_to_where(run):
    communities = run.communities().set_index("community")
    for record in RECORDS_OF:
        frame, flows = run.flows(record.replicate), record.flows
        assert frame.month_id.tolist() == flows.months.tolist()
        assert frame.fled.tolist() == flows.fled.tolist()
        assert frame.returned.tolist() == flows.returned.tolist()
        for end, log in (("origin", flows.origin), ("destination", flows.destination)):
            assert frame[end].tolist() == log.tolist()
            for column in ("cell", "adm_1", "country"):
                there = communities.loc[frame[end], column].fillna("").tolist()
                assert frame[f"{end}_{column}"].fillna("").tolist() == there
