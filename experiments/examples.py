"""Runs the example experiments and draws the figures that stand beside them.

    python experiments/examples.py [NAME ...] [--workers N] [--stores DIR]

A store is named by the experiment and a hash of code and scenarios, so that a changed model begins a new one, and an
interrupted example goes on where it was.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from sahelsim.cli.main import main as sahelsim
from sahelsim.sweep.code import code_version
from sahelsim.sweep.layout import is_store
from sahelsim.sweep.load import load_experiment
from sahelsim.sweep.runs import variant_hash

HERE = Path(__file__).parent
OUTPUTS = {
    "truce_and_governance": ["truce_share[JNIM - ISGS]", "deaths", "people_share[state]"],
    "abuse_and_memory": ["people_share[state]", "civilians_killed"],
    "french_exit": [
        "deaths", "deaths[2022]", "deaths[2023]", "people_share[JNIM]", "fighters[JNIM]", "fighters[ISGS]",
    ],
    "screening": ["deaths", "civilians_killed", "people_share[JNIM]"],
}  # fmt: skip
KEPT = {
    "truce_and_governance": ["curves_truce_share_JNIM_ISGS", "map_deaths", "curves_people_share_state"],
    "abuse_and_memory": ["curves_people_share_state", "map_civilians_killed"],
    "french_exit": ["what_ifs"],
    "screening": ["morris_deaths", "morris_civilians_killed", "morris_people_share_JNIM"],
}
"""Figures that stand beside the experiment; the others stay in the store."""

SCREENED = ("screening",)  # ranked by `sahelsim sensitivity`; the others are drawn by `sahelsim sweep plot`


def main() -> int:
    """Run what is left to run, and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(OUTPUTS)}; all if none")
    parser.add_argument("--workers", type=int, default=1, metavar="N")
    parser.add_argument("--stores", type=Path, default=Path("runs/examples"), metavar="DIR")
    asked = parser.parse_args()
    if unknown := [name for name in asked.names if name not in OUTPUTS]:
        parser.error(f"no example {unknown[0]!r}; there are {', '.join(OUTPUTS)}")
    for name in asked.names or OUTPUTS:
        if code := example(name, asked.workers, asked.stores):
            return code
    return 0


def example(name: str, workers: int, stores: Path) -> int:
    """One example; the exit code of the first command that fails."""
    if (HERE / name / "make.py").is_file():
        subprocess.run([sys.executable, HERE / name / "make.py"], check=True)
    file = HERE / f"{name}.yaml"
    store = stores / f"{name}-{identity(file)}"
    verb = "resume" if is_store(store) else "run"
    outputs = [word for output in OUTPUTS[name] for word in ("--output", output)]
    drawing = ["sensitivity"] if name in SCREENED else ["sweep", "plot"]
    folder = store / "figures"
    run = ["sweep", verb, str(file), "--store", str(store), "--workers", str(workers)]
    code = sahelsim(run) or sahelsim([*drawing, str(store), *outputs, "--out", str(folder)])
    if code == 0:
        for figure in KEPT[name]:
            shutil.copyfile(folder / f"{figure}.png", HERE / name / f"{figure}.png")
    return code


def identity(file: Path) -> str:
    """Eight digits that change with the code and with the scenarios of an experiment."""
    loaded = load_experiment(file)
    words = [code_version(), loaded.experiment.model_dump_json(exclude={"engine", "title", "description"})]
    words += [variant_hash(scenario) for scenario in loaded.variants.values()]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:8]


if __name__ == "__main__":
    sys.exit(main())
