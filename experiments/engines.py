"""Every example experiment, made small, on every engine: is the table the same to the byte?

    python experiments/engines.py [NAME ...] [--out FILE]          (make examples-engines, which starts a Slurm)

Small: the coarse grid, two replicates, the ends of every grid, the first factors of a screening. Each is run by one
local process in short chunks, by two in long ones, by an array of Slurm, and by Dask; then collected. An engine that
is not here (a Slurm that answers, Dask without the extra `cluster`) is left out, and said so.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sahelsim.sweep.code import code_version
from sahelsim.sweep.load import read_experiment

HERE = Path(__file__).parent
NAMES = ("french_exit", "truce_and_governance", "abuse_and_memory", "screening")
REPLICATES, FACTORS = 2, 12  # at most
SLURM = {"tasks": 2, "task_minutes": 0.1, "walltime_minutes": 20, "poll_seconds": 1}

Engine = dict[str, Any]


def main() -> int:
    """Run, compare, and print a table; 1 when two engines differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(NAMES)}; all if none")
    parser.add_argument("--out", type=Path, metavar="FILE", help="Markdown file to write")
    asked = parser.parse_args()
    ways, missing = ways_here()
    lines = ["| experiment, made small | runs | engine | seconds | SHA-256 of the table |", "|---|---|---|---|---|"]
    different = []
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.names or NAMES:
            digests = set()
            for way, engine in ways.items():
                runs, seconds, digest = table(name, engine, Path(folder))
                digests.add(digest)
                lines.append(f"| {name} | {runs} | {way} | {seconds:.0f} | `{digest[:16]}` |")
                print(lines[-1], flush=True)
            different += [name] if len(digests) > 1 else []
    said = [f"The tables of {name} are **not the same**." for name in different]
    said = (said or ["The tables of an experiment are the same to the byte."]) + [
        f"Left out: {why}." for why in missing
    ]
    print("\n".join(said))
    if asked.out:
        head = f"Written by `make examples-engines` on {time.strftime('%Y-%m-%d')}, with the code {code_version()}."
        text = "\n".join(["# The examples on every engine", "", head, "", *lines, "", *said])
        asked.out.write_text(text + "\n", encoding="utf-8")
    return 1 if different else 0


def ways_here() -> tuple[dict[str, Engine], list[str]]:
    """Settings of the engines that can be tried here, by name, and why others cannot."""
    ways: dict[str, Engine] = {
        "local, 1 process, chunks of 0.2 s": {"kind": "local", "chunk_seconds": 0.2, "local": {"workers": 1}},
        "local, 2 processes, chunks of 5 s": {"kind": "local", "chunk_seconds": 5.0, "local": {"workers": 2}},
    }
    missing = []
    if shutil.which("sinfo") and subprocess.run(["sinfo"], capture_output=True, check=False).returncode == 0:
        ways["Slurm, an array"] = {"kind": "slurm", "chunk_seconds": 1.0, "slurm": SLURM}
    else:
        missing.append("Slurm, which does not answer here (`sinfo`)")
    if find_spec("distributed"):
        ways["Dask, 2 processes"] = {"kind": "dask", "chunk_seconds": 1.0, "dask": {"workers": 2}}
    else:
        missing.append("Dask, which needs the extra 'cluster'")
    return ways, missing


def table(name: str, engine: Engine, folder: Path) -> tuple[int, float, str]:
    """Runs, seconds and hash of the table of an example on an engine."""
    file = folder / f"{name}.yaml"
    file.write_text(json.dumps({**small(HERE / f"{name}.yaml"), "engine": engine}), encoding="utf-8")
    store, out = folder / "store", folder / "table.parquet"
    began = time.perf_counter()
    sahelsim("run", str(file), "--store", str(store), "--quiet")
    seconds = time.perf_counter() - began
    done = json.loads(sahelsim("collect", str(file), "--store", str(store), "--out", str(out), "--json"))
    shutil.rmtree(store)
    if done["rows"] != done["total"] or done["failed"]:
        raise SystemExit(f"{name}: {done['rows']} of {done['total']} runs, {done['failed']} failed")
    return int(done["rows"]), seconds, hashlib.sha256(out.read_bytes()).hexdigest()


def small(file: Path) -> dict[str, Any]:
    """The experiment with fewer runs, on a coarse grid; every part of it is still there."""
    experiment: dict[str, Any] = read_experiment(file)[0].model_dump(mode="json", exclude_unset=True)
    experiment["replicates"] = min(REPLICATES, experiment.get("replicates", 1))
    experiment["overrides"] = sorted({*experiment.get("overrides", []), "coarse"})
    factors = list(experiment.get("factors", {}).items())
    for _, factor in factors:
        if "levels" in factor:
            factor["levels"] = 2
        elif "values" in factor:
            factor["values"] = [factor["values"][0], factor["values"][-1]]
    if factors:
        experiment["factors"] = dict(factors[:: math.ceil(len(factors) / FACTORS)])
    return experiment


def sahelsim(*words: str) -> str:
    """A command of sweeps in a process of its own; what it prints."""
    command = [sys.executable, "-m", "sahelsim.cli.main", "sweep", *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
