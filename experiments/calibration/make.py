"""Calibrates the reference scenario; puts the posterior where the program ships it, with a page on what it is worth.

    python experiments/calibration/make.py --ged FILE [--workers N]    some 1,250 runs, then as below
    python experiments/calibration/make.py --from DIR                  from a finished calibration

Writes scenarios/posteriors/sahel_2017_2023 (`sahelsim run … --posterior default`), and README.md and figures here.
FILE is UCDP GED of the region; nothing of it is kept but counts. The runs are kept under runs/calibration, and gone on
with when the command is given again.
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
RUNS = ROOT / "runs" / "calibration"
SHIPPED = ROOT / "scenarios" / "posteriors" / "sahel_2017_2023"
FIGURES = ("marginals", "recovery", "predictive")


def main() -> int:
    """Calibrate, unless that is done, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--ged", type=Path, help="UCDP GED of the region")
    source.add_argument("--from", type=Path, dest="made", help="a finished calibration")
    parser.add_argument("--workers", type=int)
    options = parser.parse_args()
    made = options.made or RUNS
    if options.ged is not None:
        command = [sys.executable, "-m", "sahelsim.cli.main", "calibrate", "experiments/calibration.yaml",
                   "--out", str(RUNS), "--ged", str(options.ged.resolve()), "--resume"]  # fmt: skip
        command += ["--workers", str(options.workers)] if options.workers else []
        subprocess.run(command, check=True, cwd=ROOT)  # the manifest names the file as it is given
    SHIPPED.mkdir(parents=True, exist_ok=True)
    for name in ("manifest.json", "posterior.parquet"):
        shutil.copyfile(made / name, SHIPPED / name)
    for name in FIGURES:
        shutil.copyfile(made / "figures" / f"{name}.png", HERE / f"{name}.png")
    (HERE / "README.md").write_text(page(made), encoding="utf-8")
    return 0


def page(made: Path) -> str:
    """What the calibration found, and what it cannot tell."""
    about, manifest = (json.loads((made / f"{name}.json").read_text("utf-8")) for name in ("diagnostics", "manifest"))
    return "\n\n".join([_made(about, manifest), _seen(about), _left_out(made, about), _patterns(about)]) + "\n"


def _made(about: dict[str, Any], manifest: dict[str, Any]) -> str:
    waves, recovery, prior = about["waves"], about["recovery"], about["prior_predictive"]
    runs = ", ".join(str(wave["runs"]) for wave in waves)
    left = "; ".join(f"{wave['share_of_priors_left']:.0%}" for wave in waves[1:])
    posterior, versions = about["posterior"], manifest["versions"]
    return f"""# The posterior that ships

Written by `experiments/calibration/make.py`; do not edit. How it is done:
[docs/calibration.md](../../docs/calibration.md).

    make posterior GED=FILE                             # this page and the posterior
    sahelsim run sahel_2017_2023 --posterior default    # a run over it

The reference scenario on its own grid ([calibration.yaml](../calibration.yaml)), held against the patterns and UCDP GED
of {manifest["data"]["ged_period"]}. Runs by wave: {runs}; of the space of the priors history matching left {left};
{about["predictive"]["runs"]} draws of the posterior were run again. It is {posterior["draws"]} draws, worth
{posterior["effective_draws"]:.0f} of equal weight. sahelsim {versions["sahelsim"]}, {versions["commit"]}.

**Priors against the record.** {prior["inside_90"]} of {prior["measured"]} targets
({prior["share_inside_90"]:.0%}) lie in the central 90 % of the draws of the priors.

**Recovery.** {recovery["runs"]} runs stood for the record in turn; 90 % intervals hold {recovery["coverage_90"]:.1%} of
their true values (50 %: {recovery["coverage_50"]:.1%}), and at least {recovery["least_coverage_90"]:.1%} for every
parameter (bars: 86 to 94 %, and 75 %)."""


def _seen(about: dict[str, Any]) -> str:
    rows = [
        f"| {p['name'].replace('_', ' ')} | {_span(p['prior'])} | {_span(p['posterior'])} | {p['r_squared']:.2f} | "
        f"{p['coverage_90']:.0%} | {'at its edge' if p['at_its_edge'] else ''} |"
        for p in sorted(about["parameters"].values(), key=lambda p: -p["r_squared"])
        if p["identified"]
    ]
    unseen = ", ".join(about["parameters"][path]["name"].replace("_", " ") for path in about["not_identified"])
    return "\n".join(
        [
            f"**What the data can see.** {len(rows)} of {len(about['parameters'])} numbers.",
            "",
            "| parameter | prior, 5-95 % | posterior, 5-95 % | R² | in 90 % | |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
            f"*Not identified* (R² below 0.1): {unseen}. What their posteriors say is mostly their priors. At its "
            "edge: the posterior presses against a bound of the prior, so that the prior and not the data ends it.",
            "",
            "![Marginals](marginals.png)",
            "",
            "![Recovery](recovery.png)",
        ]
    )


def _span(values: list[float]) -> str:
    return f"{values[0]:.2g} to {values[2]:.2g}"


def _left_out(made: Path, about: dict[str, Any]) -> str:
    targets = pl.read_parquet(made / "targets.parquet")
    titles = dict(zip(targets["target"], targets["title"], strict=True))
    why: dict[str, list[str]] = {}
    for name, reason in about["prior_predictive"]["left_out"].items():
        why.setdefault(reason, []).append(titles[name])
    lines = [f"- {reason}: {'; '.join(sorted(names))}" for reason, names in sorted(why.items())]
    used = about["prior_predictive"]["used"]
    return "\n".join([f"**What was held against it**: {used} of {targets.height} targets. Not used:", "", *lines])


def _patterns(about: dict[str, Any]) -> str:
    found = about["predictive"]
    rows = [
        f"| {name} | {_share(share['prior'])} | {_share(share['posterior'])} |"
        for name, share in found["shares"].items()
    ]
    kinds = {"p": "patterns", "a": "aggregates"}
    total = {kind: sum(name.startswith(kind) for name in found["shares"]) for kind in kinds}
    most = found["holds_from"]
    return "\n".join(
        [
            f"**Do its draws show the patterns?** In at least {most:.0%} of the draws {found['patterns_that_hold']} of "
            f"{total['p']} patterns hold, and {found['aggregates_that_hold']} of {total['a']} aggregates "
            "(the bar is all patterns). Each is described in [seeds/patterns.yaml](../../seeds/patterns.yaml).",
            "",
            "| | draws of the priors | of the posterior |",
            "|---|---|---|",
            *rows,
            "",
            "![Predictive](predictive.png)",
            "",
            "Figures of the record: UCDP GED (CC BY 4.0), [reference](../reference/README.md).",
        ]
    )


def _share(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.0%}"


if __name__ == "__main__":
    raise SystemExit(main())
