# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # First steps: a war, and one thing changed
#
# This notebook loads the reference scenario of the central Sahel, runs it six times, looks at what came out, and
# asks one question: **what if JNIM and the Islamic State in the Sahel had never fallen out?** It takes about half
# a minute.
#
# What you see is a simulation. Units and communities follow rules whose numbers were set by hand, not estimated
# from data (`docs/odd.md` says which rules, and why). It is a way to think through mechanisms, not a forecast,
# and it says nothing about any one village. Cells and months are the finest it should be read at.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy import stats

import sahelsim
from sahelsim.plot import events_map, monthly_dyads

# %matplotlib inline

# %% [markdown]
# ## A scenario is data
#
# Actors, strengths, peoples, relations, dated interventions and the numbers of every mechanism are in a YAML
# file. We take six **replicates** (random realisations), and stop after 208 weeks, at the end of 2020, to be done
# sooner. Leave `calendar.steps` away for the whole of 2017–2023.

# %%
reference = sahelsim.load_scenario("sahel_2017_2023", settings=["replicates=6", "calendar.steps=208"])
print(reference.title, "from", reference.calendar.start, "on, seed", reference.seed)

pd.DataFrame(
    {
        "kind": {key: actor.kind for key, actor in reference.actors.items()},
        "camp": {key: actor.camp for key, actor in reference.actors.items()},
        "fighters at the start": {
            key: sum(group.fighters for group in actor.groups.values()) for key, actor in reference.actors.items()
        },
    }
)

# %% [markdown]
# ## Run it
#
# `simulate` returns the results of all replicates. With a path as second argument it keeps them; without, they go
# when the program ends. `workers` is the number of processes and changes nothing in the results.

# %%
run = sahelsim.simulate(reference, workers=2)
events, truth = run.events(), run.truth()
print(f"{len(truth):,} violent events in {run.replicates} replicates; {len(events):,} of them are in the record")

# %% [markdown]
# There are two tables of violence. `truth` is what happened in the simulation. `events` is what a data set such
# as UCDP GED would show of it: small events far from towns are missed, counts are disputed, places and days are
# approximate (`docs/observation.md`); a clash without any dead is never in it. Compare `events` with data, and use
# `truth` for what-ifs.

# %%
assert set(events["id"]) <= set(truth["id"])  # nothing is reported that did not happen
assert (events["low"] <= events["best"]).all()
assert (events["best"] <= events["high"]).all()

# %% [markdown]
# Events a year of the most frequent dyads, as the record shows them: mean over the replicates, lowest and highest
# in brackets.


# %%
def events_by_year(run: sahelsim.Run) -> pd.DataFrame:
    """Reported events by replicate and dyad (rows) and year (columns), zeros included."""
    summary = run.summary()
    keys = ["replicate", "dyad_name", "year"]
    every = pd.MultiIndex.from_product(
        [range(run.replicates), summary["dyad_name"].unique(), range(2017, 2021)], names=keys
    )
    counts = summary.set_index(keys)["events"].reindex(every, fill_value=0)
    return counts.unstack("year")


def mean_and_range(counts: pd.DataFrame) -> pd.DataFrame:
    """Mean (lowest–highest) over the replicates, as text."""
    by_dyad = counts.groupby("dyad_name")
    mean, low, high = by_dyad.mean().map("{:.0f}".format), by_dyad.min().astype(str), by_dyad.max().astype(str)
    text = mean + " (" + low + "–" + high + ")"
    return text.loc[by_dyad.sum().sum(axis=1).sort_values(ascending=False).index]


counts = events_by_year(run)
mean_and_range(counts).head(12)

# %% [markdown]
# And beside the real record (UCDP GED, from `experiments/reference`) for three of them. The record is *one*
# realisation of history: what one can ask is whether it looks like one of ours.

# %%
recorded = pd.DataFrame(
    {"IS - JNIM": [0, 0, 1, 32], "IS - Civilians": [3, 23, 37, 44], "JNIM - Civilians": [7, 31, 83, 27]},
    index=pd.Index(range(2017, 2021), name="year"),
).T
comparison = pd.concat({"UCDP GED": recorded, "simulated": mean_and_range(counts).loc[recorded.index]}, axis=1)
comparison.swaplevel(axis=1).sort_index(axis=1)

# %% [markdown]
# Month by month, with the spread of the replicates, and the share of them in which a truce held below the curves:

# %%
monthly_dyads(run, most=5)

# %% [markdown]
# Where the record puts the dead (read it in cells, and remember that its places are approximate):

# %%
events_map(run)

# %% [markdown]
# ## The truce, and how it ended
#
# On the first day JNIM and ISGS leave each other alone: the "Sahelian exception". Nothing in the scenario says
# when that ends. Each week the truce may break. The hazard grows with ideological distance (ISGS was taken into
# the Islamic State in 2019), with hostility and with overlap on the ground, and shrinks while both fight the same
# enemies. So every replicate has its own date:

# %%
decisions = run.decisions()
of_the_two = decisions["actor_a"].eq("JNIM") & decisions["actor_b"].eq("ISGS")
breakdowns = decisions[of_the_two & decisions["kind"].eq("truce_breakdown")]
first_break = breakdowns.groupby("replicate").first().reindex(range(run.replicates))
first_break[["date", "term_hostility", "term_overlap", "term_common_enemy", "term_hazard"]]

# %%
assert first_break["step"].notna().sum() >= 2  # the exception does end by itself, at least in some of the worlds

# %% [markdown]
# The `term_…` columns are the inputs of the decision: one can always ask *why*.
#
# ## Change one thing
#
# The same scenario, but the truce is held from the first day against all hazards. This is a question to the
# model, so the intervention is marked `what_if`. (It is what the shipped scenario `truce_holds` does.)

# %%
held = sahelsim.change_scenario(
    reference,
    {
        "name": "truce_holds",
        "interventions.truce_holds": {
            "type": "truce",
            "a": "JNIM",
            "b": "ISGS",
            "action": "hold",
            "date": "2017-01-01",
            "what_if": True,
            "source": "what-if",
        },
    },
)
what_if = sahelsim.simulate(held, workers=2)
truth_if = what_if.truth()

# %% [markdown]
# ### Common random numbers
#
# Every random draw belongs to a seed, a replicate, a kind of decision, a step, and the unit, cell or dyad that
# decides, so that both runs drew the same numbers. Replicate by replicate the two worlds are **the same, event
# for event, up to the week in which the truce breaks** in the reference:

# %%
for replicate, step in first_break["step"].items():
    last = np.inf if pd.isna(step) else step
    ours = truth[truth["replicate"].eq(replicate) & truth["step"].lt(last)].reset_index(drop=True)
    theirs = truth_if[truth_if["replicate"].eq(replicate) & truth_if["step"].lt(last)].reset_index(drop=True)
    pd.testing.assert_frame_equal(ours, theirs)
    print(f"replicate {replicate}: the same {len(ours):,} events, then", "no break" if pd.isna(step) else "they part")

# %% [markdown]
# ### Paired differences
#
# So each replicate of the what-if is compared with *its own* reference, and what both have in common drops out.
# The interval is Student's t on the six differences. The last column is how wide it would be if the two ensembles
# had nothing to do with each other.


# %%
def outcomes(truth: pd.DataFrame, replicates: int) -> pd.DataFrame:
    """What we compare, by replicate; all of it from the truth."""
    movements = ["JNIM", "ISGS"]
    by_movements = truth["actor_a"].isin(movements)
    between = by_movements & truth["actor_b"].isin(movements)
    with_a_state = truth["kind"].eq("battle") & truth["type_of_violence"].eq(1)
    deaths = truth[["deaths_a", "deaths_b", "deaths_civilians"]].sum(axis=1)
    measured = {
        "battles between JNIM and ISGS": between.astype(int),
        "battles with a state": with_a_state.astype(int),
        "civilians killed by JNIM or ISGS": truth["deaths_civilians"].where(by_movements, 0),
        "civilians killed by anybody": truth["deaths_civilians"],
        "all deaths": deaths,
    }
    sums = pd.DataFrame(measured).groupby(truth["replicate"]).sum()
    return sums.reindex(range(replicates), fill_value=0)


before, after = outcomes(truth, run.replicates), outcomes(truth_if, what_if.replicates)
difference = after - before
n = len(difference)
paired = stats.t.ppf(0.975, n - 1) * difference.std() / np.sqrt(n)
unpaired = stats.t.ppf(0.975, 2 * n - 2) * np.sqrt((before.var() + after.var()) / n)
result = pd.DataFrame(
    {
        "reference": before.mean(),
        "truce holds": after.mean(),
        "difference": difference.mean(),
        "± (95 %)": paired,
        "± if not paired": unpaired,
    }
)
result.round(0).astype(int)

# %%
fights = "battles between JNIM and ISGS"
assert result.loc[fights, "difference"] < 0
assert (difference[fights] < 0).sum() > n / 2
assert result.loc["battles with a state", "± (95 %)"] < result.loc["battles with a state", "± if not paired"]
never = first_break.index[first_break["step"].isna()]
assert (difference.loc[never] == 0).all(axis=None)  # a truce that holds by itself need not be held

# %% [markdown]
# The rivals fight each other less: that is what was put in. What one asks the model for are the other rows. Where
# the interval includes zero, *these six replicates cannot tell*, and a mean alone would mislead. The width falls with
# the root of the number of replicates: to halve it, run four times as many. Deaths have heavy tails, so that an
# interval from six numbers is a rough guide. Pairing helps most where the two worlds have most in common, and not at
# all with fights that one of them does not have.
#
# When the worlds part, and how far:


# %%
def since_then(of: str) -> pd.DataFrame:
    """Difference so far at the end of each month, by replicate (columns)."""
    monthly = []
    for table in (truth, truth_if):
        if of == fights:
            rows = table[table["actor_a"].isin(["JNIM", "ISGS"]) & table["actor_b"].isin(["JNIM", "ISGS"])]
            series = rows.groupby(["month_id", "replicate"]).size()
        else:
            series = table.groupby(["month_id", "replicate"])["deaths_civilians"].sum()
        monthly.append(series.unstack(fill_value=0))
    months = range(truth["month_id"].min(), truth["month_id"].max() + 1)
    ours, theirs = (table.reindex(index=months, columns=range(n), fill_value=0) for table in monthly)
    return (theirs - ours).cumsum()


figure, panels = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
for axes, of in zip(panels, (fights, "civilians killed by anybody"), strict=True):
    so_far = since_then(of)
    years = 1980 + so_far.index.to_numpy() / 12
    axes.axhline(0, color="#222222", linewidth=0.8)
    axes.plot(years, so_far, color="#8c8c8c", linewidth=0.8)
    axes.plot(years, so_far.mean(axis=1), color="#0072B2", linewidth=2)
    axes.set_title(of[0].upper() + of[1:], loc="left", fontsize=9)
    axes.set_xticks(range(2017, 2022))
panels[0].set_ylabel("truce holds minus reference, so far", fontsize=8)
figure.supxlabel(f"grey: replicates, blue: mean · {reference.name}, seed {reference.seed} · simulated", fontsize=7)
assert (so_far.iloc[-1] == difference["civilians killed by anybody"]).all()
plt.show()

# %% [markdown]
# ## How far this goes
#
# - Six replicates show a method, not a finding. Twenty and more take a few minutes.
# - The difference belongs to *this model with these numbers*. They were set by hand; other numbers that fit the
#   record as well could answer otherwise, and the interval above knows nothing of that.
# - The model has no leaders, money, sieges or local pacts yet: ways in which a lasting truce would surely have
#   acted.
# - A truce that is held "against all hazards" is a thought experiment. How it would have been held is not asked.
#
# ## Where next
#
# - `run.panel()`: events, deaths, presence, control and displaced people by month and cell (xarray);
#   `run.allegiance()`: whom communities side with; all tables: `docs/results.md`.
# - Other things to change: `{"interventions.french_exit_mali": None}` (France stays),
#   `{"mechanisms.revenge.enabled": False}`, any number of `docs/parameters.md`.
# - `sahelsim init` writes a commented scenario to start your own from.
