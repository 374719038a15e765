"""The reference ensemble against the yearly record: run it, count it as the record is counted, write table and figure.

python experiments/reference/compare.py [--replicates 20] [--workers 2] [--run RUN_DIRECTORY]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

import sahelsim

HERE = Path(__file__).parent
YEARS = list(range(2017, 2022))
FACTOR = 3.0  # a yearly figure is met when the ensemble mean is within this factor; at most 1 where the record has none
JNIM, IS, MILITIAS = "JNIM", "IS", ("GATIA", "MSA")


def dyad_of(events: pd.DataFrame) -> pd.Series:
    """The rows of the yearly table that an event belongs to, by its sides and type, as in ged.yaml."""
    sides = [set(pair) for pair in zip(events["side_a"], events["side_b"], strict=True)]
    kind = events["type_of_violence"].to_numpy()
    out = []
    for pair, t, first in zip(sides, kind, events["side_a"], strict=True):
        if t == 3:
            name = f"one-sided by {first}" if first in (JNIM, IS) else "other one-sided"
        elif t == 1:
            name = "JNIM-governments" if JNIM in pair else "IS-governments" if IS in pair else "other state-based"
        elif pair == {JNIM, IS}:
            name = "JNIM-IS"
        else:
            name = "GATIA/MSA-IS" if IS in pair and pair & set(MILITIAS) else "other non-state"
        out.append(name)
    return pd.Series(out, index=events.index)


def yearly_counts(events: pd.DataFrame, replicates: int, names: list[str]) -> np.ndarray:
    """Events by (replicate, dyad, year)."""
    table = events.groupby(["replicate", "dyad", "year"]).size()
    return np.array([[[table.get((r, d, y), 0) for y in YEARS] for d in names] for r in range(replicates)])


def met(mean: float, record: float) -> bool:
    """Within the factor; where the record has none, at most one event a year."""
    return mean <= 1.0 if record == 0 else record / FACTOR <= mean <= record * FACTOR


def monthly_statistics(events: pd.DataFrame, replicates: int, name: str) -> dict[str, list[float]]:
    """Fano factor, lag-1 autocorrelation and share of months without an event, by replicate with any event."""
    months = range((2017 - 1980) * 12 + 1, (2021 - 1980) * 12 + 13)
    rows = []
    for r in range(replicates):
        chosen = events[(events["dyad"] == name) & (events["replicate"] == r)]
        x = np.array([(chosen["month_id"] == m).sum() for m in months], float)
        if x.sum() == 0:
            continue
        lag = np.corrcoef(x[:-1], x[1:])[0, 1] if x[:-1].std() > 0 and x[1:].std() > 0 else np.nan
        rows.append((x.var(ddof=1) / x.mean(), lag, (x == 0).mean()))
    names = ("fano", "autocorrelation", "zero_months")
    return {key: [float(r[i]) for r in rows if np.isfinite(r[i])] for i, key in enumerate(names)}


def gini(x: np.ndarray) -> float:
    """Gini coefficient of non-negative counts."""
    x = np.sort(x.astype(float))
    return float((2 * np.arange(1, x.size + 1) - x.size - 1) @ x / (x.size * x.sum()))


def other_rows(events: pd.DataFrame, replicates: int, record: dict[str, Any]) -> list[dict[str, Any]]:
    """Comparisons other than the yearly counts: one row a figure."""
    rows = []

    def add(figure: str, target: float, values: list[float]) -> None:
        rows.append({"figure": figure, "record": target, "median": float(np.median(values)),
                     "low": float(np.quantile(values, 0.05)), "high": float(np.quantile(values, 0.95))})  # fmt: skip

    by = [events[events["replicate"] == r] for r in range(replicates)]
    for country, deaths in record["deaths_2017_2021"].items():
        add(f"deaths 2017-21, {country}", deaths, [float(e.loc[e["country"] == country, "best"].sum()) for e in by])
    battles = [e[e["type_of_violence"] < 3] for e in by]
    for name, how in (("median", np.median), ("mean", np.mean), ("maximum", np.max)):
        add(f"deaths in a battle, {name}", record["battle_deaths"][name], [float(how(b["best"])) for b in battles])
    counts = [e.groupby("priogrid_gid").size().to_numpy() for e in by]
    add("PRIO-GRID cells with an event 2017-21", record["space"]["cells_ever"], [float(c.size) for c in counts])
    add("Gini of events over those cells", record["space"]["gini"], [gini(c) for c in counts])
    for year, cells in zip(YEARS, record["space"]["cells_a_year"], strict=True):
        add(
            f"cells with an event, {year}",
            cells,
            [float(e.loc[e["year"] == year, "priogrid_gid"].nunique()) for e in by],
        )
    fights = [e[(e["dyad"] == "JNIM-IS") & (e["year"] >= 2019)] for e in by]
    for region, n in record["JNIM-IS by region 2019-2021"].items():
        add(f"JNIM-IS fights 2019-21, {region}", n, [float((f["adm_1"] == region).sum()) for f in fights])
    for name, targets in record["monthly"].items():
        found = monthly_statistics(events, replicates, name)
        for key, target in targets.items():
            add(f"monthly {key.replace('_', ' ')}, {name}", target, found[key])
    return rows


def figure(path: Path, counts: np.ndarray, names: list[str], record: dict[str, Any], note: str) -> None:
    """Small multiples: ensemble mean with 90 % range, the record, and the band within the factor."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(10, 6.2), layout="constrained")
    for ax, (i, name) in zip(fig.subplots(2, 3).ravel(), enumerate(names), strict=True):
        target = np.array(record["yearly_events"][name], float)
        mean = counts[:, i].mean(0)
        low, high = np.quantile(counts[:, i], [0.05, 0.95], axis=0)
        ax.fill_between(YEARS, target / FACTOR, np.where(target > 0, target * FACTOR, 1.0), color="0.88", lw=0)
        ax.vlines(YEARS, low, high, color="#0072B2", lw=2)
        ax.plot(YEARS, mean, "o", color="#0072B2")
        ax.plot(YEARS, target, "s", color="#D55E00", mfc="none", ms=8)
        ax.set_title(name, fontsize=11)
        ax.set_xticks(YEARS)
        ax.set_ylim(bottom=-0.5)
        ax.set_ylabel("events a year")
    handles = [
        fig.axes[0].plot([], [], "s", color="#D55E00", mfc="none", ms=8, label="record (UCDP GED)")[0],
        fig.axes[0].plot([], [], "o-", color="#0072B2", label="simulated record: mean and 90 % of replicates")[0],
        fig.axes[0].fill_between([], [], [], color="0.88", label=f"within a factor of {FACTOR:.0f} of the record"),
    ]
    fig.legend(handles=handles, loc="outside upper center", ncols=3, frameon=False)
    fig.supxlabel(note, fontsize=8, color="0.35")
    fig.savefig(path, dpi=160, metadata={"Software": None})


def number(x: float) -> str:
    """Whole from 100 up, else three significant digits."""
    return f"{x:,.0f}" if abs(x) >= 100 else f"{x:.3g}"


def write_table(
    path: Path, counts: np.ndarray, names: list[str], record: dict[str, Any], rows: list[dict[str, Any]]
) -> int:
    """The comparison as Markdown; returns how many yearly figures are met."""
    lines = ["| events a year | " + " | ".join(map(str, YEARS)) + " |", "|---|" + "---|" * len(YEARS)]
    hits = 0
    for i, name in enumerate(names):
        cells = []
        for j, target in enumerate(record["yearly_events"][name]):
            mean = counts[:, i, j].mean()
            low, high = np.quantile(counts[:, i, j], [0.05, 0.95])
            hits += met(mean, target)
            cells.append(f"{mean:.1f} ({low:.0f}–{high:.0f}) / {target}{'' if met(mean, target) else ' **off**'}")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += ["", "Mean of the replicates (5–95 % of them) / record.", ""]
    lines += ["| figure | record | median | 5–95 % of replicates |", "|---|---|---|---|"]
    for r in rows:
        record_, median, low, high = (number(r[k]) for k in ("record", "median", "low", "high"))
        lines.append(f"| {r['figure']} | {record_} | {median} | {low}–{high} |")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return hits


def main() -> None:
    """Run, count, compare, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--run", type=Path, help="an existing run directory instead of a new run")
    parser.add_argument("--set", action="append", default=[], help="dotted.path=value, as sahelsim run -S")
    parser.add_argument("--out", type=Path, default=HERE)
    args = parser.parse_args()
    record = YAML(typ="safe").load(HERE / "ged.yaml")
    with tempfile.TemporaryDirectory() as folder:
        if args.run:
            run = sahelsim.open_run(args.run)
        else:
            settings = [f"replicates={args.replicates}", "outputs.panel=false", *args.set]
            scenario = sahelsim.load_scenario("sahel_2017_2023", settings=settings)
            run = sahelsim.simulate(scenario, Path(folder) / "run", workers=args.workers)
        replicates = run.scenario.replicates
        every = run.events()
        events = every[every["year"].isin(YEARS)].copy()
        note = f"sahel_2017_2023, seed {run.scenario.seed}, {replicates} replicates, sahelsim {sahelsim.__version__}"
    events["dyad"] = dyad_of(events)
    names = list(record["yearly_events"])
    counts = yearly_counts(events, replicates, names)
    rows = other_rows(events, replicates, record)
    args.out.mkdir(parents=True, exist_ok=True)
    hits = write_table(args.out / "comparison.md", counts, names, record, rows)
    figure(args.out / "yearly.png", counts, names, record, note)
    print((args.out / "comparison.md").read_text(encoding="utf-8"))
    print(f"{hits} of {len(names) * len(YEARS)} yearly figures within a factor of {FACTOR:.0f} ({note})")


if __name__ == "__main__":
    main()
