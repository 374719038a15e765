"""Reading a forecast: long draws in ``forecast.parquet``, its origin in ``manifest.json``."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from sahelsim.errors import BadInput
from sahelsim.ged.units import ACTORS, COUNTRIES, DYADS, LEVELS, OUTCOMES, month_name
from sahelsim.terms import month_id as month_id_of

__all__ = ["COLUMNS", "FILE", "MANIFEST", "Forecast", "open_forecast"]

FILE = "forecast.parquet"
MANIFEST = "manifest.json"
COLUMNS = ("level", "unit", "outcome", "month_id", "draw", "value")

I64 = npt.NDArray[np.int64]

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_SHOWN = 5


@dataclass(frozen=True)
class Forecast:
    """A forecast that was found sound."""

    folder: Path
    origin: int  # month_id of the last month known
    months: tuple[int, ...]  # month_ids, one after another
    targets: dict[tuple[str, str], tuple[str, ...]]  # units of each level and outcome
    manifest: dict[str, Any]

    def draws(self, level: str, outcome: str) -> I64:
        """Draws of a level and outcome, shape (units, months, draws), units as in `targets`.

        Raises
        ------
        BadInput
            Draws are missing or stand twice, or values are no counts.
        """
        file, units = self.folder / FILE, self.targets[level, outcome]
        rows = (
            pl.scan_parquet(file)
            .filter(pl.col("level") == level, pl.col("outcome") == outcome)
            .select("unit", "month_id", "draw", "value")
            .collect()
        )
        wrong = rows.filter(pl.col("value").is_null() | (pl.col("value") < 0) | (pl.col("value") % 1 != 0))
        if wrong.height:
            row = wrong.row(0, named=True)
            where = f"{level} {row['unit']}, {outcome}, {month_name(row['month_id'])}, draw {row['draw']}"
            raise BadInput(f"expected a count, found {row['value']} ({where})", file=file, path="value")
        if not self._in_order(rows, units):
            order = pl.DataFrame({"unit": units}).with_row_index("_unit")
            rows = rows.with_columns(pl.col("unit").cast(pl.String)).join(order, on="unit")
            rows = rows.sort("_unit", "month_id", "draw")
            if not self._in_order(rows, units):
                raise BadInput(self._gap(rows, f"{level} {{}}, {outcome}"), file=file, path="draw")
        values: I64 = rows["value"].cast(pl.Int64).to_numpy().reshape(len(units), len(self.months), -1)
        return values

    def _in_order(self, rows: pl.DataFrame, units: tuple[str, ...]) -> bool:
        """Whether rows go by unit, month and draw, all of them there: so they are written, and need no sorting."""
        runs = rows["unit"].rle().struct.unnest().with_columns(pl.col("value").cast(pl.String))
        size = rows.height // len(units)
        if runs["value"].to_list() != list(units) or not (runs["len"] == size).all() or size % len(self.months):
            return False
        shape = (len(units), len(self.months), size // len(self.months))
        month, draw = (rows[name].to_numpy().reshape(shape) for name in ("month_id", "draw"))
        first = draw[0, 0]
        return bool(
            (month == np.array(self.months)[:, None]).all()
            and (draw == first).all()
            and np.unique(first).size == first.size
        )

    def _gap(self, rows: pl.DataFrame, what: str) -> str:
        """What is not there, or there twice."""
        count = rows["draw"].n_unique()
        sizes = rows.group_by("_unit", "unit", "month_id").agg(
            pl.len().alias("rows"), pl.col("draw").n_unique().alias("draws")
        )
        odd = sizes.filter((pl.col("rows") != count) | (pl.col("draws") != count)).sort("_unit", "month_id")
        if not odd.height:
            return f"{what.format('of all units')}: not every unit has every month"
        row = odd.row(0, named=True)
        where = f"{what.format(row['unit'])}, {month_name(row['month_id'])}"
        return f"{where} has {row['rows']} rows for {count} draws; expected one each"


def open_forecast(folder: str | Path) -> Forecast:
    """Read what a forecast is about and check it; its draws are read when they are asked for.

    Raises
    ------
    BadInput
        The directory has no forecast, the manifest no origin; columns are missing; levels, units, outcomes or months
        are not what can be scored.
    """
    folder = Path(folder)
    file = folder / FILE
    if not file.is_file():
        raise BadInput(f"has no {FILE}; expected the directory of a forecast (sahelsim forecast)", file=folder)
    manifest, origin = _manifest(folder / MANIFEST)
    try:
        schema = pl.read_parquet_schema(file)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise BadInput(f"is no readable Parquet file: {str(error).splitlines()[0]}", file=file) from None
    missing = [name for name in COLUMNS if name not in schema]
    if missing:
        raise BadInput(
            f"column{'s' * (len(missing) > 1)} missing: {', '.join(missing)}; a forecast has {', '.join(COLUMNS)}",
            file=file,
        )
    whole = [name for name in ("month_id", "draw") if not schema[name].is_integer()]
    if whole or not schema["value"].is_numeric():
        raise BadInput("expected whole numbers", file=file, path=(whole or ["value"])[0])
    names = ("level", "unit", "outcome")
    found = pl.scan_parquet(file).select(*names, "month_id").unique(maintain_order=True).collect()
    found = found.with_columns(pl.col(*names).cast(pl.String))
    if not found.height:
        raise BadInput("holds no draws", file=file)
    if any(found[name].null_count() for name in found.columns):
        raise BadInput("a level, unit, outcome or month is empty", file=file)
    _known(file, "level", found["level"], LEVELS)
    _known(file, "outcome", found["outcome"], OUTCOMES)
    _known_units(file, found)
    return Forecast(folder, origin, _months(file, found, origin), _targets(found), manifest)


def _manifest(file: Path) -> tuple[dict[str, Any], int]:
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput('is not there; it has to name the origin, as "origin": "2020-10"', file=file) from None
    except (OSError, ValueError) as error:
        raise BadInput(f"cannot be read: {error}", file=file) from None
    origin = manifest.get("origin") if isinstance(manifest, dict) else None
    if origin is None:
        raise BadInput('the origin is not named; expected the last month known, as "2020-10"', file=file, path="origin")
    match = _MONTH.fullmatch(str(origin))
    if match is None or not 1 <= int(match[2]) <= 12:
        raise BadInput(f"expected a month as 2020-10, found {origin!r}", file=file, path="origin")
    return manifest, month_id_of(int(match[1]), int(match[2]))


def _known(file: Path, column: str, values: pl.Series, known: tuple[str, ...]) -> None:
    strange = sorted(set(values.to_list()) - set(known))
    if strange:
        raise BadInput(f"there is no {column} {strange[0]!r}; known are {', '.join(known)}", file=file, path=column)


def _known_units(file: Path, found: pl.DataFrame) -> None:
    named = {"dyad": tuple(DYADS), "actor": tuple(ACTORS), "country": tuple(str(v) for v in COUNTRIES.values())}
    for (level,), rows in found.group_by("level", maintain_order=True):
        units = rows["unit"].unique(maintain_order=True).to_list()
        known = named.get(str(level))
        strange = [unit for unit in units if (unit not in known if known else not unit.isdigit())]
        if strange:
            shown = ", ".join(repr(unit) for unit in strange[:_SHOWN])
            right = ", ".join(known) if known else "PRIO-GRID gids"
            raise BadInput(f"the record has no {level} {shown}; known are {right}", file=file, path="unit")


def _months(file: Path, found: pl.DataFrame, origin: int) -> tuple[int, ...]:
    months = sorted(int(month) for month in found["month_id"].unique())
    if months[0] <= origin:
        raise BadInput(
            f"{month_name(months[0])} is not after the origin, {month_name(origin)}; it was known", file=file,
            path="month_id",
        )  # fmt: skip
    gaps = sorted(set(range(months[0], months[-1] + 1)) - set(months))
    if gaps:
        raise BadInput(f"{month_name(gaps[0])} is missing between the months", file=file, path="month_id")
    return tuple(months)


def _targets(found: pl.DataFrame) -> dict[tuple[str, str], tuple[str, ...]]:
    out: dict[tuple[str, str], tuple[str, ...]] = {}
    named = [*DYADS, *ACTORS, *(str(code) for code in COUNTRIES.values())]
    for level in LEVELS:
        for outcome in OUTCOMES:
            rows = found.filter(pl.col("level") == level, pl.col("outcome") == outcome)
            units = rows["unit"].unique().to_list()
            if units:
                out[level, outcome] = tuple(sorted(units, key=int if level == "cell" else named.index))
    return out
