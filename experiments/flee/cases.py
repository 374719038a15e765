"""What the corrected routes change: Flee on the same run with the original case and with ours; writes cases.md.

    python experiments/flee/cases.py runs/flee --original PATH-TO-THE-ORIGINAL-CASE

The original is read by the path given and is no part of the project. Conflict, seed and period are the
same; who leaves differs a little, since moved locations have other catchments.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import pandas as pd

from sahelsim.flee_coupling import Coupled, couple, load_case
from sahelsim.plot.flee import plot_camps
from sahelsim.results import open_run

HERE = Path(__file__).resolve().parent


def last_day(coupled: Coupled) -> pd.DataFrame:
    """Medians over the replicates on the last day: refugees by camp, then people by where they are."""
    camps, people = coupled.camps(), coupled.people()
    by_camp = camps[camps["date"] == camps["date"].max()].groupby("camp", sort=False)["refugees"].median()
    where = people[people["date"] == people["date"].max()].drop(columns=["replicate", "date"]).median()
    return pd.concat([by_camp, where.rename(index=lambda name: name.replace("_", " "))])


def main() -> None:
    """Run Flee twice and write the table and our figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--original", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    run = open_run(given.run)
    with tempfile.TemporaryDirectory() as folder:
        ours = couple(run, load_case(), Path(folder) / "ours", workers=given.workers)
        theirs = couple(run, load_case(given.original), Path(folder) / "theirs", workers=given.workers)
        table = pd.DataFrame({"original": last_day(theirs), "corrected": last_day(ours)})
        shutil.move(plot_camps(run, ours, Path(folder) / "camps.png"), HERE / "camps.png")
        manifest = ours.manifest
    lines = [
        f"Medians of {len(manifest['replicates'])} replicates of {manifest['run']['scenario']} (seed "
        f"{manifest['run']['seed']}) on {manifest['end']}; Flee {manifest['versions']['flee']}; people.",
        "",
        "| | original case | corrected case |",
        "|---|---:|---:|",
        *(f"| {name} | {row.original:,.0f} | {row.corrected:,.0f} |" for name, row in table.iterrows()),
    ]
    (HERE / "cases.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
