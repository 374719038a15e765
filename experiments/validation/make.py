"""Backtests of the reference scenario and what they say: results.json here, and docs/validation.md.

    python experiments/validation/make.py --ged FILE [--workers N]     forecasts, scores, results.json, the page
    python experiments/validation/make.py                              the page from results.json

Backtests are made from every October of 2017 to 2020: the model that follows the record, the model that does not
follow it, the model without truces and without interventions, and the time series without the model. FILE is UCDP GED
of the region; nothing of it is kept but scores. The forecasts are kept under runs/validation, and taken as they are
when the command is given again.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
RUNS = ROOT / "runs" / "validation"
VARIANTS = {
    "model": [],
    "no_follow": ["--no-follow"],
    "no_truces": ["--override", "no_truces"],
    "no_interventions": ["-S", "interventions=null"],
    "no_model": ["--no-model"],
}
SETTLED = (2017, 2018, 2019)
"""Years of the origins on which structure and numbers were settled; that of 2020 was looked at once, at the end."""
PARTICLES = 128


def main() -> int:
    """Make what is missing, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ged", type=Path, help="UCDP GED of the region")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--settled", action="store_true", help="only the origins of 2017 to 2019; writes nothing")
    options = parser.parse_args()
    results = HERE / "results.json"
    if options.ged is not None:
        for name, flags in VARIANTS.items():
            _backtest(name, flags, options)
        found = _results()
        if options.settled:
            print(json.dumps({k: v["dyad"] for k, v in found["relative"].items()}, indent=1))
            return 0
        results.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        for figure in ("crps", "pit", "coverage", "fan"):
            shutil.copyfile(RUNS / "model" / "scores" / f"{figure}.png", HERE / f"{figure}.png")
    sys.path.insert(0, str(HERE))
    from page import page  # beside this file

    (ROOT / "docs" / "validation.md").write_text(page(json.loads(results.read_text("utf-8"))), encoding="utf-8")
    return 0


def _backtest(name: str, flags: list[str], options: argparse.Namespace) -> None:
    command = [sys.executable, "-m", "sahelsim.cli.main", "backtest", "sahel_2017_2023", "--ged", str(options.ged),
               "--out", str(RUNS / name), "--particles", str(PARTICLES), *flags]  # fmt: skip
    if options.settled:
        command += [word for year in SETTLED for word in ("--origin", f"{year}-10")]
    if options.workers:
        command += ["--workers", str(options.workers)]
    subprocess.run(command, check=True)


def _results() -> dict[str, Any]:
    """Relative CRPS of every variant and period against every baseline, and the scores of the first variant."""
    from sahelsim.forecast.report import by_level
    from sahelsim.forecast.skill import summarise
    from sahelsim.results.manifest import versions

    out: dict[str, Any] = {"versions": versions(), "relative": {}, "levels": {}, "targets": {}, "assimilation": {}}
    for name in VARIANTS:
        scores = pl.read_parquet(RUNS / name / "scores" / "scores.parquet")
        scores = scores.with_columns(year=((pl.col("origin") - 1) // 12 + 1980).cast(pl.Int32))
        years = scores["year"].unique().sort().to_list()
        periods = {"all": years, "settled": [y for y in years if y in SETTLED]}
        periods |= {"last": [y for y in years if y not in SETTLED]} if len(years) > len(SETTLED) else {}
        for period, chosen in periods.items():
            summary = summarise(scores.filter(pl.col("year").is_in(chosen)).drop("year"))
            key = f"{name}, {period}"
            out["relative"][key] = {
                level: {
                    r.reference: [round(r.value, 3), round(r.low, 3), round(r.high, 3), round(r.pooled, 3)]
                    for r in summary.relative
                    if r.level == level and r.model == "sahelsim"
                }
                for level in ("dyad", "actor", "country", "cell")
            }
            out["levels"][key] = by_level(summary).filter(pl.col("model") == "sahelsim").to_dicts()
            if name == "model":
                table = summary.targets.filter(pl.col("level") != "cell")
                out["targets"][period] = table.select(
                    "level", "unit", "outcome", "model", "crps", "coverage"
                ).to_dicts()
        out["assimilation"][name] = {
            folder.name: json.loads((folder / "manifest.json").read_text("utf-8"))["assimilation"]
            for folder in sorted((RUNS / name).glob("20*"))
        }
    return out


if __name__ == "__main__":
    raise SystemExit(main())
