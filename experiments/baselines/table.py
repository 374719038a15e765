"""The baselines by themselves: CRPS and coverage of dyads over several years, each forecast from the October before.

python experiments/baselines/table.py GEDEvent.csv --years 2018 2021
"""

from __future__ import annotations

import argparse
from pathlib import Path

import polars as pl

from sahelsim.forecast.baselines import baseline_draws, baselines_of, history_of
from sahelsim.forecast.score import Target, score_draws, span_of
from sahelsim.forecast.skill import BEST, summarise
from sahelsim.ged import read_ged
from sahelsim.ged.units import DYADS, OUTCOMES, monthly_counts
from sahelsim.terms import month_id as month_id_of

_OCTOBER = 10


def scores_of(events: pl.DataFrame, year: int) -> pl.DataFrame:
    """Scores of every baseline for the dyads in one year."""
    first, _ = span_of(events)
    months = tuple(range(month_id_of(year, 1), month_id_of(year + 1, 1)))
    known = history_of(events, "dyad", first, month_id_of(year - 1, _OCTOBER))
    seen = monthly_counts(events, months[0], months[-1]).filter(pl.col("level") == "dyad")
    parts = []
    for outcome in OUTCOMES:
        observed = seen.filter(pl.col("outcome") == outcome)["value"].to_numpy().reshape(len(DYADS), len(months))
        target = Target("dyad", outcome, known.units, months, known.origin)
        parts += [
            score_draws(name, baseline_draws(name, known, outcome, months), observed, target)
            for name in baselines_of("dyad")
        ]
    return pl.concat(parts)


def main() -> None:
    """Print two Markdown tables: CRPS by target, and means."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ged", type=Path, nargs="+")
    parser.add_argument("--years", type=int, nargs=2, default=(2018, 2021))
    given = parser.parse_args()
    events = read_ged(given.ged).events
    summary = summarise(pl.concat([scores_of(events, year) for year in range(given.years[0], given.years[1] + 1)]))
    rows = summary.targets
    models = rows["model"].unique(maintain_order=True).to_list()
    print("| target | " + " | ".join(models) + " |")
    print("|---" + "|---:" * len(models) + "|")
    for (outcome, unit), part in rows.group_by("outcome", "unit", maintain_order=True):
        print(f"| {unit}, {outcome} | " + " | ".join(f"{value:.2f}" for value in part["crps"]) + " |")
    print("\n| | " + " | ".join(models) + " |")
    print("|---" + "|---:" * len(models) + "|")
    relative = [r for r in summary.relative if r.reference == summary.reference]
    print("| relative CRPS | " + " | ".join(f"{r.value:.3f}" for r in relative) + " |")
    print("| 90 % interval | " + " | ".join(f"{r.low:.2f}–{r.high:.2f}" for r in relative) + " |")
    best = [r for r in summary.relative if r.reference == BEST]
    print("| to the best in hindsight | " + " | ".join(f"{r.value:.3f}" for r in best) + " |")
    for outcome in OUTCOMES:
        means = rows.filter(pl.col("outcome") == outcome).group_by("model", maintain_order=True).agg(
            pl.col("coverage", "ignorance").mean()
        )  # fmt: skip
        print(f"| coverage, {outcome} | " + " | ".join(f"{value:.0%}" for value in means["coverage"]) + " |")
        print(f"| ignorance, {outcome} | " + " | ".join(f"{value:.2f}" for value in means["ignorance"]) + " |")


if __name__ == "__main__":
    main()
