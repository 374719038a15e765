"""Command line of the rebuild."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sahelsim.errors import SahelsimError
from sahelsim.region.rebuild.build import rebuild


def main(arguments: list[str] | None = None) -> int:
    """Parse the arguments, rebuild, print what was written; 2 for a fault of the input."""
    parser = argparse.ArgumentParser(
        prog="python -m sahelsim.region.rebuild",
        description="Rebuild the tables of the region central_sahel from GeoNames, Natural Earth, UCDP GED "
        "and the hand-written tables in sahelsim/region/rebuild/sources.",
    )
    parser.add_argument("data", type=Path, metavar="PATH_TO_DATA", help="folder with the originals")
    packaged = Path(__file__).parents[1] / "central_sahel"
    parser.add_argument("--out", type=Path, metavar="DIR", default=packaged, help="default: the packaged region")
    options = parser.parse_args(arguments)
    try:
        written = rebuild(options.data, options.out)
    except SahelsimError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for path in written:
        print(f"{path.stat().st_size:>9,} bytes  {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
