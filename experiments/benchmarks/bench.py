"""Everything that is measured, in one command; writes results.json, results.md and the figures beside this file.

    python experiments/benchmarks/bench.py [--only PART …] [--probe FOLDER] [--frames PYTHON]     (make bench)

Each part measures in processes of their own, one thread unless it says otherwise, medians of repeated runs. A part
that was not asked for keeps its figures of before. Figures of one part belong together; the speed of a shared machine
drifts by a third within an hour, so compare across parts or days with care.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import core  # noqa: E402 - parts are modules beside this file
import ensembles  # noqa: E402
import figures  # noqa: E402
import reference  # noqa: E402
import scaling  # noqa: E402
import starting  # noqa: E402
import sweeps  # noqa: E402
import toy  # noqa: E402
from apart import machine  # noqa: E402

Part = Callable[[argparse.Namespace], dict[str, Any]]

PARTS: dict[str, Part] = {
    "reference": lambda _: reference.measure(),
    "starting": lambda _: starting.measure(),
    "ensembles": lambda _: ensembles.measure(),
    "core": lambda _: core.measure(),
    "toy": lambda options: toy.measure(frames=options.frames, probe=options.probe),
    "sweeps": lambda _: sweeps.measure(),
    "scaling": lambda _: scaling.measure(),
}


def main() -> None:
    """Measure what is asked for and write the files."""
    parser = argparse.ArgumentParser(description="Everything that is measured, in one command.")
    parser.add_argument(
        "--only", nargs="+", choices=list(PARTS), help="parts to measure; the others keep their figures"
    )
    parser.add_argument("--frames", type=Path, help="a Python that has mesa-frames (toy)")
    parser.add_argument("--probe", type=Path, help="folder with another version of the toy's algorithm (toy)")
    options = parser.parse_args()
    file = HERE / "results.json"
    old = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    parts = {name: part for name, part in old.get("parts", {}).items() if name in PARTS}
    for name in options.only or PARTS:
        began = time.perf_counter()
        print(f"{name} …", end=" ", flush=True)
        parts[name] = {**PARTS[name](options), "machine": machine(), "measured_on": time.strftime("%Y-%m-%d")}
        print(f"{time.perf_counter() - began:.0f} s", flush=True)
        results = {"figures": figures.plain(parts), "parts": parts}
        file.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (HERE / "results.md").write_text(figures.page(parts), encoding="utf-8")
    figures.draw(parts, HERE)
    print(figures.table(parts))


if __name__ == "__main__":
    main()
